/** The chain of hashes: each covers a commit and the hash before it, and is the same in every store. */
import { EVERYTHING, START, type NewCommit } from '../../../event-log/event.js';
import type { EventStore } from '../../../event-log/event-store.js';
import { MemoryStore } from '../../../stores/memory.store.js';
import { commit, event, events } from '../commits.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { aLogForEach } from '../logs.js';
import { commitsOf, outcomeOf } from '../reading.js';
import { describe, expect, it } from '../test-runner.js';
import { write } from '../writers.js';

/** Commits with every kind of content that a hash must cover. */
const MIXTURE: readonly NewCommit[] = [
  commit('a'),
  commit('b', [event({ tags: ['number:1', 'é'], data: { value: '5', list: [1, { e: 1e-7 }] } }), event()]),
  commit('c', [event({ type: 'number.retracted', revision: 3, data: { 'ключ 🔑': 1e21 } })], {
    metadata: { correlationId: 'x', nested: { list: [1, null, true] } },
    fingerprint: 'f',
    time: '1970-01-01T00:00:00.000Z',
  }),
  commit(
    'd',
    events(500, (index) => ({ type: index % 3 === 0 ? 'a.b' : 'c.d', tags: index % 7 === 0 ? ['t'] : [] })),
  ),
  commit('e', [event({ data: JSON.parse('{"__proto__":{"a":1},"":[]}') as never }), event({ data: {} })]),
];

async function hashesOf(store: EventStore, appended: readonly NewCommit[]): Promise<readonly string[]> {
  for (const each of appended) await store.append(each);
  return (await commitsOf(store)).map(({ hash }) => hash);
}

export function describeHashes(factory: EventStoreFactory): void {
  describe('the chain of hashes', () => {
    const logs = aLogForEach(factory);

    it('begins after sixty-four zeros', async () => {
      await logs.store.append(commit('a'));
      expect(await commitsOf(logs.store)).toMatchObject([{ previous: '0'.repeat(64) }]);
    });

    it('has a SHA-256 in hexadecimal for each commit', async () => {
      const hashes = await hashesOf(logs.store, MIXTURE);
      expect(hashes.filter((hash) => !/^[0-9a-f]{64}$/.test(hash))).toEqual([]);
      expect(new Set(hashes).size).toBe(MIXTURE.length);
    });

    it('names in each commit the hash of the one before it', async () => {
      const hashes = await hashesOf(logs.store, MIXTURE);
      const previous = (await commitsOf(logs.store)).map((each) => each.previous);
      expect(previous).toEqual(['0'.repeat(64), ...hashes.slice(0, -1)]);
    });

    it('is unbroken after concurrent appends', async () => {
      await write([logs.store], { writers: 16, commits: 10 });
      const chain = await commitsOf(logs.store);
      expect(chain).toHaveLength(160);
      expect(chain.map(({ previous }) => previous)).toEqual([
        '0'.repeat(64),
        ...chain.slice(0, -1).map(({ hash }) => hash),
      ]);
    });

    it('is the same for the same content in another log', async () => {
      expect(await hashesOf(logs.store, MIXTURE)).toEqual(await hashesOf(await logs.open(), MIXTURE));
    });

    it('is the same for the same content in the memory store', async () => {
      expect(await hashesOf(logs.store, MIXTURE)).toEqual(await hashesOf(new MemoryStore(), MIXTURE));
    });

    it('is the same whether commits are appended one by one or at once', async () => {
      const other = await logs.open();
      await Promise.all(MIXTURE.map((each) => other.append(each)));
      expect(await hashesOf(logs.store, MIXTURE)).toEqual(await hashesOf(other, []));
    });

    it('is the same whatever the conditions', async () => {
      const under = (each: NewCommit, index: number): NewCommit => ({
        ...each,
        isNewId: index % 2 === 0,
        condition: { query: [{ types: ['never.recorded'] }], after: START },
      });
      const other = await hashesOf(await logs.open(), MIXTURE.map(under));
      expect(await hashesOf(logs.store, MIXTURE)).toEqual(other);
    });

    it('is the same for what was read and appended again elsewhere', async () => {
      const hashes = await hashesOf(logs.store, MIXTURE);
      const copied = (await commitsOf(logs.store)).map(
        ({ id, time, metadata, fingerprint, events: read }) => ({
          id,
          time,
          metadata,
          ...(fingerprint !== undefined && { fingerprint }),
          events: read.map(({ type, revision, tags, data }) => ({ type, revision, tags, data })),
        }),
      );
      expect(await hashesOf(await logs.open(), copied)).toEqual(hashes);
    });

    it('is not affected by refused or repeated appends', async () => {
      const first = commit('a');
      const condition = { query: EVERYTHING, after: START };
      await logs.store.append(first);
      await outcomeOf(logs.store, commit('refused', undefined, { condition }));
      await logs.store.append(commit('a', events(7)));
      await logs.store.append(commit('b'));
      expect(await hashesOf(logs.store, [])).toEqual(await hashesOf(await logs.open(), [first, commit('b')]));
    });

    it.each<readonly [what: string, changed: NewCommit]>([
      ['the commit’s id', commit('other', events(2))],
      ['the commit’s time', commit('a', events(2), { time: '2026-01-31T12:00:00.001Z' })],
      ['the commit’s metadata', commit('a', events(2), { metadata: { by: 'kit' } })],
      ['the commit’s fingerprint', commit('a', events(2), { fingerprint: 'f' })],
      [
        'an event’s type',
        commit(
          'a',
          events(2, () => ({ type: 'number.retracted' })),
        ),
      ],
      [
        'an event’s revision',
        commit(
          'a',
          events(2, () => ({ revision: 2 })),
        ),
      ],
      [
        'an event’s tags',
        commit(
          'a',
          events(2, (index) => ({ tags: index === 1 ? ['odd'] : [] })),
        ),
      ],
      [
        'an event’s data',
        commit(
          'a',
          events(2, (index) => ({ data: String(index) })),
        ),
      ],
      ['the order of the events', commit('a', events(2).reverse())],
      ['the number of the events', commit('a', events(3))],
    ])('shows another %s, there and in every commit after it', async (_what, changed) => {
      const one = await hashesOf(logs.store, [commit('a', events(2)), commit('b')]);
      const other = await hashesOf(await logs.open(), [changed, commit('b')]);
      expect(other.map((hash, index) => hash === one[index])).toEqual([false, false]);
    });

    it('shows another division into commits', async () => {
      const [one] = await hashesOf(logs.store, [commit('a', events(2))]);
      const parts = [commit('a', events(1)), commit('b', [event({ data: 1 })])];
      expect(await hashesOf(await logs.open(), parts)).not.toContain(one);
    });
  });
}
