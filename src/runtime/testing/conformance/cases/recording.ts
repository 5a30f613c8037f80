/** Recording: an event is read as it was given, and cannot be changed. */
import { EVERYTHING, START, tag, type Json, type StoredEvent } from '../../../event-log/event.js';
import { TIME, commit, event, events } from '../commits.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { aLogForEach } from '../logs.js';
import { BACKWARDS, dataOf, eventsOf, outcomeOf, positionsOf } from '../reading.js';
import { describe, expect, it } from '../test-runner.js';

export function describeRecording(factory: EventStoreFactory): void {
  describe('an event that is recorded', () => {
    const logs = aLogForEach(factory);

    it('is read as it was given, with its position, time, commit and metadata', async () => {
      const metadata = { correlationId: 'c-1', nested: { list: [1, null, true] } };
      const given = event({
        type: 'number.retracted',
        revision: 3,
        tags: ['number:1', 'odd'],
        data: { n: '5' },
      });
      await logs.store.append(commit('a', [given], { metadata }));
      expect(await eventsOf(logs.store)).toEqual([
        {
          position: 1,
          type: 'number.retracted',
          revision: 3,
          tags: ['number:1', 'odd'],
          data: { n: '5' },
          time: TIME,
          commit: 'a',
          metadata,
        },
      ]);
    });

    it('may be without tags and metadata', async () => {
      await logs.store.append(commit('a'));
      expect(await eventsOf(logs.store)).toMatchObject([{ tags: [], metadata: {} }]);
    });

    it('can be read once its append is answered', async () => {
      const { last } = await logs.store.append(commit('a', events(3)));
      expect(await logs.store.head()).toBe(last);
      expect(await dataOf(logs.store)).toEqual([0, 1, 2]);
    });

    it('keeps its tags in their order', async () => {
      await logs.store.append(commit('a', [event({ tags: ['b', 'c', 'a'] })]));
      expect(await eventsOf(logs.store)).toMatchObject([{ tags: ['b', 'c', 'a'] }]);
    });

    it('is found once by a tag that it has twice', async () => {
      await logs.store.append(commit('a', [event({ tags: ['b', 'b'] })]));
      expect(await eventsOf(logs.store, [{ tags: [tag('b')] }])).toMatchObject([{ tags: ['b', 'b'] }]);
    });

    it('keeps the time that it was given, if imported also one before an earlier event’s', async () => {
      const times = [TIME, '1970-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z', TIME];
      for (const [index, time] of times.entries()) {
        await logs.store.append(commit(`c${index}`, [event()], { time, isImported: true }));
      }
      expect((await eventsOf(logs.store)).map(({ time }) => time)).toEqual(times);
    });

    it('is the same in every read', async () => {
      const given = event({ tags: ['number:1'], data: { deep: [1, { er: 'x' }] } });
      await logs.store.append(commit('a', [event(), given, event()], { metadata: { by: 'kit' } }));
      const [, read] = await eventsOf(logs.store);
      const ways = [
        await eventsOf(logs.store, [{ tags: [tag('number:1')] }]),
        await eventsOf(logs.store, [{ types: [given.type], tags: [tag('number:1')] }]),
        await eventsOf(logs.store, [{ tags: [tag('number:1')] }], BACKWARDS),
        (await eventsOf(logs.store, EVERYTHING, BACKWARDS)).slice(1, 2),
      ];
      expect(ways).toEqual(ways.map(() => [read]));
    });

    it('cannot be changed by a reader', async () => {
      const given = event({ tags: ['number:1'], data: { list: [{ x: 1 }] } });
      await logs.store.append(commit('a', [given], { metadata: { nested: { by: 'kit' } } }));
      expect((await eventsOf(logs.store)).flatMap((each) => changeable(each, '#'))).toEqual([]);
    });
  });

  describe('positions', () => {
    const logs = aLogForEach(factory);

    it('count 1, 2, 3 … without a gap, across commits of any size', async () => {
      for (const [index, size] of [1, 3, 1, 20, 2].entries()) {
        await logs.store.append(commit(`c${index}`, events(size)));
      }
      expect(await positionsOf(logs.store)).toEqual(events(27).map((_, index) => index + 1));
    });

    it('of a commit are in the answer to its append, with its id and time', async () => {
      await logs.store.append(commit('a'));
      expect(await logs.store.append(commit('b', events(2)))).toMatchObject({
        id: 'b',
        first: 2,
        last: 3,
        time: TIME,
        repeated: false,
      });
    });

    it('follow the order of the events in their commit', async () => {
      await logs.store.append(commit('a', events(100)));
      const inOrder = await eventsOf(logs.store);
      expect(inOrder.map(({ position, data }) => position - Number(data))).toEqual(inOrder.map(() => 1));
    });

    it('are not used up by an append that is refused', async () => {
      await logs.store.append(commit('a'));
      const condition = { query: EVERYTHING, after: START };
      await outcomeOf(logs.store, commit('b', events(5), { condition }));
      expect(await outcomeOf(logs.store, commit('c'))).toBe('recorded at 2');
    });

    it('are not used up by an append that is repeated', async () => {
      await logs.store.append(commit('a'));
      await logs.store.append(commit('a', events(5)));
      expect(await outcomeOf(logs.store, commit('b'))).toBe('recorded at 2');
    });
  });
}

/** The objects of the event that a reader could change. */
function changeable(value: StoredEvent | Json, place: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.entries(value).flatMap(([name, member]) =>
    changeable(member as Json, `${place}/${name}`),
  );
  return Object.isFrozen(value) ? inside : [place, ...inside];
}
