/** What changes the id of a build. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TemporaryFolder } from '../../test/support/server.js';
import { buildIdOf } from './build-id.js';

const folder = new TemporaryFolder();
const ENTRY = join(folder.path, 'dist', 'main.js');

function write(path: string, content: string): void {
  mkdirSync(dirname(join(folder.path, path)), { recursive: true });
  writeFileSync(join(folder.path, path), content);
}

beforeEach(() => {
  write('package.json', '{}');
  write('dist/main.js', 'import "./a/b.js";');
  write('dist/a/b.js', 'export const LIMIT = 5;');
});

afterAll(() => {
  folder.remove();
});

const idAfter = (change: () => void): [string | undefined, string | undefined] => {
  const before = buildIdOf(ENTRY);
  change();
  return [before, buildIdOf(ENTRY)];
};

describe('the id of a build', () => {
  it.each<[string, () => void]>([
    [
      'a constant in another file',
      () => {
        write('dist/a/b.js', 'export const LIMIT = 15;');
      },
    ],
    [
      'a new file',
      () => {
        write('dist/a/c.mjs', '');
      },
    ],
    [
      'a file that has moved',
      () => {
        rmSync(join(folder.path, 'dist/a/b.js'));
        write('dist/b.js', 'export const LIMIT = 5;');
      },
    ],
    [
      'the version of a dependency',
      () => {
        write('package-lock.json', '{"xstate": "5.33.4"}');
      },
    ],
  ])('changes with %s', (_, change) => {
    const [before, after] = idAfter(change);
    expect(before).toMatch(/^[\w-]{43}$/);
    expect(after).toMatch(/^[\w-]{43}$/);
    expect(after).not.toBe(before);
  });

  it.each<[string, () => void]>([
    ['nothing', () => undefined],
    [
      'data beside the code',
      () => {
        write('dist/data/1.snapshot', 'x');
      },
    ],
    [
      'a declaration',
      () => {
        write('dist/main.d.ts', 'export {};');
      },
    ],
    [
      'what is installed below it',
      () => {
        write('dist/node_modules/x/index.js', 'x');
      },
    ],
  ])('does not change with %s', (_, change) => {
    const [before, after] = idAfter(change);
    expect(after).toBe(before);
  });

  it.each(['dist/main', 'dist'])('is the same when the program is started as %s', (entry) => {
    write('dist/index.js', 'import "./main.js";');
    expect(buildIdOf(join(folder.path, entry))).toBe(buildIdOf(ENTRY));
  });

  it('is unknown where there is no program', () => {
    expect(buildIdOf(undefined)).toBeUndefined();
    expect(buildIdOf(join(folder.path, 'none', 'main.js'))).toBeUndefined();
  });
});
