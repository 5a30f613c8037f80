/** Data files that are as LMDB wrote them are let through, whatever was done to them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import { DataFile, TABLES, openTables, type OpenTables } from '../../../../test/support/data-file.js';
import { Random } from '../../../../test/support/random.js';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { checkFile, checkHeader } from './file-check.js';

const SHAPES: readonly (readonly [name: string, fill: (tables: OpenTables, random: Random) => void])[] = [
  ['tables without an entry', () => undefined],
  ['one entry', ({ plain }) => void plain.put('a', Buffer.from('b'))],
  [
    'thousands of entries that came in any order',
    ({ plain }, random) => {
      for (let count = 0; count < 5_000; count += 1) void plain.put(random.next(), Buffer.alloc(40));
    },
  ],
  [
    'entries of many sizes, most of which have pages of their own',
    ({ plain }) => {
      for (let size = 0; size < 12_000; size += 97) void plain.put(size, Buffer.alloc(size));
    },
  ],
  [
    'keys of up to the longest length',
    ({ plain, several }, random) => {
      for (let count = 0; count < 200; count += 1) {
        const key = String(random.next()).padEnd(random.integer(20, 1_970), 'k');
        void plain.put(key, Buffer.alloc(1));
        void several.put(key, count);
      }
    },
  ],
  [
    'keys with one value, with some, and with thousands',
    ({ several }, random) => {
      for (let value = 0; value < 10_000; value += 1) {
        void several.put('many', value);
        void several.put(`some ${value % 50}`, value);
        void several.put(`one ${random.next()}`, value);
      }
    },
  ],
  [
    'several values of nearly the longest length under one key',
    ({ several }) => {
      for (let value = 0; value < 60; value += 1) void several.put('a', String(value).padStart(1_900, '0'));
    },
  ],
  [
    'versions',
    ({ versioned }) => {
      for (let key = 0; key < 500; key += 1) void versioned.put(key, 'x'.repeat(key * 10), key);
    },
  ],
];

/** One transaction that writes and deletes in every table. */
function change({ root, plain, several, versioned }: OpenTables, random: Random): Promise<unknown> {
  return root.batch(() => {
    for (let count = random.integer(1, 40); count > 0; count -= 1) {
      const number = random.integer(1, 500);
      void plain.put(number, Buffer.alloc(random.onceIn(10) ? random.integer(1, 20_000) : 100));
      void several.put(`key ${number % 20}`, random.integer(1, 1_000));
      void versioned.put(number % 10, number, number);
      if (random.onceIn(3)) void plain.remove(random.integer(1, 500));
      if (random.onceIn(3)) void several.remove(`key ${random.integer(0, 19)}`);
    }
  });
}

describe('a data file', () => {
  let folder: TemporaryFolder;
  let tables: OpenTables;
  const random = new Random(20_260_131);

  beforeEach(() => {
    folder = new TemporaryFolder();
    tables = openTables(folder.path);
  });

  afterEach(async () => {
    await tables.root.close();
    folder.remove();
  });

  const expectSound = (path = join(folder.path, 'data.mdb')): void => {
    expect(() => {
      checkHeader(path, TABLES);
      checkFile(path, TABLES);
    }).not.toThrow();
  };

  it.each(SHAPES)('with %s is let through', async (_, fill) => {
    await tables.root.batch(() => {
      fill(tables, random);
    });
    expectSound();
  });

  it('without any table is let through', async () => {
    const path = join(folder.path, 'new');
    await open({ path }).close();
    expectSound(join(path, 'data.mdb'));
  });

  it('is let through after each of hundreds of transactions', async () => {
    for (let transaction = 0; transaction < 300; transaction += 1) {
      await change(tables, random);
      expectSound();
    }
  });

  it('is let through whose free pages wait for a reader', async () => {
    await change(tables, random);
    const reading = tables.root.useReadTransaction();
    for (let transaction = 0; transaction < 100; transaction += 1) await change(tables, random);
    expectSound();
    reading.done();
  });

  it('is let through whose list of free pages has pages of its own', async () => {
    const { root, plain } = tables;
    await root.batch(() => {
      for (let key = 0; key < 2_000; key += 1) void plain.put(key, Buffer.alloc(5_000));
    });
    await plain.clearAsync();
    const file = new DataFile(readFileSync(join(folder.path, 'data.mdb')));
    expect(file.meta.freePages.overflowPages).toBeGreaterThan(0);
    expectSound();
  });

  it('is let through that ends before a last page that is free', async () => {
    const { root, plain } = tables;
    await root.batch(() => {
      for (let key = 0; key < 100; key += 1) void plain.put(key, Buffer.alloc(5_000));
    });
    await plain.clearAsync();
    const path = join(folder.path, 'data.mdb');
    const cut = join(folder.path, 'cut');
    const bytes = readFileSync(path);
    writeFileSync(cut, bytes.subarray(0, -4_096));
    expectSound(cut);
  });

  it('is let through that was closed and opened again', async () => {
    await change(tables, random);
    await tables.root.close();
    expectSound();
    tables = openTables(folder.path);
    await change(tables, random);
    expectSound();
  });

  it.each([
    ['copy', false],
    ['compacted copy', true],
  ])('is let through that is a %s, also once the copy was written to', async (_, compacted) => {
    for (let transaction = 0; transaction < 20; transaction += 1) await change(tables, random);
    const copy = new TemporaryFolder();
    await tables.root.backup(copy.path, compacted);
    expectSound(join(copy.path, 'data.mdb'));
    const copied = openTables(copy.path);
    await change(copied, random);
    expectSound(join(copy.path, 'data.mdb'));
    await copied.root.close();
    copy.remove();
  });
});
