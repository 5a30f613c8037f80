/** Idempotence: a repeated commit id, however late, gets the first answer, and nothing is recorded. */
import { EVERYTHING, START, commitId, position } from '../../../event-log/event.js';
import { commit, event, events } from '../commits.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { aLogForEach } from '../logs.js';
import { dataOf, integers, outcomeOf } from '../reading.js';
import { describe, expect, it } from '../test-runner.js';

const FAILS = { condition: { query: EVERYTHING, after: START } };

export function describeIdempotence(factory: EventStoreFactory): void {
  describe('a repeated commit id', () => {
    const logs = aLogForEach(factory);

    it('gets the first commit’s positions, time and fingerprint', async () => {
      const first = await logs.store.append(commit('a', events(2), { fingerprint: 'f' }));
      await logs.store.append(commit('b'));
      expect(await logs.store.append(commit('a', events(2), { fingerprint: 'f' }))).toEqual({
        ...first,
        repeated: true,
      });
    });

    it('gets them also when it comes with other events, another time and another fingerprint', async () => {
      const first = await logs.store.append(commit('a', events(2), { fingerprint: 'f' }));
      const other = commit('a', events(7), { time: '2027-01-01T00:00:00.000Z', fingerprint: 'g' });
      expect(await logs.store.append(other)).toEqual({ ...first, repeated: true });
    });

    it('records nothing', async () => {
      await logs.store.append(commit('a'));
      await logs.store.append(commit('a', [event({ data: 'again' })]));
      expect([await logs.store.head(), await dataOf(logs.store)]).toEqual([1, ['a']]);
    });

    it('is answered even though its condition would not hold any more', async () => {
      await logs.store.append(commit('a', undefined, FAILS));
      expect(await outcomeOf(logs.store, commit('a', undefined, FAILS))).toBe('repeated at 1');
    });

    it('is answered from the first commit when both are concurrent', async () => {
      const outcomes = await Promise.all(
        ['first', 'second', 'third'].map((data) =>
          outcomeOf(logs.store, commit('a', [event({ data }), event({ data })])),
        ),
      );
      expect(outcomes).toEqual(['recorded at 1', 'repeated at 1', 'repeated at 1']);
      expect(await dataOf(logs.store)).toEqual(['first', 'first']);
    });

    it('records one of a hundred retries between the appends of others', async () => {
      const outcomes = await Promise.all(
        integers(1, 100).flatMap((nth) => [
          outcomeOf(logs.store, commit('retried')),
          outcomeOf(logs.store, commit(`other${nth}`)),
        ]),
      );
      const retried = outcomes.filter((_, index) => index % 2 === 0);
      expect(retried).toEqual(['recorded at 1', ...Array<string>(99).fill('repeated at 1')]);
      expect(await logs.store.head()).toBe(101);
    });

    it('breaks no condition of the append after it', async () => {
      await logs.store.append(commit('a'));
      const condition = { query: EVERYTHING, after: await logs.store.head() };
      const outcomes = await Promise.all([
        outcomeOf(logs.store, commit('a')),
        outcomeOf(logs.store, commit('b', undefined, { condition })),
      ]);
      expect(outcomes).toEqual(['repeated at 1', 'recorded at 2']);
    });

    it('is known however many commits came after it', async () => {
      await logs.store.append(commit('a'));
      await Promise.all(integers(1, 1500).map((nth) => logs.store.append(commit(`c${nth}`))));
      expect(await outcomeOf(logs.store, commit('a'))).toBe('repeated at 1');
    });

    it('is known also when it was made for the first append', async () => {
      await logs.store.append(commit('a', undefined, { isNewId: true }));
      expect(await outcomeOf(logs.store, commit('a'))).toBe('repeated at 1');
    });
  });

  describe('the commit id of an append that was refused', () => {
    const logs = aLogForEach(factory);

    it('is still new', async () => {
      await logs.store.append(commit('a'));
      await outcomeOf(logs.store, commit('b', undefined, FAILS));
      expect(await outcomeOf(logs.store, commit('b'))).toBe('recorded at 2');
    });

    it('is still new for a concurrent append', async () => {
      await logs.store.append(commit('a'));
      const outcomes = await Promise.all([
        outcomeOf(logs.store, commit('b', undefined, FAILS)),
        outcomeOf(logs.store, commit('b')),
        outcomeOf(logs.store, commit('b', undefined, FAILS)),
      ]);
      expect(outcomes).toEqual(['broken by 1', 'recorded at 2', 'repeated at 2']);
    });

    it('is decided anew each time', async () => {
      await logs.store.append(commit('a'));
      const outcomes = [];
      for (const after of [0, 0, 1]) {
        const condition = { query: EVERYTHING, after: position(after) };
        outcomes.push(await outcomeOf(logs.store, commit('b', undefined, { condition })));
      }
      expect(outcomes).toEqual(['broken by 1', 'broken by 1', 'recorded at 2']);
    });
  });

  describe('a commit that is looked for', () => {
    const logs = aLogForEach(factory);

    it('is found by its id, as it was answered', async () => {
      await logs.store.append(commit('a'));
      const answer = await logs.store.append(commit('b', events(2), { fingerprint: 'f' }));
      await logs.store.append(commit('c'));
      expect(await logs.store.find(commitId('b'))).toEqual(answer);
    });

    it('has no fingerprint when none was given', async () => {
      await logs.store.append(commit('a'));
      expect(await logs.store.find(commitId('a'))).not.toHaveProperty('fingerprint');
    });

    it('is not found when nothing was recorded under its id', async () => {
      await logs.store.append(commit('a'));
      expect(await logs.store.find(commitId('b'))).toBeUndefined();
    });

    it('is found once its append is answered', async () => {
      const found = await Promise.all(
        integers(1, 50).map(async (nth) => {
          const { id, first } = await logs.store.append(commit(`c${nth}`));
          return (await logs.store.find(id))?.first === first;
        }),
      );
      expect(found).toEqual(Array(50).fill(true));
    });

    it('is found after it was repeated, as it was first', async () => {
      const answer = await logs.store.append(commit('a'));
      await logs.store.append(commit('a', events(5)));
      expect(await logs.store.find(commitId('a'))).toEqual(answer);
    });
  });
}
