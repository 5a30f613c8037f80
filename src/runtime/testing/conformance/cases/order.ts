/** Order: appends are recorded and answered in the order of the calls. */
import { EVERYTHING, START, position, type NewCommit } from '../../../event-log/event.js';
import { commit, event, events } from '../commits.js';
import type { EventStore } from '../../../event-log/event-store.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { aLogForEach } from '../logs.js';
import { dataOf, eventsOf, integers, outcomeOf } from '../reading.js';
import { describe, expect, it } from '../test-runner.js';
import { expectWhole, write } from '../writers.js';

export function describeOrder(factory: EventStoreFactory): void {
  describe('concurrent appends', () => {
    const logs = aLogForEach(factory);

    /** Appends them concurrently. @returns their ids, in the order of the answers */
    const answersTo = async (asked: readonly NewCommit[]): Promise<readonly string[]> => {
      const answered: string[] = [];
      const answer = async (each: NewCommit): Promise<void> => {
        await outcomeOf(logs.store, each);
        answered.push(each.id);
      };
      await Promise.all(asked.map(answer));
      return answered;
    };

    it('are recorded in the order of the calls', async () => {
      const asked = integers(0, 199);
      await Promise.all(
        asked.map((index) => logs.store.append(commit(`c${index}`, [event({ data: index })]))),
      );
      expect(await dataOf(logs.store)).toEqual(asked);
    });

    it('are answered in the order of the calls', async () => {
      const asked = integers(0, 199).map((index) => commit(`c${index}`));
      expect(await answersTo(asked)).toEqual(asked.map(({ id }) => id));
    });

    it('are answered in that order although the first are much larger', async () => {
      const asked = [2000, 1, 1, 500, 1].map((size, index) => commit(`c${index}`, events(size)));
      expect(await answersTo(asked)).toEqual(asked.map(({ id }) => id));
    });

    it('are answered in that order although some are refused and some repeated', async () => {
      await logs.store.append(commit('known'));
      const condition = { query: EVERYTHING, after: START };
      const asked = integers(0, 9).flatMap((index) => [
        commit(`c${index}`),
        commit(`refused${index}`, undefined, { condition }),
        commit('known'),
      ]);
      expect(await answersTo(asked)).toEqual(asked.map(({ id }) => id));
    });

    it('keep their order with and without conditions', async () => {
      const condition = { query: [{ types: ['never.recorded'] }], after: START };
      const asked = integers(0, 59).map((index) =>
        commit(`c${index}`, undefined, index % 3 === 0 ? { condition } : {}),
      );
      await Promise.all(asked.map((each) => logs.store.append(each)));
      expect((await eventsOf(logs.store)).map((each) => each.commit)).toEqual(asked.map(({ id }) => id));
    });

    it('keep their order when they are too many for one flush', async () => {
      const asked = integers(0, 2999);
      await Promise.all(
        asked.map((index) => logs.store.append(commit(`c${index}`, [event({ data: index })]))),
      );
      expect(await dataOf(logs.store)).toEqual(asked);
    });
  });

  describe('successive appends', () => {
    const logs = aLogForEach(factory);

    it('come after those that were answered before', async () => {
      const first = await logs.store.append(commit('a', events(3)));
      expect((await logs.store.append(commit('b'))).first).toBe(first.last + 1);
    });

    it('come after those that were called before and are not answered yet', async () => {
      const first = logs.store.append(commit('a', events(1000)));
      const second = logs.store.append(commit('b'));
      expect((await second).first).toBe((await first).last + 1);
    });

    it('of many concurrent callers are all recorded, in the order of each caller', async () => {
      const last = await write([logs.store], { writers: 16, commits: 12 });
      expectWhole(await eventsOf(logs.store), 1, last);
    });

    it('may be made as soon as the one before is answered', async () => {
      let chain: Promise<unknown> = Promise.resolve();
      for (const index of integers(0, 19)) chain = chain.then(() => logs.store.append(commit(`c${index}`)));
      await chain;
      expect(await dataOf(logs.store)).toEqual(integers(0, 19).map((index) => `c${index}`));
    });
  });

  describe('time', () => {
    const logs = aLogForEach(factory);

    const timesIn = async (store: EventStore): Promise<readonly string[]> =>
      (await eventsOf(store)).map(({ time }) => time);

    it('does not affect the order, even when the clock goes backwards', async () => {
      const times = ['2026-06-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'];
      await Promise.all(
        times.map((time, index) =>
          logs.store.append(commit(`c${index}`, events(2), { time, isImported: true })),
        ),
      );
      const inOrder = await eventsOf(logs.store, EVERYTHING, { after: position(0) });
      expect(inOrder.map(({ time }) => time)).toEqual(times.flatMap((time) => [time, time]));
    });

    it('never runs back between one append and the next', async () => {
      const times = ['2026-06-01T00:00:00.000Z', '2026-05-31T23:59:59.999Z', '2026-06-01T00:00:00.001Z'];
      const answers: string[] = [];
      for (const [index, time] of times.entries())
        answers.push((await logs.store.append(commit(`c${index}`, undefined, { time }))).time);
      expect(answers).toEqual([times[0], times[0], times[2]]);
      expect(await timesIn(logs.store)).toEqual(answers);
    });

    it('is kept as it was by a commit that is imported', async () => {
      const times = ['2026-06-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'];
      for (const [index, time] of times.entries())
        await logs.store.append(commit(`c${index}`, undefined, { time, isImported: true }));
      expect(await timesIn(logs.store)).toEqual(times);
    });
  });
}
