/** Several stores that append to one log: one order, and commit ids and conditions that hold across them. */
import { EVERYTHING, START, commitId, position, tag, type Query } from '../../../event-log/event.js';
import type { EventStore } from '../../../event-log/event-store.js';
import { commit, event, events } from '../commits.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { follow } from '../following.js';
import { expectUnsupported } from '../unsupported-capability.js';
import { aLogForEach } from '../logs.js';
import { commitsOf, dataOf, eventsOf, integers, never, outcomeOf } from '../reading.js';
import { beforeEach, describe, expect, it } from '../test-runner.js';
import { countOf, expectWhole, write } from '../writers.js';

const ONE: Query = [{ tags: [tag('number:1')] }];

export function describeWritingTogether(factory: EventStoreFactory, manyWriters: boolean): void {
  if (manyWriters) describeWriters(factory);
  else describeOneWriter(factory);
}

function describeOneWriter(factory: EventStoreFactory): void {
  describe('a second writer, though the log has one', () => {
    const logs = aLogForEach(factory);

    beforeEach(async () => {
      await logs.store.append(commit('a'));
    });

    it('is refused with a clear error, or writes what is plainly another log', async () => {
      await expectUnsupported(factory.another(logs.store), logs.store);
    });

    it('is refused as often as it tries', async () => {
      for (let attempt = 1; attempt <= 5; attempt += 1) {
        await expectUnsupported(factory.another(logs.store), logs.store);
      }
    });

    it('does not disturb the first', async () => {
      await expectUnsupported(factory.another(logs.store), logs.store);
      expect(await outcomeOf(logs.store, commit('b'))).toBe('recorded at 2');
      expect(await dataOf(logs.store)).toEqual(['a', 'b']);
    });
  });
}

