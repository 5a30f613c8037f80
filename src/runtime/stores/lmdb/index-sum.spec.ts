/** The sum over the indexes: the same from what is appended as from the pages of the file, and another one after any damage. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import { Random } from '../../../../test/support/random.js';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { LogDamaged } from '../../event-log/errors.js';
import { commitId, position, tag, type NewCommit } from '../../event-log/event.js';
import { checkFile, FileDamaged } from './file-check.js';
import { INDEX_SUM } from './file-check/entry-listener.js';
import { FoundIndexes, IndexSum } from './index-sum.js';
import { TABLES, openFiles, type LmdbFiles } from './lmdb-files.js';
import { LmdbReader } from './lmdb.reader.js';
import { LmdbStore } from './lmdb.store.js';

const FLIPS = 150;

const TEXTS = [
  'a',
  'z'.repeat(200),
  'é',
  '語'.repeat(30),
  '👩‍👩‍👧',
  '\u0001',
  '\u0004x',
  '\u001b',
  'a\u0003b',
  '\u007f',
  '𝒳',
];

const commit = (number: number, texts: readonly string[]): NewCommit => ({
  id: commitId(`id ${number} ${texts[0] ?? ''}`),
  time: '2026-01-31T12:00:00.000Z',
  metadata: {},
  events: texts.map((text, index) => ({
    type: index % 2 === 0 ? 'number.recorded' : 'number.retracted',
    revision: 1,
    tags: [tag(`${text}${number % 3}`), tag('all')],
    data: number,
  })),
});

/** Everything that LMDB reads in the indexes, as bytes. */
async function indexEntries(folder: string): Promise<readonly string[]> {
  const root = open({ path: folder, readOnly: true });
  const entries = (['ids', 'types', 'tags'] as const).flatMap((name) => {
    const table = root.openDB<Buffer, Buffer>({
      name,
      encoding: 'binary',
      keyEncoding: 'binary',
      dupSort: name !== 'ids',
    });
    return Array.from(table.getRange()).map(
      ({ key, value }) => `${name} ${key.toString('hex')} ${value.toString('hex')}`,
    );
  });
  await root.close();
  return entries;
}

function foundIn(folder: string): FoundIndexes {
  const found = new FoundIndexes();
  checkFile(join(folder, 'data.mdb'), TABLES, found);
  return found;
}

