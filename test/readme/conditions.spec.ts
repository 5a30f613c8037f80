import { jest } from '@jest/globals';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import {
  Shell,
  addContext,
  asShown,
  blocksOf,
  copyProject,
  freePort,
  setTypeChecks,
  stepsOf,
  type Step,
} from '../support/readme.js';
import { TemporaryFolder } from '../support/server.js';

jest.setTimeout(300_000); // it builds and lints a copy of the project

const ROOT = join(import.meta.dirname, '..', '..');
const blocks = blocksOf('docs/conditions.md');
const typescript = blocks.filter(({ language }) => language === 'ts');
const [publishing, ...asking] = blocks.filter(({ language }) => language === 'console').map(stepsOf);

/** What the guide adds or changes. */
const ADDED = 'src/contexts/courses src/apps/monolith/contexts.ts';

describe('the guide to append conditions', () => {
  const folder = new TemporaryFolder();
  let shell: Shell;

  beforeAll(async () => {
    copyProject(folder.path);
    symlinkSync(join(ROOT, 'node_modules'), join(folder.path, 'node_modules'));
    shell = new Shell(folder.path, await freePort());
    const [file, list] = typescript;
    addContext(folder.path, file, list);
  });

  afterAll(async () => {
    await shell.stop();
    folder.remove();
  });

  const expectOutput = ({ command, shows }: Step): void => {
    expect({ command, output: shell.run(command) }).toEqual({
      command,
      output: expect.stringMatching(asShown(shows)) as unknown,
    });
  };

  it('publishes the contracts of its events', () => {
    expect(publishing).toHaveLength(1);
    for (const step of publishing ?? []) expectOutput(step);
    expect(shell.run('node dist/apps/monolith/run-publish-contracts.js')).toContain(
      'all contracts are published already',
    );
  });

  it('shows the output of its commands', async () => {
    setTypeChecks(folder.path, false); // publishing has built the same
    await shell.start(blocks.find(({ language }) => language === 'sh')?.text.trim() ?? '');
    const steps = asking.flat();
    expect(steps).toHaveLength(6);
    for (const step of steps) expectOutput(step);
  });

  it('leaves the checkout green', async () => {
    await shell.stop();
    shell.run(`npx eslint ${ADDED} && npx prettier --check ${ADDED} contracts`);
    expect(shell.run('npm run -s lint:arrows')).toContain('no dependency violations');
    shell.run('npm test -- test/contracts');
  });

  it('quotes tested files literally', () => {
    const excerpts = typescript.flatMap(({ text }) => {
      const [, path, code] = /^\/\/ (test\/\S+)\n([\s\S]*)$/.exec(text) ?? [];
      return path === undefined || code === undefined ? [] : [{ path, code }];
    });
    expect(excerpts).toHaveLength(3);
    for (const { path, code } of excerpts) expect(readFileSync(join(ROOT, path), 'utf8')).toContain(code);
  });

  it('links to existing files', () => {
    const text = readFileSync(join(ROOT, 'docs/conditions.md'), 'utf8');
    const links = [...text.matchAll(/\]\((\.\.\/[^)]+)\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(6);
    for (const link of links) expect(() => readFileSync(join(ROOT, 'docs', link))).not.toThrow(/ENOENT/);
  });
});
