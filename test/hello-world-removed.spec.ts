/** A checkout without the hello world: what README.md says to delete is all there is to it. */
import { jest } from '@jest/globals';
import { existsSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import {
  PROJECT,
  Shell,
  addContext,
  copyProject,
  freePort,
  setTypeChecks,
  type Block,
} from './support/readme.js';
import { TemporaryFolder } from './support/server.js';

jest.setTimeout(300_000); // it compiles and builds a copy of the project

const CONTEXTS = 'src/apps/monolith/contexts.ts';

/** Another domain, of one context. */
const COINS: Block = {
  language: 'ts',
  text: `// src/contexts/coins/coins.module.ts
/** Coins that are tossed, and whether heads came up an even or an odd number of times. */
import { Module } from '@nestjs/common';
import { setup } from 'xstate';
import { z } from 'zod';
import { LeftfoldModule, defineEvent, defineProjection, type RecordedOf } from '../../runtime/index.js';

const coinTossed = defineEvent({
  type: 'coin.tossed',
  schema: z.strictObject({ side: z.enum(['heads', 'tails']) }),
  open: true,
  examples: [{ data: { side: 'heads' } }],
});

const parityMachine = setup({
  types: { events: {} as RecordedOf<typeof coinTossed> },
  guards: { isHeads: ({ event }) => event.data.side === 'heads' },
}).createMachine({
  id: 'parity',
  initial: 'even',
  states: {
    even: { on: { 'coin.tossed': { guard: 'isHeads', target: 'odd' } } },
    odd: { on: { 'coin.tossed': { guard: 'isHeads', target: 'even' } } },
  },
});

const parity = defineProjection({
  name: 'parity',
  machine: parityMachine,
  consumes: [coinTossed],
  view: ({ value }) => ({ state: value }),
});

@Module({ imports: [LeftfoldModule.forFeature({ projections: [parity], http: true })] })
export class CoinsModule {}
`,
};

const LIST: Block = {
  language: 'ts',
  text: `import { CoinsModule } from '../../contexts/coins/coins.module.js';

export const contexts: readonly ContextModule[] = [
  // one a line
  CoinsModule,
];
`,
};

/** The paths that the README says to delete, in its own words. */
const deleted = [
  ...readFileSync(join(PROJECT, 'README.md'), 'utf8').matchAll(/^\d\. Delete (.*)\.$/gm),
].flatMap(([, paths = '']) =>
  [...paths.matchAll(/`([^`]+)`/g)].flatMap(([, path = '']) => (path === CONTEXTS ? [] : [path])),
);

/** What a plain JavaScript file imports, as paths within the project: TypeScript does not look into those. */
function importsOf(project: string, file: string): readonly string[] {
  const text = readFileSync(join(project, file), 'utf8');
  const within = (pattern: RegExp, ...folder: readonly string[]): readonly string[] =>
    [...text.matchAll(pattern)].map(([, path = '']) => join(...folder, path));
  return [
    ...within(/(?:from |import |import\()'(\.[^']+)'/g, dirname(file)),
    ...within(/\bbuilt\('([^']+)'\)/g, 'dist'),
    ...within(/\bbuiltApp\('([^']+)'\)/g, 'dist-test', 'app'),
  ];
}

/** The source of what is built. */
const sourceOf = (path: string): string =>
  path
    .replace(/^dist\/(.*)\.js$/, 'src/$1.ts')
    .replace(/^dist-test\/app\/(.*)\.js$/, 'test/support/app/$1.ts');

function plainFilesIn(project: string): readonly string[] {
  return ['test', 'bench'].flatMap((folder) =>
    readdirSync(join(project, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.mjs'))
      .map((entry) => relative(project, join(entry.parentPath, entry.name))),
  );
}

describe('a checkout without the hello world', () => {
  const folder = new TemporaryFolder();
  let shell: Shell;

  beforeAll(async () => {
    copyProject(folder.path);
    symlinkSync(join(PROJECT, 'node_modules'), join(folder.path, 'node_modules'));
    for (const path of deleted) rmSync(join(folder.path, path), { recursive: true });
    const contexts = join(folder.path, CONTEXTS);
    const lines = readFileSync(contexts, 'utf8').split('\n');
    const left = lines.filter((line) => !line.includes('HelloWorldModule'));
    expect(lines.length - left.length).toBe(2); // its import and its entry
    writeFileSync(contexts, left.join('\n'));
    shell = new Shell(folder.path, await freePort());
  });

  afterAll(async () => {
    await shell.stop();
    folder.remove();
  });

  it('is what the README says to delete', () => {
    expect(deleted).toHaveLength(12);
  });

  it('compiles, tests included, and keeps the arrows', () => {
    shell.run('npm run -s types');
    expect(shell.run('npm run -s lint:arrows')).toContain('no dependency violations');
  });

  it('has no plain JavaScript file that imports what was deleted', () => {
    const files = plainFilesIn(folder.path);
    expect(files.length).toBeGreaterThan(30);
    const missing = files.flatMap((file) =>
      importsOf(folder.path, file)
        .filter((path) => !existsSync(join(folder.path, sourceOf(path))))
        .map((path) => `${file} imports ${path}`),
    );
    expect(missing).toEqual([]);
  });

  it('starts without any context, and shows nothing of the hello world', async () => {
    setTypeChecks(folder.path, false); // just done
    const output = await shell.start('LEFTFOLD_STORE=memory npm start');
    expect(output.match(/^ +curl .*$/gm)?.map((line) => line.replace(/^ +curl \S+?(\/\w*)$/, '$1'))).toEqual([
      '/events',
      '/projections',
    ]);
    expect(output).not.toMatch(/numbers|sum|product/);
    expect(JSON.parse(shell.run('curl -s localhost:3000/health/ready'))).toEqual({
      status: 'ready',
      log: { status: 'available', head: 0 },
      projections: {},
    });
    expect(JSON.parse(shell.run('curl -s localhost:3000/events'))).toEqual({ events: [] });
    const document = shell.run('curl -s localhost:3000/openapi.json');
    expect(JSON.parse(document)).toMatchObject({
      info: { description: 'One append-only log of events, and the contexts that are folded over it.' },
    });
    expect(Object.keys((JSON.parse(document) as { paths: object }).paths)).not.toContain('/numbers');
    expect(shell.run('curl -s localhost:3000/docs')).toContain('<title>Leftfold</title>');
    await shell.stop();
  });

  it('serves another domain in its place', async () => {
    addContext(folder.path, COINS, LIST);
    setTypeChecks(folder.path, true);
    await shell.start('LEFTFOLD_DATA=./data-coins npm start');
    const toss = '{"events": [{"type": "coin.tossed", "data": {"side": "heads"}}]}';
    expect(shell.run(`curl -s --json '${toss}' localhost:3000/events`)).toContain('"first":1');
    expect(shell.run("curl -s -H 'Prefer: wait=5' 'localhost:3000/parity?after=1'")).toBe(
      '{"state":"odd","position":1}',
    );
    await shell.stop();
  });

  it('publishes the contracts of that domain, and its tests of contracts pass', () => {
    setTypeChecks(folder.path, false);
    expect(shell.run('npm run -s contracts')).toContain('wrote contracts/coin.tossed/1.schema.json');
    shell.run('npm test -- test/contracts');
  });
});
