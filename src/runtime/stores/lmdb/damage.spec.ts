/** A damaged log in LMDB: only what is undamaged is read. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { asBinary } from 'lmdb';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { LogDamaged } from '../../event-log/errors.js';
import {
  commitId,
  position,
  tag,
  type NewCommit,
  type Position,
  type RecordedCommit,
} from '../../event-log/event.js';
import { EventLog } from '../../event-log/event-log.js';
import { aboutLog, openFiles, type LmdbFiles } from './lmdb-files.js';
import { LmdbReader } from './lmdb.reader.js';
import { LmdbStore } from './lmdb.store.js';

/** The beginning of a number, and no more of it. */
const UNDECODABLE = asBinary(Buffer.from([0xcd])) as never;

/** Three events each, so that the commit of index i begins at 3i + 1 and ends at 3i + 3. */
const SIZE = 3;

const commit = (index: number): NewCommit => ({
  id: commitId(`c${index}`),
  time: '2026-01-31T12:00:00.000Z',
  metadata: {},
  events: Array.from({ length: SIZE }, (_, offset) => ({
    type: 'number.recorded',
    revision: 1,
    tags: [tag(`commit:${index}`)],
    data: `${index}/${offset}`,
  })),
});

const endOf = (index: number): Position => position(SIZE * (index + 1));

const flipped = (bytes: Buffer): Buffer => {
  const copy = Buffer.from(bytes);
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
  return copy;
};

const bytesOf = ({ commits }: LmdbFiles, index: number): Buffer =>
  commits.get(endOf(index)) ?? Buffer.alloc(0);