describe('the sum over the indexes', () => {
  let folder: TemporaryFolder;
  let store: LmdbStore;
  const random = new Random(20_260_131);

  const append = async (first: number, count: number): Promise<void> => {
    const texts = (): readonly string[] =>
      Array.from({ length: random.integer(1, 4) }, () => TEXTS[random.integer(0, TEXTS.length - 1)] ?? '');
    await Promise.all(
      Array.from({ length: count }, (_, index) => store.append(commit(first + index, texts()))),
    );
  };

  const changed = async (change: (files: LmdbFiles) => unknown): Promise<void> => {
    const files = openFiles(folder.path, { readOnly: false });
    await change(files);
    await files.root.close();
  };

  beforeEach(() => {
    folder = new TemporaryFolder();
    store = LmdbStore.open(folder.path);
  });

  afterEach(async () => {
    await store.close();
    folder.remove();
  });

  it('is that of the pages after each of many batches, whatever ids and tags hold', async () => {
    expect(foundIn(folder.path).areAsKept).toBe(true);
    for (let batch = 0; batch < 30; batch += 1) {
      await append(1_000 * batch, random.integer(1, 60));
      expect(foundIn(folder.path).areAsKept).toBe(true);
    }
  });

  it('goes on after the log was closed, and in a copy of it', async () => {
    await append(0, 50);
    await store.close();
    store = LmdbStore.open(folder.path);
    await append(1_000, 50);
    expect(foundIn(folder.path).areAsKept).toBe(true);
  });

  it.each([1, 127, 128, 255, 256, 65_535, 65_536, 2 ** 24, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 7, 2 ** 53 - 1])(
    'takes the position %i as LMDB stores it',
    async (end) => {
      const last = position(end);
      const [id, one, two] = [commitId('c'), tag('one'), tag('two')];
      const sum = IndexSum.ofNothing();
      sum.addCommit({ id, last, types: ['t'], tags: [one, two] });
      const entries = new TemporaryFolder();
      const { root, ids, types, tags, about } = openFiles(entries.path, { readOnly: false });
      await root.batch(() => {
        void ids.put(id, last);
        void types.put('t', last);
        void tags.put(one, last);
        void tags.put(two, last);
        void about.put(INDEX_SUM, String(sum));
      });
      await root.close();
      expect(foundIn(entries.path).areAsKept).toBe(true);
      entries.remove();
    },
  );

  it.each<readonly [what: string, change: (files: LmdbFiles) => unknown]>([
    ['an id', ({ ids }) => ids.put(commitId('id 3 a'), position(2))],
    ['the kept sum', ({ about }) => about.put(INDEX_SUM, 'x')],
    ['a missing type', ({ types }) => types.remove('number.recorded', position(3))],
    ['a missing tag', ({ tags }) => tags.remove(tag('all'), position(3))],
    ['another tag', ({ tags }) => tags.put(tag('all!'), position(3))],
  ])('is another one after a change of %s', async (_, change) => {
    for (let number = 1; number <= 4; number += 1) await store.append(commit(number, ['a']));
    expect(foundIn(folder.path).areAsKept).toBe(true);
    await changed(change);
    expect(foundIn(folder.path).areAsKept).toBe(false);
  });

  it('is looked at also beside a writer: an index that lacks a commit is not read', async () => {
    for (let number = 1; number <= 4; number += 1) await store.append(commit(number, ['a']));
    await changed(({ types }) => types.remove('number.recorded', position(3)));
    expect(() => LmdbReader.open(folder.path)).toThrow(
      expect.objectContaining({ constructor: LogDamaged, position: 3 }) as Error,
    );
  });

  it('is kept again when it was damaged itself, or an earlier version wrote without it', async () => {
    await append(0, 20);
    for (const kept of ['x', '1 00000000 00000000', undefined]) {
      await store.close();
      await changed(({ about }) =>
        kept === undefined ? about.remove(INDEX_SUM) : about.put(INDEX_SUM, kept),
      );
      expect(foundIn(folder.path).areAsKept).toBe(false);
      await LmdbReader.open(folder.path).close();
      store = LmdbStore.open(folder.path);
      expect(foundIn(folder.path).areAsKept).toBe(true);
      await append(random.integer(1_000, 1_000_000), 5);
      expect(foundIn(folder.path).areAsKept).toBe(true);
    }
  });

  it(`is another one, or the pages are refused, or the indexes are read as they were, after ${FLIPS} single flips`, async () => {
    for (let number = 1; number <= 150; number += 1)
      await store.append(commit(number, [`${number} ${'x'.repeat(80)}`]));
    await store.close();
    const sound = readFileSync(join(folder.path, 'data.mdb'));
    const used = Array.from(sound.keys()).filter((at) => sound[at] !== 0);
    const entries = await indexEntries(folder.path);
    const work = new TemporaryFolder();
    const outcomes = { refused: 0, anotherSum: 0, readAsTheyWere: 0 };
    for (let count = 0; count < FLIPS; count += 1) {
      const byte = used[random.integer(0, used.length - 1)] ?? 0;
      const bit = 8 * byte + random.integer(0, 7);
      const flipped = Buffer.from(sound);
      flipped.writeUInt8(flipped.readUInt8(bit >>> 3) ^ (1 << (bit & 7)), bit >>> 3);
      writeFileSync(join(work.path, 'data.mdb'), flipped);
      try {
        if (!foundIn(work.path).areAsKept) outcomes.anotherSum += 1;
        else {
          outcomes.readAsTheyWere += 1;
          expect({ bit, entries: await indexEntries(work.path) }).toEqual({ bit, entries });
        }
      } catch (error) {
        if (!(error instanceof FileDamaged)) throw error;
        outcomes.refused += 1;
      }
    }
    work.remove();
    expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(FLIPS / 50);
  });
});
