/** Reopening: what a durable store keeps, and what a store that is not durable must do instead. */
import { EVERYTHING, START, commitId, position, tag, type Query } from '../../../event-log/event.js';
import { commit, event, events } from '../commits.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { follow } from '../following.js';
import { expectUnsupported } from '../unsupported-capability.js';
import { aLogForEach } from '../logs.js';
import { BACKWARDS, commitsOf, eventsOf, integers, never, outcomeOf, positionsOf } from '../reading.js';
import { describe, expect, it } from '../test-runner.js';

const QUERY: Query = [{ types: ['number.retracted'] }, { tags: [tag('number:1')] }];

export function describeReopening(factory: EventStoreFactory, durable: boolean): void {
  if (durable) describeDurable(factory);
  else describeForgetting(factory);
}

function describeForgetting(factory: EventStoreFactory): void {
  describe('a log that is opened again, though its store keeps nothing', () => {
    const logs = aLogForEach(factory);

    it('is refused with a clear error, or is plainly another one', async () => {
      await logs.store.append(commit('a'));
      const closed = logs.store;
      await closed.close();
      await expectUnsupported(factory.reopen(closed), closed);
    });
  });
}

function describeDurable(factory: EventStoreFactory): void {
  describe('a log that is opened again', () => {
    const logs = aLogForEach(factory);

    it('has every event as it was', async () => {
      const given = event({ tags: ['number:1'], data: { ключ: ['é', null, 1e21, 5e-324] }, revision: 2 });
      await logs.store.append(commit('a', [given], { metadata: { by: 'kit' }, fingerprint: 'f' }));
      await logs.store.append(commit('b', events(3), { time: '1970-01-01T00:00:00.000Z' }));
      const before = await eventsOf(logs.store);
      await logs.reopen();
      expect(await eventsOf(logs.store)).toEqual(before);
    });

    it('has its head where it was', async () => {
      await logs.store.append(commit('a', events(3)));
      await logs.reopen();
      expect(await logs.store.head()).toBe(3);
    });

    it('is still the same log', async () => {
      const { identity } = logs.store;
      await logs.reopen();
      expect(logs.store.identity).toBe(identity);
    });

    it('is still empty when nothing was recorded', async () => {
      await logs.reopen();
      expect([await logs.store.head(), await eventsOf(logs.store)]).toEqual([START, []]);
    });

    it('goes on counting positions', async () => {
      await logs.store.append(commit('a', events(3)));
      await logs.reopen();
      expect(await outcomeOf(logs.store, commit('b'))).toBe('recorded at 4');
    });

    it('goes on with times that do not run back', async () => {
      await logs.store.append(commit('a', undefined, { time: '2026-06-01T00:00:00.000Z' }));
      await logs.reopen();
      const { time } = await logs.store.append(commit('b', undefined, { time: '2026-01-01T00:00:00.000Z' }));
      expect(time).toBe('2026-06-01T00:00:00.000Z');
    });

    it('does not count what was refused before', async () => {
      await logs.store.append(commit('a'));
      const condition = { query: EVERYTHING, after: START };
      await outcomeOf(logs.store, commit('b', events(5), { condition }));
      await logs.reopen();
      expect(await outcomeOf(logs.store, commit('b'))).toBe('recorded at 2');
    });

    it('still knows every commit id', async () => {
      const first = await logs.store.append(commit('a', events(2), { fingerprint: 'f' }));
      await logs.reopen();
      expect(await logs.store.find(commitId('a'))).toEqual(first);
      expect(await logs.store.append(commit('a', events(9)))).toEqual({ ...first, repeated: true });
    });

    it('knows every commit id also after it was opened many times', async () => {
      for (const nth of integers(1, 6)) {
        await logs.store.append(commit(`c${nth}`, events(nth)));
        await logs.reopen();
      }
      const outcomes = await Promise.all(
        integers(1, 6).map((nth) => outcomeOf(logs.store, commit(`c${nth}`))),
      );
      expect(outcomes).toEqual([1, 2, 4, 7, 11, 16].map((first) => `repeated at ${first}`));
    });

    it('still breaks the conditions that it broke, and no others', async () => {
      await logs.store.append(commit('a', [event(), event({ tags: ['number:1'] })]));
      await logs.reopen();
      const ask = (id: string, after: number): Promise<string> =>
        outcomeOf(logs.store, commit(id, [event()], { condition: { query: QUERY, after: position(after) } }));
      expect([await ask('b', 1), await ask('c', 2)]).toEqual(['broken by 2', 'recorded at 3']);
    });

    it('is still read by any query, either way', async () => {
      await logs.store.append(commit('a', [event(), event({ tags: ['number:1'] })]));
      await logs.store.append(commit('b', [event({ type: 'number.retracted' }), event()]));
      await logs.reopen();
      await logs.store.append(commit('c', [event({ tags: ['number:1'] })]));
      expect(await positionsOf(logs.store, QUERY)).toEqual([2, 3, 5]);
      expect(await positionsOf(logs.store, QUERY, BACKWARDS)).toEqual([5, 3, 2]);
    });

    it('wakes callers at once that have not seen all of it', async () => {
      await logs.store.append(commit('a'));
      await logs.reopen();
      await expect(logs.store.advanced(START, never)).resolves.toBeUndefined();
    });

    it('lets callers wait that have seen all of it', async () => {
      await logs.store.append(commit('a'));
      await logs.reopen();
      const seen = logs.store.advanced(position(1), never).then(() => logs.store.head());
      await logs.store.append(commit('b'));
      expect(await seen).toBe(2);
    });

    it('is followed from where its follower was', async () => {
      await logs.store.append(commit('a', events(10)));
      await logs.reopen();
      const until = logs.store.append(commit('b', events(5))).then(({ last }) => last);
      const seen = await follow(logs.store, { after: position(7), until });
      expect(seen.map((each) => each.position)).toEqual(integers(8, 15));
    });

    it('goes on with the chain of hashes', async () => {
      const other = await logs.open();
      for (const id of ['a', 'b', 'c']) await other.append(commit(id));
      await logs.store.append(commit('a'));
      await logs.store.append(commit('b'));
      await logs.reopen();
      await logs.store.append(commit('c'));
      expect(await commitsOf(logs.store)).toEqual(await commitsOf(other));
    });

    it('has all that was appended before it was closed', async () => {
      const asked = integers(1, 100).map((nth) => logs.store.append(commit(`c${nth}`)));
      await logs.reopen();
      await Promise.all(asked);
      expect((await eventsOf(logs.store)).map((each) => each.commit)).toEqual(
        integers(1, 100).map((nth) => `c${nth}`),
      );
    });
  });
}
