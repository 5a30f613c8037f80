/** Order: what is asked for first stands first and is answered first, however it is asked for. */
import { EVERYTHING, START, position, type NewCommit } from '../../../event-log/event.js';
import { commit, event, events } from '../commits.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { aLogForEach } from '../logs.js';
import { dataOf, eventsOf, integers, outcomeOf } from '../reading.js';
import { describe, expect, it } from '../test-runner.js';
import { expectWhole, write } from '../writers.js';

export function describeOrder(factory: EventStoreFactory): void {
  describe('appends asked for at the same time', () => {
    const logs = aLogForEach(factory);

    /** Asks for all of them at once. @returns their ids, in the order in which they were answered */
    const answersTo = async (asked: readonly NewCommit[]): Promise<readonly string[]> => {
      const answered: string[] = [];
      const answer = async (each: NewCommit): Promise<void> => {
        await outcomeOf(logs.store, each);
        answered.push(each.id);
      };
      await Promise.all(asked.map(answer));
      return answered;
    };

    it('are recorded in the order in which they were asked for', async () => {
      const asked = integers(0, 199);
      await Promise.all(
        asked.map((index) => logs.store.append(commit(`c${index}`, [event({ data: index })]))),
      );
      expect(await dataOf(logs.store)).toEqual(asked);
    });

    it('are answered in the order in which they were asked for', async () => {
      const asked = integers(0, 199).map((index) => commit(`c${index}`));
      expect(await answersTo(asked)).toEqual(asked.map(({ id }) => id));
    });

    it('are answered in that order also when the first are much larger', async () => {
      const asked = [2000, 1, 1, 500, 1].map((size, index) => commit(`c${index}`, events(size)));
      expect(await answersTo(asked)).toEqual(asked.map(({ id }) => id));
    });

    it('are answered in that order also when some are refused and some repeated', async () => {
      await logs.store.append(commit('known'));
      const condition = { query: EVERYTHING, after: START };
      const asked = integers(0, 9).flatMap((index) => [
        commit(`c${index}`),
        commit(`refused${index}`, undefined, { condition }),
        commit('known'),
      ]);
      expect(await answersTo(asked)).toEqual(asked.map(({ id }) => id));
    });

    it('keep their order whether they have conditions or not', async () => {
      const condition = { query: [{ types: ['never.recorded'] }], after: START };
      const asked = integers(0, 59).map((index) =>
        commit(`c${index}`, undefined, index % 3 === 0 ? { condition } : {}),
      );
      await Promise.all(asked.map((each) => logs.store.append(each)));
      expect((await eventsOf(logs.store)).map((each) => each.commit)).toEqual(asked.map(({ id }) => id));
    });

    it('keep their order in numbers that no single flush takes', async () => {
      const asked = integers(0, 2999);
      await Promise.all(
        asked.map((index) => logs.store.append(commit(`c${index}`, [event({ data: index })]))),
      );
      expect(await dataOf(logs.store)).toEqual(asked);
    });
  });

  describe('appends asked for one after the other', () => {
    const logs = aLogForEach(factory);

    it('stand behind those that were answered before', async () => {
      const first = await logs.store.append(commit('a', events(3)));
      expect((await logs.store.append(commit('b'))).first).toBe(first.last + 1);
    });

    it('stand behind those that were asked for before, though they were not answered yet', async () => {
      const first = logs.store.append(commit('a', events(1000)));
      const second = logs.store.append(commit('b'));
      expect((await second).first).toBe((await first).last + 1);
    });

    it('by many callers at once are all recorded, each caller’s in its order', async () => {
      const last = await write([logs.store], { writers: 16, commits: 12 });
      expectWhole(await eventsOf(logs.store), 1, last);
    });

    it('may come from whoever was just answered', async () => {
      let chain: Promise<unknown> = Promise.resolve();
      for (const index of integers(0, 19)) chain = chain.then(() => logs.store.append(commit(`c${index}`)));
      await chain;
      expect(await dataOf(logs.store)).toEqual(integers(0, 19).map((index) => `c${index}`));
    });
  });

  describe('time', () => {
    const logs = aLogForEach(factory);

    it('has no say in the order, also when the clock goes backwards', async () => {
      const times = ['2026-06-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'];
      await Promise.all(
        times.map((time, index) => logs.store.append(commit(`c${index}`, events(2), { time }))),
      );
      const inOrder = await eventsOf(logs.store, EVERYTHING, { after: position(0) });
      expect(inOrder.map(({ time }) => time)).toEqual(times.flatMap((time) => [time, time]));
    });
  });
}
