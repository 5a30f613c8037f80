/** A file that gets its name once it is complete, and resumes wherever it was cut. */
import { existsSync, readFileSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appendAll, madeUpCommits } from '../../../test/support/made-up-log.js';
import { TemporaryFolder } from '../../../test/support/server.js';
import { TestTerminal } from '../../../test/support/terminal.js';
import { EVERYTHING, START, tag } from '../../runtime/event-log/event.js';
import { MemoryStore } from '../../runtime/stores/memory.store.js';
import { CommandFailed } from '../exit-codes.js';
import { FORMATS, type FormatName } from '../arguments.js';
import { Progress } from '../progress.js';
import { PartialFile, type ExportKey } from './partial-file.js';
import { exportSelection } from './export-selection.js';
import { writeCommits } from './write-commits.js';

describe.each(Object.keys(FORMATS) as FormatName[])('a partial file of %s', (name) => {
  const format = FORMATS[name];
  const store = new MemoryStore();
  const terminal = new TestTerminal();
  let folder: TemporaryFolder;
  let file: string;
  let key: ExportKey;

  beforeAll(() => appendAll(store, madeUpCommits(16, { most: 4 })));

  beforeEach(() => {
    folder = new TemporaryFolder();
    file = join(folder.path, 'log.lines');
    key = { log: store.identity, format: name, query: EVERYTHING, after: START, through: undefined };
  });

  afterEach(() => {
    folder.remove();
  });

  const write = async (part: PartialFile): Promise<void> => {
    const selection = exportSelection(await store.head(), EVERYTHING, part.position);
    const observer = { progress: new Progress(terminal, 'export', 'events'), signal: terminal.interrupted };
    await writeCommits(store, selection, format, part, observer);
  };

  const partIn = (): string => join(folder.path, readdirSync(folder.path)[0] ?? '');

  it('has another name until it is complete', async () => {
    const part = await PartialFile.begin(file, key);
    await write(part);
    expect(existsSync(file)).toBe(false);
    expect(partIn()).toMatch(/log\.lines\.[0-9a-f]{8}\.part$/);
    await part.finish();
    expect(readdirSync(folder.path)).toEqual(['log.lines']);
  });

  it('resumes wherever it was cut, and gives the same bytes', async () => {
    const complete = await PartialFile.begin(file, key);
    await write(complete);
    await complete.finish();
    const bytes = readFileSync(file);
    // After every line feed, before it, and within lines.
    const ends = [...bytes.keys()].filter((index) => bytes[index] === 0x0a);
    for (const length of new Set([0, ...ends.flatMap((end) => [end, end + 1, end >> 1])])) {
      const again = join(folder.path, `again-${length}`);
      await (await PartialFile.begin(again, key)).close();
      const cut = readdirSync(folder.path).find((each) => each.endsWith('.part')) ?? '';
      writeFileSync(join(folder.path, cut), bytes.subarray(0, length));
      const part = await PartialFile.resume(again, key, format);
      await write(part);
      await part.finish();
      expect(readFileSync(again).equals(bytes)).toBe(true);
    }
  });

  it('is not begun when one exists', async () => {
    await (await PartialFile.begin(file, key)).close();
    await expect(PartialFile.begin(file, key)).rejects.toThrow('go on with it by --resume, or remove it');
  });

  it('is neither begun nor resumed when the complete file exists', async () => {
    writeFileSync(file, '');
    await expect(PartialFile.begin(file, key)).rejects.toThrow(`${file} is there already`);
    await expect(PartialFile.resume(file, key, format)).rejects.toThrow(`${file} is there already`);
  });

  it('is not resumed when there is none', async () => {
    await expect(PartialFile.resume(file, key, format)).rejects.toThrow(`there is no part of ${file}`);
  });

  it.each<readonly [what: string, changes: Partial<ExportKey>]>([
    ['of another log', { log: 'another' }],
    ['of another query', { query: [{ tags: [tag('a')] }] }],
    ['in another format', { format: 'another' }],
    ['of another range', { through: START }],
  ])('is not resumed by an export %s', async (_what, changes) => {
    await (await PartialFile.begin(file, { ...key, ...changes })).close();
    await expect(PartialFile.resume(file, key, format)).rejects.toThrow(
      'was begun with other options or from another log',
    );
  });

  it('is not resumed when its last line is not one of an export', async () => {
    await (await PartialFile.begin(file, key)).close();
    writeFileSync(partIn(), '{"half":\n');
    await expect(PartialFile.resume(file, key, format)).rejects.toThrow(CommandFailed);
    truncateSync(partIn(), 0);
    await (await PartialFile.resume(file, key, format)).close();
  });
});
