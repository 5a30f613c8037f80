/** Atomicity: every read shows all of a commit or none of it. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { InvalidValue } from '../../../event-log/errors.js';
import type { EventStore } from '../../../event-log/event-store.js';
import { EVERYTHING, START, commitId, position, tag, type Query } from '../../../event-log/event.js';
import { commit, event, events } from '../commits.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { aLogForEach } from '../logs.js';
import { BACKWARDS, dataOf, eventsOf, integers, never, outcomeOf, positionsOf } from '../reading.js';
import { describe, expect, it } from '../test-runner.js';

const SIZE = 100;
const TAG: Query = [{ tags: [tag('number:1')] }];

/** Appends commits of SIZE events, and looks repeatedly until they are recorded. @returns the distinct results */
async function seenWhileRecording(
  store: EventStore,
  look: () => Promise<number>,
): Promise<readonly number[]> {
  const over = new AbortController();
  const recorded = Promise.all(
    integers(1, 10).map((nth) =>
      store.append(
        commit(
          `c${nth}`,
          events(SIZE, () => ({ tags: ['number:1'] })),
        ),
      ),
    ),
  ).finally(() => {
    over.abort();
  });
  const seen = new Set<number>();
  while (!over.signal.aborted) {
    seen.add(await look());
    await nextTurn();
  }
  await recorded;
  seen.add(await look());
  return [...seen];
}

export function describeAtomicity(factory: EventStoreFactory): void {
  describe('a commit is all or nothing', () => {
    const logs = aLogForEach(factory);
    const refused = commit(
      'b',
      events(3, () => ({ type: 'number.refused', tags: ['number:1'] })),
      {
        condition: { query: EVERYTHING, after: START },
      },
    );

    it.each<readonly [what: string, look: (store: EventStore) => Promise<number>]>([
      ['is counted', async (store) => (await eventsOf(store)).length],
      ['is counted by its tag', async (store) => (await eventsOf(store, TAG)).length],
      ['is counted backwards', async (store) => (await eventsOf(store, EVERYTHING, BACKWARDS)).length],
      [
        'has its newest event looked at',
        async (store) => (await positionsOf(store, TAG, { ...BACKWARDS, limit: 1 }))[0] ?? 0,
      ],
      ['has its head looked at', (store) => store.head()],
    ])('so no part of it is seen when the log %s meanwhile', async (_what, look) => {
      const seen = await seenWhileRecording(logs.store, () => look(logs.store));
      expect(seen.filter((count) => count % SIZE !== 0)).toEqual([]);
      expect(seen.at(-1)).toBe(10 * SIZE);
    });

    it('so a caller that waits for its first event is woken when its last can be read', async () => {
      const seen = logs.store.advanced(START, never).then(() => positionsOf(logs.store));
      await logs.store.append(commit('a', events(SIZE)));
      expect((await seen).length % SIZE).toBe(0);
      expect((await seen).length).toBeGreaterThan(0);
    });

    it('so none of it is recorded when its condition fails', async () => {
      await logs.store.append(commit('a'));
      await outcomeOf(logs.store, refused);
      expect(await dataOf(logs.store)).toEqual(['a']);
    });

    it('so no index knows of it when its condition fails', async () => {
      await logs.store.append(commit('a'));
      await outcomeOf(logs.store, refused);
      await logs.store.append(commit('c', events(3)));
      expect(await positionsOf(logs.store, [...TAG, { types: ['number.refused'] }])).toEqual([]);
      expect(await logs.store.find(commitId('b'))).toBeUndefined();
    });

    it('so its condition may fail between two that are recorded, and leave no trace', async () => {
      await logs.store.append(commit('a'));
      const outcomes = await Promise.all([
        outcomeOf(logs.store, commit('before', events(2))),
        outcomeOf(logs.store, refused),
        outcomeOf(logs.store, commit('after', events(2))),
      ]);
      expect(outcomes).toEqual(['recorded at 2', 'broken by 1', 'recorded at 4']);
      expect((await eventsOf(logs.store)).map((each) => each.commit)).toEqual([
        'a',
        'before',
        'before',
        'after',
        'after',
      ]);
    });

    it('so what cannot be recorded is refused, and nothing else with it', async () => {
      const unspeakable = commit('b', undefined, { metadata: { large: 10n ** 30n } as never });
      const answers = await Promise.allSettled(
        [commit('a'), unspeakable, commit('c')].map((each) => logs.store.append(each)),
      );
      expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await dataOf(logs.store)).toEqual(['a', 'c']);
    });

    it('so a commit of nothing is refused', async () => {
      await logs.store.append(commit('a'));
      await expect(logs.store.append(commit('b', []))).rejects.toThrow(InvalidValue);
      expect(await outcomeOf(logs.store, commit('c'))).toBe('recorded at 2');
      expect(await dataOf(logs.store)).toEqual(['a', 'c']);
    });

    it('so its last event may be asked for alone, and no event of the next comes with it', async () => {
      await logs.store.append(commit('a', events(3)));
      await logs.store.append(commit('b', [event({ data: 'next' })]));
      expect(await dataOf(logs.store, EVERYTHING, { after: position(2), through: position(3) })).toEqual([2]);
    });
  });
}
