/** `npm run contracts`, as far as it is ours: the built script, in a folder of its own. */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemporaryFolder } from '../support/server.js';

const ROOT = join(import.meta.dirname, '..', '..');
const SCRIPT = join(ROOT, 'dist', 'apps', 'monolith', 'run-publish-contracts.js');

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('npm run contracts', () => {
  let folder: TemporaryFolder;

  beforeEach(() => {
    folder = new TemporaryFolder();
  });

  afterEach(() => {
    folder.remove();
  });

  const run = (): Outcome => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT], {
      cwd: folder.path,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };

  it('writes what is committed here', () => {
    const { status, stdout, stderr } = run();
    expect([status, stderr]).toEqual([0, '']);
    const written = stdout
      .trim()
      .split('\n')
      .map((line) => line.replace('wrote ', ''));
    const committed = readdirSync(join(ROOT, 'contracts'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1));
    expect(written.toSorted()).toEqual(committed.toSorted());
    for (const file of committed) {
      expect(readFileSync(join(folder.path, file), 'utf8')).toBe(readFileSync(join(ROOT, file), 'utf8'));
    }
  });

  it('writes nothing that is there already', () => {
    cpSync(join(ROOT, 'contracts'), join(folder.path, 'contracts'), { recursive: true });
    expect(run()).toEqual({ status: 0, stdout: 'all contracts are published already\n', stderr: '' });
  });

  it('refuses to overwrite a schema that was published otherwise, and says what to do', () => {
    cpSync(join(ROOT, 'contracts'), join(folder.path, 'contracts'), { recursive: true });
    const file = join(folder.path, 'contracts', 'event.skipped', '1.schema.json');
    const tampered = readFileSync(file, 'utf8').replace('"string"', '"integer"');
    writeFileSync(file, tampered);
    const { status, stdout, stderr } = run();
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      'event.skipped, revision 1: its schema is published and has changed at #/properties/projection/type. ' +
        'What was recorded keeps its revision for ever: put the schema back, and add a revision with an upcaster, ' +
        '.revise({ schema, examples, upcast })\n',
    );
    expect(readFileSync(file, 'utf8')).toBe(tampered);
  });
});
