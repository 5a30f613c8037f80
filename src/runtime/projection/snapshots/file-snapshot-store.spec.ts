/** Snapshots in a folder: saved, listed, read, dropped, damaged. */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { position } from '../../event-log/event.js';
import { FileSnapshotStore } from './file-snapshot-store.js';
import type { FoldState } from '../../fold/fold-state.js';
import type { Snapshot, UnreadableSnapshot } from './snapshot-store.js';
import { stateDigest } from './state-digest.js';

const state: FoldState = { value: 'counting', context: { total: 7n } };

const snapshot = (at: number, log = 'a log', of = state): Snapshot => ({
  position: position(at),
  log,
  hash: 'a hash',
  machine: 'a machine',
  state: of,
  digest: { high: -1, low: 2 },
});

/** What is read of it again. */
const read = (at: number, log = 'a log', of = state): Snapshot => ({
  ...snapshot(at, log, of),
  stateDigest: stateDigest(of),
});

async function all(store: FileSnapshotStore): Promise<readonly (Snapshot | UnreadableSnapshot)[]> {
  const found: (Snapshot | UnreadableSnapshot)[] = [];
  for await (const each of store.newestFirst()) found.push(each);
  return found;
}

const positions = (found: readonly (Snapshot | UnreadableSnapshot)[]): readonly unknown[] =>
  found.map((each) => ('position' in each ? each.position : each));

