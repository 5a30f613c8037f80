/** `leftfold new`: the folder that it makes, and what it refuses. `npm run package:check` installs, tests and starts what it makes. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { leftfold } from '../support/cli.js';
import { TemporaryFolder } from '../support/server.js';

describe('leftfold new', () => {
  let folder: TemporaryFolder;

  beforeEach(() => {
    folder = new TemporaryFolder();
  });

  afterEach(() => {
    folder.remove();
  });

  const manifestOf = (
    path: string,
  ): { readonly name: string; readonly dependencies: Readonly<Record<string, string>> } =>
    JSON.parse(readFileSync(join(folder.path, path, 'package.json'), 'utf8')) as ReturnType<
      typeof manifestOf
    >;

  it('makes an application with one context, and says what to do next', async () => {
    const { code, stdout, stderr } = await leftfold(['new', 'my-app'], { cwd: folder.path });
    expect([code, stdout, stderr]).toEqual([
      0,
      '',
      'my-app is made; next: cd my-app && npm install && npm start\n',
    ]);
    expect(manifestOf('my-app')).toMatchObject({ name: 'my-app', dependencies: { leftfold: '0.1.0' } });
    expect(readdirSync(join(folder.path, 'my-app', 'src', 'orders')).toSorted()).toEqual([
      'order.decider.spec.ts',
      'order.decider.ts',
      'order.machine.ts',
      'orders.entities.spec.ts',
      'orders.entities.ts',
      'orders.events.spec.ts',
      'orders.events.ts',
      'orders.module.ts',
    ]);
  });

  it('takes the tarball and the context that it is told', async () => {
    writeFileSync(join(folder.path, 'leftfold.tgz'), '');
    const { code } = await leftfold(['new', 'apps/shop', '--context', 'menu', '--package', 'leftfold.tgz'], {
      cwd: folder.path,
    });
    expect(code).toBe(0);
    expect(manifestOf('apps/shop').dependencies['leftfold']).toBe('file:../../leftfold.tgz');
    expect(readFileSync(join(folder.path, 'apps/shop/src/app.module.ts'), 'utf8')).toContain('MenuModule');
  });

  it('names what a context is about so that it can be a variable', async () => {
    const { code } = await leftfold(['new', 'court', '--context', 'cases'], { cwd: folder.path });
    expect(code).toBe(0);
    expect(readFileSync(join(folder.path, 'court/src/cases/one-cases.decider.ts'), 'utf8')).toContain(
      'export const oneCases = defineDecider',
    );
  });

  it('takes the versions that this package is tested with', async () => {
    await leftfold(['new', 'my-app'], { cwd: folder.path });
    const root = join(import.meta.dirname, '..', '..', 'package.json');
    const tested = JSON.parse(readFileSync(root, 'utf8')) as Record<string, Record<string, string>>;
    const made = JSON.parse(
      readFileSync(join(folder.path, 'my-app', 'package.json'), 'utf8'),
    ) as typeof tested;
    const others = { ...made['dependencies'], ...made['devDependencies'], ...made['overrides'] };
    delete others['leftfold'];
    const all = { ...tested['dependencies'], ...tested['devDependencies'], ...tested['overrides'] };
    expect(others).toEqual(Object.fromEntries(Object.keys(others).map((name) => [name, all[name]])));
  });

  it.each([
    [['My App'], '"My App" cannot name a folder: use lower-case letters, digits and single hyphens'],
    [['.'], 'cannot name a folder'],
    [['full'], 'full is not empty; name a folder that is new or empty'],
    [['file'], 'file is a file; name a folder that is new or empty'],
    [['my-app', '--context', 'Orders!'], '"Orders!" cannot name a context'],
    [['my-app', '--package', 'none.tgz'], '--package none.tgz is no file; npm run package makes a tarball'],
    [[], "missing required argument 'folder'"],
  ])('refuses %j, and makes nothing', async (words, message) => {
    mkdirSync(join(folder.path, 'full'));
    writeFileSync(join(folder.path, 'full', 'notes.txt'), 'mine');
    writeFileSync(join(folder.path, 'file'), '');
    const before = readdirSync(folder.path, { recursive: true });
    const { code, stderr } = await leftfold(['new', ...words], { cwd: folder.path });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(readdirSync(folder.path, { recursive: true })).toEqual(before);
  });
});
