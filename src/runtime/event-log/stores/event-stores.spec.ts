/** What every store owes to whoever appends: all or nothing, in order, once. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TemporaryFolder } from '../../../../test/support/server.js';
import { AppendConditionFailed, LogClosed } from '../errors.js';
import { EVERYTHING, START, commitId, tag, type Json, type NewCommit, type StoredEvent } from '../event.js';
import type { EventStore } from '../event-store.js';
import { LmdbStore } from './lmdb/lmdb.store.js';
import { MemoryStore } from './memory.store.js';

const TIME = '2026-01-31T12:00:00.000Z';

const recorded = (data: Json, ...tags: readonly string[]): NewCommit['events'][number] => ({
  type: 'number.recorded',
  revision: 1,
  tags: tags.map(tag),
  data,
});

const commit = (
  id: string,
  events: NewCommit['events'] = [recorded(id)],
  more: Partial<NewCommit> = {},
): NewCommit => ({ id: commitId(id), time: TIME, metadata: {}, events, ...more });

async function everything(store: EventStore): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const page of store.read(EVERYTHING, {})) events.push(...page);
  return events;
}

const dataOf = async (store: EventStore): Promise<readonly Json[]> =>
  (await everything(store)).map(({ data }) => data);

const STORES: readonly (readonly [name: string, open: (folder: string) => EventStore])[] = [
  ['MemoryStore', () => new MemoryStore()],
  ['LmdbStore', (folder) => LmdbStore.open(folder)],
];

describe.each(STORES)('%s', (_name, open) => {
  let folder: TemporaryFolder;
  let store: EventStore;

  beforeEach(() => {
    folder = new TemporaryFolder();
    store = open(folder.path);
  });

  afterEach(async () => {
    await store.close();
    folder.remove();
  });

  describe('an empty log', () => {
    it('has its head at 0', async () => {
      expect(await store.head()).toBe(START);
    });

    it('has nothing to read', async () => {
      expect(await everything(store)).toEqual([]);
    });
  });

  describe('positions', () => {
    it('count 1, 2, 3 … without a gap, across commits of any size', async () => {
      await store.append(commit('a', [recorded(1)]));
      await store.append(commit('b', [recorded(2), recorded(3), recorded(4)]));
      await store.append(commit('c', [recorded(5)]));
      expect((await everything(store)).map((event) => event.position)).toEqual([1, 2, 3, 4, 5]);
    });

    it('of a commit are told to whoever appended it', async () => {
      await store.append(commit('a'));
      expect(await store.append(commit('b', [recorded(2), recorded(3)]))).toMatchObject({
        first: 2,
        last: 3,
        repeated: false,
      });
    });

    it('of the last event is the head', async () => {
      await store.append(commit('a', [recorded(1), recorded(2)]));
      expect(await store.head()).toBe(2);
    });

    it('are not used up by an append that is refused', async () => {
      await store.append(commit('a'));
      const refused = commit('b', [recorded(0)], { condition: { query: EVERYTHING, after: START } });
      await expect(store.append(refused)).rejects.toThrow(AppendConditionFailed);
      expect((await store.append(commit('c'))).first).toBe(2);
    });
  });

  describe('an event that was recorded', () => {
    it('is read as it was given, with its position, time, commit and metadata', async () => {
      const metadata = { correlationId: 'c-1', nested: { list: [1, null, true] } };
      await store.append(
        commit('a', [{ ...recorded({ value: '5' }, 'number:1'), revision: 3 }], { metadata }),
      );
      expect(await everything(store)).toEqual([
        {
          position: 1,
          type: 'number.recorded',
          revision: 3,
          tags: ['number:1'],
          data: { value: '5' },
          time: TIME,
          commit: 'a',
          metadata,
        },
      ]);
    });

    it.each<readonly [what: string, data: Json]>([
      ['null', null],
      ['a boolean', false],
      ['a fraction', 0.1],
      ['the largest safe integer', Number.MAX_SAFE_INTEGER],
      ['the smallest safe integer', Number.MIN_SAFE_INTEGER],
      ['the largest number', Number.MAX_VALUE],
      ['an empty string', ''],
      ['unicode', { 'ключ 🔑': ['日本語', 'é', '👩‍👩‍👧‍👦', '\u0000', '\u2028'] }],
      ['names that mean something elsewhere', { toString: 1, constructor: { prototype: 2 }, length: 3 }],
      ['empty objects and arrays', [{}, [], [[{}]]]],
      ['a thousand decimal digits', { value: '9'.repeat(1000) }],
    ])('may hold %s', async (_what, data) => {
      await store.append(commit('a', [recorded(data)]));
      expect(await dataOf(store)).toEqual([data]);
    });

    it.each(['number:1', 'тег', '🏷️', '\u0001', 'x'.repeat(255), '語'.repeat(255)])(
      'is found by its tag %j',
      async (name) => {
        await store.append(commit('a', [recorded(1, name), recorded(2, 'another')]));
        const found: StoredEvent[] = [];
        for await (const page of store.read([{ tags: [tag(name)] }], {})) found.push(...page);
        expect(found.map((event) => event.position)).toEqual([1]);
      },
    );
  });

  describe('a commit', () => {
    it('of 10,000 events is recorded whole', async () => {
      const many = Array.from({ length: 10_000 }, (_, index) => recorded(index, `number:${index % 7}`));
      expect(await store.append(commit('many', many))).toMatchObject({ first: 1, last: 10_000 });
      expect(await dataOf(store)).toEqual(many.map(({ data }) => data));
    });

    it('is recorded not at all when its condition fails', async () => {
      await store.append(commit('a'));
      const condition = { query: EVERYTHING, after: START };
      await expect(store.append(commit('b', [recorded(1), recorded(2)], { condition }))).rejects.toThrow();
      expect(await dataOf(store)).toEqual(['a']);
    });

    it('is never seen half, however often one looks while it is recorded', async () => {
      const heads = new Set<number>();
      const appends = Promise.all(
        ['a', 'b', 'c'].map((id) => store.append(commit(id, Array(100).fill(recorded(id))))),
      );
      const done = new AbortController();
      void appends.finally(() => {
        done.abort();
      });
      while (!done.signal.aborted) {
        heads.add((await everything(store)).length);
        await nextTurn();
      }
      await appends;
      expect([...heads].filter((seen) => seen % 100 !== 0)).toEqual([]);
    });
  });

  describe('a repeated commit id', () => {
    it('gets the first commit’s positions and time', async () => {
      const first = await store.append(commit('a', [recorded(1), recorded(2)], { fingerprint: 'f' }));
      await store.append(commit('b'));
      const later = commit('a', [recorded(9)], { time: '2027-01-01T00:00:00.000Z', fingerprint: 'g' });
      expect(await store.append(later)).toEqual({ ...first, repeated: true });
    });

    it('records nothing', async () => {
      await store.append(commit('a'));
      await store.append(commit('a', [recorded('again')]));
      expect(await dataOf(store)).toEqual(['a']);
    });

    it('records nothing when both are asked for at the same time', async () => {
      const answers = await Promise.all([
        store.append(commit('a', [recorded('first')])),
        store.append(commit('a', [recorded('second')])),
        store.append(commit('a', [recorded('third')])),
      ]);
      expect(answers.map(({ first, repeated }) => [first, repeated])).toEqual([
        [1, false],
        [1, true],
        [1, true],
      ]);
      expect(await dataOf(store)).toEqual(['first']);
    });

    it('is answered even though its condition would not hold any more', async () => {
      const conditional = commit('a', [recorded(1)], { condition: { query: EVERYTHING, after: START } });
      await store.append(conditional);
      expect(await store.append(conditional)).toMatchObject({ first: 1, repeated: true });
    });

    it('is new when the first append of it was refused', async () => {
      await store.append(commit('a'));
      const condition = { query: EVERYTHING, after: START };
      await expect(store.append(commit('b', [recorded('b')], { condition }))).rejects.toThrow();
      expect(await store.append(commit('b'))).toMatchObject({ first: 2, repeated: false });
    });
  });

  describe('find', () => {
    it('gives the commit of an id', async () => {
      await store.append(commit('a'));
      const recordedAs = await store.append(commit('b', [recorded(1), recorded(2)], { fingerprint: 'f' }));
      await store.append(commit('c'));
      expect(await store.find(commitId('b'))).toEqual(recordedAs);
    });

    it('gives nothing for an id under which nothing was recorded', async () => {
      await store.append(commit('a'));
      expect(await store.find(commitId('b'))).toBeUndefined();
    });
  });

  describe('appends asked for at the same time', () => {
    it('are recorded in the order in which they were asked for', async () => {
      const asked = Array.from({ length: 200 }, (_, index) => index);
      await Promise.all(asked.map((index) => store.append(commit(`c${index}`, [recorded(index)]))));
      expect(await dataOf(store)).toEqual(asked);
    });

    it('are answered in the order in which they were asked for', async () => {
      const answered: number[] = [];
      const asked = Array.from({ length: 50 }, (_, index) => index);
      await Promise.all(
        asked.map(async (index) => {
          await store.append(commit(`c${index}`));
          answered.push(index);
        }),
      );
      expect(answered).toEqual(asked);
    });
  });

  describe('close', () => {
    it('refuses what is appended after it', async () => {
      await store.close();
      await expect(store.append(commit('a'))).rejects.toThrow(LogClosed);
    });

    it('finishes what was asked for before it', async () => {
      const asked = Promise.all(['a', 'b', 'c'].map((id) => store.append(commit(id))));
      await store.close();
      expect((await asked).map(({ last }) => last)).toEqual([1, 2, 3]);
    });

    it('may be called again', async () => {
      await store.close();
      await expect(store.close()).resolves.toBeUndefined();
    });
  });

  it('has an identity that no other log has', async () => {
    const other = new TemporaryFolder();
    const stranger = open(other.path);
    expect(stranger.identity).not.toBe(store.identity);
    await stranger.close();
    other.remove();
  });
});
