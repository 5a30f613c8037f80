/** Room in the data file: enough of it before every transaction, taken without touching what is there. */
import { jest } from '@jest/globals';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openTables, type OpenTables } from '../../../../test/support/data-file.js';
import { Random } from '../../../../test/support/random.js';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { FileRoom, requireRoomToOpen, type WriteSize } from './file-room.js';

const NOTHING: WriteSize = { values: [], entries: 0, entryBytes: 0 };

describe('room in the data file', () => {
  let folder: TemporaryFolder;
  let file: string;
  let tables: OpenTables;
  let room: FileRoom;
  let written = 0;
  const random = new Random(20_260_131);

  beforeEach(() => {
    folder = new TemporaryFolder();
    file = join(folder.path, 'data.mdb');
    tables = openTables(folder.path);
    room = new FileRoom(file, tables.root);
  });

  afterEach(async () => {
    room.close();
    await tables.root.close();
    folder.remove();
  });

  const lastPage = (): number => (tables.root.getStats() as { lastPageNumber: number }).lastPageNumber;

  /** Takes room and then writes; LMDB must have had enough of it. */
  async function write(values: readonly number[], keys: readonly string[]): Promise<void> {
    const before = lastPage();
    const entryBytes = keys.reduce((sum, key) => sum + key.length, 0);
    const pages = room.take({ values, entries: keys.length, entryBytes });
    const length = statSync(file).size;
    await tables.root.batch(() => {
      for (const size of values) void tables.plain.put((written += 1), Buffer.alloc(size));
      for (const key of keys) void tables.several.put(key, written);
    });
    expect(lastPage() - before).toBeLessThanOrEqual(pages);
    expect(statSync(file).size).toBe(length);
  }

  const randomKeys = (count: number): readonly string[] =>
    Array.from({ length: count }, () => String(random.next()).padEnd(random.onceIn(5) ? 700 : 0, 'x'));

  it('is enough for transactions of every size', async () => {
    for (let count = 0; count < 150; count += 1) {
      const sizes = Array.from({ length: random.integer(1, 50) }, () =>
        random.onceIn(10) ? random.integer(1, 100_000) : random.integer(1, 500),
      );
      await write(sizes, [...randomKeys(random.integer(0, 50)), 'often', 'as often']);
    }
  });

  it('is enough while no page can be used again, as a reader holds them', async () => {
    const reading = tables.root.useReadTransaction();
    for (let count = 0; count < 100; count += 1) await write([1], []);
    reading.done();
  });

  it('is enough for entries all over a large table', async () => {
    await write([], randomKeys(5_000));
    const reading = tables.root.useReadTransaction();
    for (let count = 0; count < 10; count += 1) await write([], randomKeys(500));
    reading.done();
  });

  it('is enough for many short entries in a small file', async () => {
    const keys = Array.from({ length: 250_000 }, (_, index) => index.toString(36));
    await write([], keys);
  });

  it('is taken with zeros behind everything that is there', () => {
    const before = readFileSync(file);
    room.take({ ...NOTHING, values: [3_000_000] });
    const after = readFileSync(file);
    expect(after.subarray(0, before.length).equals(before)).toBe(true);
    expect(after.length).toBeGreaterThan(before.length + 3_000_000);
    expect(after.subarray(before.length).every((byte) => byte === 0)).toBe(true);
  });

  it('is taken again only once it is used up', async () => {
    room.take(NOTHING);
    const length = statSync(file).size;
    await tables.plain.put('a', Buffer.alloc(1));
    room.take(NOTHING);
    expect(statSync(file).size).toBe(length);
  });

  it('is known for many transactions at a time once the file is large', async () => {
    await write([40_000_000], []);
    const small: WriteSize = { values: [200], entries: 2, entryBytes: 60 };
    for (let count = 0; count < 100; count += 1) room.take(small);
    const measuring = jest.spyOn(tables.root, 'getStats');
    for (let count = 0; count < 100; count += 1) room.take(small);
    expect(measuring.mock.calls.length).toBeLessThan(15);
  });

  it('is refused with what the file system says when there is none', () => {
    expect(() => new FileRoom('/dev/full', tables.root)).toThrow(/ENOSPC/);
  });
});

describe('room to open a log', () => {
  let folder: TemporaryFolder;

  beforeEach(() => {
    folder = new TemporaryFolder();
  });

  afterEach(() => {
    folder.remove();
  });

  it('is that for a lock file, which has all its bytes before LMDB maps it', () => {
    requireRoomToOpen(folder.path);
    expect(readdirSync(folder.path)).toEqual(['lock.mdb']);
    const { size, blocks } = statSync(join(folder.path, 'lock.mdb'));
    expect(blocks * 512).toBeGreaterThanOrEqual(size);
  });

  it('is used by LMDB as it would use its own', async () => {
    requireRoomToOpen(folder.path);
    const { root, plain } = openTables(folder.path);
    await plain.put('a', Buffer.from('b'));
    expect(plain.get('a')).toEqual(Buffer.from('b'));
    await root.close();
  });

  it('leaves a lock file as it is', () => {
    writeFileSync(join(folder.path, 'lock.mdb'), 'in use');
    requireRoomToOpen(folder.path);
    expect(readFileSync(join(folder.path, 'lock.mdb'), 'utf8')).toBe('in use');
    expect(readdirSync(folder.path)).toEqual(['lock.mdb']);
  });

  it('is not asked for where a log has been opened before', () => {
    for (const name of ['data.mdb', 'lock.mdb']) writeFileSync(join(folder.path, name), '');
    const before = statSync(folder.path).mtimeMs;
    requireRoomToOpen(folder.path);
    expect(statSync(folder.path).mtimeMs).toBe(before);
  });
});