function describeWriters(factory: EventStoreFactory): void {
  describe('stores that append to one log', () => {
    const logs = aLogForEach(factory);
    let one: EventStore;
    let other: EventStore;

    beforeEach(async () => {
      one = logs.store;
      other = await logs.another();
    });

    it('know it as the same log', () => {
      expect(other.identity).toBe(one.identity);
    });

    it('see what the other records', async () => {
      await one.append(commit('a', events(2)));
      await other.advanced(START, never);
      expect(await eventsOf(other)).toEqual(await eventsOf(one));
    });

    it('give times that do not run back, though one clock is behind the other', async () => {
      const times = ['2026-06-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', '2026-06-02T00:00:00.000Z'];
      const stores = [one, other, one, other];
      for (const [index, time] of [...times, '2026-06-01T12:00:00.000Z'].entries())
        await stores[index]?.append(commit(`c${index}`, undefined, { time }));
      const recorded = (await eventsOf(one)).map(({ time }) => time);
      expect(recorded).toEqual([times[0], times[0], times[2], times[2]]);
    });

    it('wake callers that wait at the other', async () => {
      const seen = other.advanced(START, never).then(() => dataOf(other));
      await one.append(commit('a'));
      expect(await seen).toEqual(['a']);
    });

    it('give each position once, appending in turn', async () => {
      const outcomes = [];
      for (const nth of integers(1, 10)) {
        outcomes.push(await outcomeOf(nth % 2 === 0 ? one : other, commit(`c${nth}`, events(2))));
      }
      expect(outcomes).toEqual(integers(0, 9).map((nth) => `recorded at ${1 + 2 * nth}`));
    });

    it('give each position once, appending concurrently', async () => {
      const answers = await Promise.all(
        integers(1, 200).map((nth) => (nth % 2 === 0 ? one : other).append(commit(`c${nth}`))),
      );
      expect(answers.map(({ first }) => Number(first)).sort((a, b) => a - b)).toEqual(integers(1, 200));
    });

    it('find what the other recorded', async () => {
      const answer = await one.append(commit('a', events(2), { fingerprint: 'f' }));
      expect(await other.find(commitId('a'))).toEqual(answer);
    });

    it('know the commit ids of the other', async () => {
      const answer = await one.append(commit('a', events(2)));
      expect(await other.append(commit('a'))).toEqual({ ...answer, repeated: true });
    });

    it('record a commit once that both append', async () => {
      const outcomes = await Promise.all(
        integers(1, 20).flatMap(() => [outcomeOf(one, commit('a')), outcomeOf(other, commit('a'))]),
      );
      expect(outcomes.sort()).toEqual(['recorded at 1', ...Array<string>(39).fill('repeated at 1')]);
      expect(await one.head()).toBe(1);
    });

    it('make one chain of hashes', async () => {
      const end = await write([one, other], { writers: 8, commits: 8 });
      await one.advanced(position(end - 1), never);
      const chain = await commitsOf(one);
      expect(chain).toHaveLength(64);
      expect(chain.map(({ previous }) => previous)).toEqual([
        '0'.repeat(64),
        ...chain.slice(0, -1).map(({ hash }) => hash),
      ]);
    });

    it('see each other’s events in conditions', async () => {
      await one.append(commit('a', [event({ tags: ['number:1'] })]));
      const conditional = commit('b', [event()], { condition: { query: ONE, after: START } });
      expect(await outcomeOf(other, conditional)).toBe('broken by 1');
    });

    it('let exactly one succeed of all appends under one condition', async () => {
      const outcomes = await Promise.all(
        integers(1, 40).map((nth) => {
          const condition = { query: ONE, after: START };
          const asked = commit(`c${nth}`, [event({ tags: ['number:1'] })], { condition });
          return outcomeOf(nth % 2 === 0 ? one : other, asked);
        }),
      );
      expect(outcomes.sort()).toEqual([...Array<string>(39).fill('broken by 1'), 'recorded at 1']);
    });

    it('lose no update of callers that read, decide and append until they succeed', async () => {
      const increment = async (store: EventStore, name: string): Promise<void> => {
        for (let attempt = 1; ; attempt += 1) {
          const head = await store.head();
          const before = await dataOf(store, ONE, { through: head });
          const next = event({ tags: ['number:1'], data: before.length + 1 });
          const condition = { query: ONE, after: head };
          const outcome = await outcomeOf(store, commit(`${name}/${attempt}`, [next], { condition }));
          if (outcome.startsWith('recorded')) return;
        }
      };
      await Promise.all(integers(1, 10).map((nth) => increment(nth % 2 === 0 ? one : other, `caller${nth}`)));
      await one.advanced(position(9), never);
      expect(await dataOf(one, ONE)).toEqual(integers(1, 10));
    });

    it('do not need each other once one of them has closed', async () => {
      await one.append(commit('a'));
      await one.close();
      expect(await outcomeOf(other, commit('b'))).toBe('recorded at 2');
      expect(await dataOf(other, EVERYTHING)).toEqual(['a', 'b']);
    });
  });

  describe('following while writers append at several stores', () => {
    const logs = aLogForEach(factory);
    const MANY = { writers: 16, commits: 15 };

    it('shows each position once, in order, at every store', async () => {
      const stores = [logs.store, await logs.another(), await logs.another()];
      const until = write(stores, MANY);
      const all = await Promise.all(stores.map((store) => follow(store, { until })));
      const end = await until;
      for (const seen of all) expectWhole(seen, 1, end);
    });

    it('shows each position once, in order, to a follower that begins while they write', async () => {
      const stores = [logs.store, await logs.another()];
      const until = write(stores, MANY);
      await logs.store.advanced(position(300), never);
      expectWhole(await follow(await logs.another(), { until }), 1, await until);
    });

    it('shows each position once, in order, to a follower that begins after them', async () => {
      const end = await write([logs.store, await logs.another()], MANY);
      expectWhole(await follow(await logs.another(), { until: Promise.resolve(end) }), 1, end);
    });

    it('shows each event of a tag once, in order', async () => {
      const stores = [logs.store, await logs.another()];
      const until = write(stores, MANY);
      const query = [{ tags: [tag('writer:3')] }, { tags: [tag('writer:4')] }];
      const seen = await follow(logs.store, { query, until });
      expect(seen).toEqual(await eventsOf(logs.store, query));
      expect(seen).toHaveLength(countOf(3, MANY) + countOf(4, MANY));
    });
  });
}
