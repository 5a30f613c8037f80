/**
 * Runs the same given/when/then spec with `node:test`, Vitest and Jest in the scaffold's application: rules that hold pass, one that does not and
 * one without an end fail, and each runner shows what was expected, what was recorded instead, once, and the lines of the tests.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The newest that Node 20 can run. */
const VITEST = 'vitest@4.1.12';

const SPEC = `import { given, refused, requireFinished } from 'leftfold/testing';
import { book } from '../../dist/books/book.decider.js';
import { bookAdded, bookLent } from '../../dist/books/books.events.js';

requireFinished(afterEach);

const added = bookAdded.create({ book: '1' });
const lent = bookLent.create({ book: '1' });

describe('a book', () => {
  it('is lent', async () => {
    await given([added]).when(book, '1', 'lend', {}).then([lent]);
  });

  it('is not lent twice', async () => {
    await given([added, lent]).when(book, '1', 'lend', {}).then(refused('book-not-ready'));
  });

  it('is another one', async () => {
    await given([added]).when(book, '1', 'lend', {}).then([bookLent.create({ book: '2' })]);
  });

  it('has no end', () => {
    given([added]).when(book, '3', 'lend', {});
  });
});
`;

const SHOWN = [
  'other events were recorded than expected',
  "- book.lent { book: '2' }",
  "+ book.lent { book: '1' }",
  "#/book is '1', and '2' was expected",
  "given book.added, when book '3': lend: it was not finished, so it tests nothing",
];
/** A diff of the runner's own would show it again. */
const SHOWN_ONCE = /^[^\n:]*- book\.lent \{ book: '2' \}$/gm;

const RUNNERS = [
  {
    name: 'node:test',
    imports: "import { afterEach, describe, it } from 'node:test';\n",
    command: (file) => [process.execPath, '--test', file],
    counts: ['# pass 2', '# fail 2'],
  },
  {
    name: 'Vitest',
    imports: "import { afterEach, describe, it } from 'vitest';\n",
    command: (file) => ['npx', 'vitest', 'run', file],
    counts: ['2 failed | 2 passed'],
  },
  {
    name: 'Jest',
    imports: '',
    command: (file) => [
      process.execPath,
      '--experimental-vm-modules',
      'node_modules/jest/bin/jest.js',
      `--rootDir=${dirname(file)}`,
      '--config={}',
    ],
    counts: ['2 failed, 2 passed'],
  },
];

/** @param folder the application of docs/scaffold.md, built */
export function checkRunners(folder) {
  const run = (command, ...args) =>
    spawnSync(command, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
  const installed = run('npm', 'install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', VITEST);
  if (installed.status !== 0) throw new Error(installed.stderr);
  for (const { name, imports, command, counts } of RUNNERS) {
    const file = `runners/${name.replace(':', '-').toLowerCase()}/rules.test.js`;
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), imports + SPEC);
    const { status, stdout, stderr } = run(...command(file));
    const lines = (imports + SPEC).split('\n');
    const placeOf = (text) => `${basename(file)}:${lines.findIndex((each) => each.includes(text)) + 1}:`;
    const output = `${stdout}${stderr}`;
    const wanted = [...counts, ...SHOWN, placeOf("book: '2'"), placeOf("book, '3'")];
    const missing = wanted.filter((text) => !output.includes(text));
    if (status === 0 || missing.length > 0)
      throw new Error(`${name} does not show ${missing.join(', ')}; it shows\n${output}`);
    const times = output.match(SHOWN_ONCE)?.length;
    if (times !== 1) throw new Error(`${name} shows the difference ${times} times\n${output}`);
    process.stdout.write(`  ${name} shows what differs, and where\n`);
  }
}