describe('a folder of snapshots', () => {
  let temporary: TemporaryFolder;
  let folder: string;
  let store: FileSnapshotStore;

  beforeEach(() => {
    temporary = new TemporaryFolder();
    folder = join(temporary.path, 'projections', 'sum');
    store = new FileSnapshotStore(folder);
  });

  afterEach(() => {
    temporary.remove();
  });

  const path = async (): Promise<string> => {
    const [name = 'nothing was saved'] = await readdir(folder);
    return join(folder, name);
  };

  /** What is read where this stands in the place of the one snapshot. */
  const readInstead = async (
    file: string,
    bytes: Buffer,
  ): Promise<Snapshot | UnreadableSnapshot | undefined> => {
    await writeFile(file, bytes);
    return (await all(store))[0];
  };

  it('is empty before it exists', async () => {
    expect(await all(store)).toEqual([]);
    expect(await store.list()).toEqual([]);
  });

  it('lists its snapshots, newest first, without reading them', async () => {
    const bytes = await store.save(snapshot(3));
    await store.save(snapshot(12));
    await writeFile(join(folder, `${'7'.padStart(16, '0')}.snapshot`), 'nothing');
    const listed = await store.list();
    expect(listed.map((each) => [each.position, each.bytes])).toEqual([
      [12, bytes + 1],
      [7, 7],
      [3, bytes],
    ]);
    for (const { time } of listed) expect(Math.abs(time.getTime() - Date.now())).toBeLessThan(60_000);
  });

  it.each<[string, FoldState]>([
    ['big integers of both signs', { value: 's', context: { a: 10n ** 400n, b: -(10n ** 400n), c: 0n } }],
    ['nested states', { value: { left: 'a', right: { inner: 'b' } }, context: {} }],
    [
      'nested data',
      { value: 's', context: { rows: [{ rank: 1, product: 6n }, []], none: undefined, nil: null } },
    ],
    [
      'maps, sets and dates',
      { value: 's', context: { map: new Map([['a', 1n]]), set: new Set(['b']), at: new Date(5) } },
    ],
    ['text of any script', { value: 's', context: { text: 'naïve – 数 – 🧮\n' } }],
  ])('gives back what it was given: %s', async (_, of) => {
    await store.save(snapshot(3, 'a log', of));
    expect(await all(store)).toEqual([read(3, 'a log', of)]);
  });

  it('returns how many bytes it wrote', async () => {
    const bytes = await store.save(snapshot(3));
    expect(await readFile(await path())).toHaveLength(bytes);
  });

  it('reads the newest first, by position and not by name', async () => {
    for (const at of [9, 10, 100]) await store.save(snapshot(at));
    expect(positions(await all(store))).toEqual([100, 10, 9]);
  });

  it('reads those at a position and before it if asked', async () => {
    for (const at of [9, 10, 100]) await store.save(snapshot(at));
    const found: (Snapshot | UnreadableSnapshot)[] = [];
    for await (const each of store.newestFirst(position(10))) found.push(each);
    expect(positions(found)).toEqual([10, 9]);
  });

  it('applies the retention, which keeps the newest three', async () => {
    for (let at = 1; at <= 40; at += 1) await store.save(snapshot(at));
    const kept = positions(await all(store)).map(Number);
    expect(kept.slice(0, 3)).toEqual([40, 39, 38]);
    expect(kept.length).toBeLessThan(14);
    expect(await readdir(folder)).toHaveLength(kept.length);
  });

  it('applies the retention to the snapshots that it finds', async () => {
    for (let at = 1; at <= 100; at += 1) {
      await new FileSnapshotStore(folder, { spacing: 10, bytes: 1024 ** 3 }).save(snapshot(at));
    }
    const kept = [...positions(await all(store)).map(Number), 0];
    const gaps = kept.slice(1).map((at, index) => (kept[index] ?? 0) - at);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(10);
    expect(kept.length).toBeLessThan(30);
  });

  it('keeps within the limit of bytes, except for the newest three', async () => {
    const small = new FileSnapshotStore(folder, { spacing: 1, bytes: 1 });
    for (let at = 1; at <= 9; at += 1) await small.save(snapshot(at));
    expect(positions(await all(store))).toEqual([9, 8, 7]);
  });

  it('drops snapshots of another log or machine, and damaged ones', async () => {
    await store.save(snapshot(2));
    for (const at of [3, 4, 5]) {
      const name = `${String(at).padStart(16, '0')}.snapshot`;
      const from = new FileSnapshotStore(join(temporary.path, 'elsewhere'));
      await from.save({ ...snapshot(at, at === 3 ? 'another log' : 'a log'), machine: `machine ${at}` });
      await writeFile(
        join(folder, name),
        at === 5 ? 'damaged' : await readFile(join(temporary.path, 'elsewhere', name)),
      );
    }
    await store.save(snapshot(6));
    expect(positions(await all(store))).toEqual([6, 2]);
    expect(await readdir(folder)).toHaveLength(2);
  });

  it('clears all but those that are wanted, by their headers, without reading states', async () => {
    for (const at of [3, 4, 5]) await store.save(snapshot(at));
    const four = join(folder, '0000000000000004.snapshot');
    const bytes = await readFile(four);
    await writeFile(four, bytes.subarray(0, bytes.indexOf('\n') + 1));
    const told: unknown[] = [];
    await new FileSnapshotStore(folder).clear((found) => {
      told.push(found);
      return 'position' in found && found.position === 4;
    });
    const { log, machine } = snapshot(4);
    expect(told).toEqual([5, 4, 3].map((at) => ({ position: at, log, machine })));
    expect(await readdir(folder)).toEqual(['0000000000000004.snapshot']);
    await store.clear();
    expect(await readdir(folder)).toEqual([]);
  });

  it('deletes files that a crash left unfinished', async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, '0000000000000002.snapshot.new'), 'half of it');
    await store.save(snapshot(3));
    expect(await readdir(folder)).toEqual(['0000000000000003.snapshot']);
  });

  it('replaces a snapshot at the same position', async () => {
    const other = { value: 'counting', context: { total: 8n } };
    await store.save(snapshot(3));
    await store.save(snapshot(3, 'another log', other));
    expect(await all(store)).toEqual([read(3, 'another log', other)]);
  });

  it('keeps a snapshot of a new log among later ones of an older, longer log', async () => {
    for (const at of [700, 800, 900]) await store.save(snapshot(at, 'the old log'));
    await store.save(snapshot(10, 'the new log'));
    expect(await all(store)).toContainEqual(read(10, 'the new log'));
  });

  it('ignores an unfinished file', async () => {
    await store.save(snapshot(3));
    await writeFile(join(folder, '0000000000000009.snapshot.new'), 'half of it');
    expect(positions(await all(store))).toEqual([3]);
  });

  it('overwrites what a crash left behind', async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, '0000000000000003.snapshot.new'),
      'half of it, and longer than all of it: '.repeat(99),
    );
    await store.save(snapshot(3));
    expect(await all(store)).toEqual([read(3)]);
  });

  it('reports a file that cannot be read by name and reason, and goes on to the next', async () => {
    await store.save(snapshot(3));
    await store.save(snapshot(4));
    const newest = join(folder, '0000000000000004.snapshot');
    await writeFile(newest, 'something else');
    expect(await all(store)).toEqual([{ name: newest, reason: 'it is cut off' }, read(3)]);
  });

  it('reports in a sentence that a folder is where a snapshot should be', async () => {
    await store.save(snapshot(3));
    const newest = join(folder, '0000000000000004.snapshot');
    await mkdir(newest);
    expect(await all(store)).toEqual([
      { name: newest, reason: `${newest} is a folder; name a file` },
      read(3),
    ]);
  });

  it('reports a file of another format', async () => {
    await store.save(snapshot(3));
    const file = await path();
    const newer = (await readFile(file)).toString('latin1').replace('"format":5', '"format":6');
    expect(await readInstead(file, Buffer.from(newer, 'latin1'))).toEqual({
      name: file,
      reason: 'it has format 6, but this version reads 5',
    });
  });

  it('detects a damaged byte, wherever it is', async () => {
    await store.save(snapshot(10, 'a'));
    const file = await path();
    const good = await readFile(file);
    const wrong: unknown[] = [];
    for (let index = 0; index < good.length; index += 1) {
      for (const flip of [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff]) {
        const damaged = Buffer.from(good);
        damaged.writeUInt8(damaged.readUInt8(index) ^ flip, index);
        const found = await readInstead(file, damaged);
        if (found === undefined || !('reason' in found)) wrong.push({ index, flip, found });
      }
    }
    expect(wrong).toEqual([]);
  });

  it('detects a truncated file, wherever it is cut', async () => {
    await store.save(snapshot(10, 'a'));
    const file = await path();
    const good = await readFile(file);
    const wrong: unknown[] = [];
    for (let length = 0; length < good.length; length += 1) {
      const found = await readInstead(file, good.subarray(0, length));
      if (found === undefined || !('reason' in found)) wrong.push({ length, found });
    }
    expect(wrong).toEqual([]);
  });
});