describe('a damaged log', () => {
  let folder: TemporaryFolder;
  let store: LmdbStore;

  const damage = async (change: (files: LmdbFiles) => unknown): Promise<void> => {
    for (let index = 0; index < 10; index += 1) await store.append(commit(index));
    const files = openFiles(folder.path, { readOnly: false });
    await change(files);
    await files.root.close();
  };

  /** Commits 0 to 9, of which the damage has done something to one while their writer has the log, and this reader too. */
  const damagedBy = async (change: (files: LmdbFiles) => unknown): Promise<LmdbReader> => {
    const reader = LmdbReader.open(folder.path);
    await damage(change);
    return reader;
  };

  beforeEach(() => {
    folder = new TemporaryFolder();
    store = LmdbStore.open(folder.path);
  });

  afterEach(async () => {
    await store.close();
    folder.remove();
  });

  it.each<readonly [what: string, damage: (files: LmdbFiles) => unknown]>([
    ['another bit in a commit', (files) => files.commits.put(endOf(4), flipped(bytesOf(files, 4)))],
    ['another commit in the place of one', (files) => files.commits.put(endOf(4), bytesOf(files, 5))],
    ['a commit that is gone', (files) => files.commits.remove(endOf(4))],
    ['an index of ids that lacks a commit', (files) => files.ids.remove(commitId('c4'))],
    ['an index of ids that leads elsewhere', (files) => files.ids.put(commitId('c4'), endOf(5))],
    ['an index of ids that says nothing', (files) => files.ids.put(commitId('c4'), UNDECODABLE)],
    ['an index of ids that says a word', (files) => files.ids.put(commitId('c4'), 'word' as never)],
    ['an index of types that lacks a commit', (files) => files.types.remove('number.recorded', endOf(4))],
    ['an index of tags that lacks a commit', (files) => files.tags.remove(tag('commit:4'), endOf(4))],
  ])(
    'with %s has whole commits up to there, and then an error that names the position',
    async (_what, damage) => {
      const reader = await damagedBy(damage);
      const commits: RecordedCommit[] = [];
      const walk = (async () => {
        for await (const page of reader.commits()) commits.push(...page);
      })();
      await expect(walk).rejects.toThrow(
        expect.objectContaining({ constructor: LogDamaged, position: 13 }) as Error,
      );
      expect(commits.map(({ id }) => id)).toEqual(['c0', 'c1', 'c2', 'c3']);
      await reader.close();
    },
  );

  it.each<readonly [what: string, damage: (files: LmdbFiles) => unknown]>([
    ['ids leads past the commits', (files) => files.ids.put(commitId('c99'), position(99))],
    ['ids has one id too many', (files) => files.ids.put(commitId('c99'), endOf(3))],
    ['types leads past the commits', (files) => files.types.put('number.recorded', position(99))],
    ['tags has one entry too many', (files) => files.tags.put(tag('commit:3'), endOf(7))],
    ['the commits lacks the last ones', (files) => files.commits.remove(endOf(9))],
  ])('is found when the table of %s', async (_what, damage) => {
    const reader = await damagedBy(damage);
    const walk = (async () => {
      for await (const page of reader.commits()) expect(page).toBeDefined();
    })();
    await expect(walk).rejects.toThrow(LogDamaged);
    await reader.close();
  });

  it.each<readonly [what: string, damage: (files: LmdbFiles) => unknown]>([
    ['the index of ids', (files) => files.ids.remove(commitId('c4'))],
    ['the index of types', (files) => files.types.remove('number.recorded', endOf(4))],
    ['the index of tags', (files) => files.tags.remove(tag('commit:4'), endOf(4))],
  ])('that lacks a commit in %s is not opened, also beside its writer', async (_what, change) => {
    await damage(change);
    expect(() => LmdbReader.open(folder.path)).toThrow(
      expect.objectContaining({ constructor: LogDamaged, position: 13 }) as Error,
    );
  });

  it('that is over 64 MiB is not opened when an index was damaged while its writer had it', async () => {
    const note = 'x'.repeat(1024 * 1024);
    for (let index = 0; index < 70; index += 1) {
      const { events, ...rest } = commit(index);
      await store.append({ ...rest, events: events.map((event) => ({ ...event, data: [note, index] })) });
    }
    const files = openFiles(folder.path, { readOnly: false });
    await files.types.remove('number.recorded', endOf(4));
    await files.root.close();
    await store.close();
    expect(statSync(join(folder.path, 'data.mdb')).size).toBeGreaterThan(64 * 1024 * 1024);
    for (const open of [() => LmdbReader.open(folder.path), () => LmdbStore.open(folder.path)])
      expect(open).toThrow(expect.objectContaining({ constructor: LogDamaged, position: 13 }) as Error);
  }, 60_000);

  it('that an index leads to a commit which holds nothing of it is not answered from', async () => {
    const reader = await damagedBy((files) => files.tags.put(tag('commit:3'), endOf(7)));
    const read = async (after: Position): Promise<void> => {
      for await (const page of reader.read([{ tags: [tag('commit:3')] }], { after }))
        expect(page).toBeDefined();
    };
    await expect(read(position(0))).rejects.toThrow('an index leads to the commit there');
    await expect(read(endOf(5))).rejects.toThrow('an index leads to the commit there');
    await reader.close();
  });

  it('that ends before its head does not end a complete read early', async () => {
    await damagedBy((files) => files.commits.remove(endOf(9))).then((reader) => reader.close());
    const readAll = async (backwards: boolean): Promise<void> => {
      for await (const page of store.read([{}], { backwards })) expect(page).toBeDefined();
    };
    await expect(readAll(false)).rejects.toThrow('the commits end before the head of the log');
    await expect(readAll(true)).rejects.toThrow('the commits end before the head of the log');
  });

  it.each(['format', 'identity', 'owner'])('that does not say its %s is not opened', async (entry) => {
    await store.close();
    const files = openFiles(folder.path, { readOnly: false });
    await files.about.put(entry, UNDECODABLE);
    await files.root.close();
    expect(() => LmdbStore.open(folder.path)).toThrow('is damaged: what it says about itself cannot be read');
  });

  it('that does not say its identity is not read either', async () => {
    await damage((files) => files.about.put('identity', UNDECODABLE));
    expect(() => LmdbReader.open(folder.path)).toThrow(
      'is damaged: what it says about itself cannot be read',
    );
  });

  it('is not what LMDB itself reports while an entry is read', () => {
    const full = Object.assign(new Error('MDB_READERS_FULL'), { code: -30790 });
    const read = (): never => {
      throw full;
    };
    expect(() => aboutLog(folder.path, read)).toThrow(full);
  });

  it('names the first position of a commit that the walk begins with', async () => {
    const reader = await damagedBy((files) => files.commits.put(endOf(4), flipped(bytesOf(files, 4))));
    const walk = reader.commits({ after: endOf(3) })[Symbol.asyncIterator]();
    await expect(walk.next()).rejects.toThrow('damaged at position 13');
    await reader.close();
  });

  it('does not take a commit for a new one of which it cannot be read where it ends', async () => {
    const reader = await damagedBy((files) => files.ids.put(commitId('c4'), UNDECODABLE));
    const log = new EventLog(reader);
    await expect(log.find(commitId('c4'))).rejects.toThrow(LogDamaged);
    expect(await log.find(commitId('c5'))).toMatchObject({ last: endOf(5) });
    await log.close();
  });

  it('answers what does not touch the damage, and nothing that does', async () => {
    const reader = await damagedBy((files) => files.commits.put(endOf(4), flipped(bytesOf(files, 4))));
    const dataOf = async (index: number): Promise<readonly unknown[]> => {
      const data: unknown[] = [];
      for await (const page of reader.read([{ tags: [tag(`commit:${index}`)] }], {}))
        data.push(...page.map((event) => event.data));
      return data;
    };
    expect(await dataOf(3)).toEqual(['3/0', '3/1', '3/2']);
    await expect(dataOf(4)).rejects.toThrow(LogDamaged);
    expect(await dataOf(5)).toEqual(['5/0', '5/1', '5/2']);
    await reader.close();
  });
});
