/** Waiting for the head to advance: it ends when there is something to read, or when it is aborted. */
import { getEventListeners } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventStore } from '../../../event-log/event-store.js';
import { EVERYTHING, START, position, type Position } from '../../../event-log/event.js';
import { commit, events } from '../commits.js';
import type { EventStoreFactory } from '../event-store-factory.js';
import { aLogForEach } from '../logs.js';
import { integers, never, outcomeOf, positionsOf } from '../reading.js';
import { describe, expect, it } from '../test-runner.js';

/** Runs the steps one after the other. @returns the number of the step, from 1, after which the waiting ended */
async function stepsUntilWoken(
  store: EventStore,
  after: number,
  steps: readonly (() => Promise<unknown>)[],
): Promise<number> {
  let taken = 0;
  const woken = store.advanced(position(after), never).then(() => taken);
  for (const step of steps) {
    taken += 1;
    await step();
    await nextTurn();
  }
  return woken;
}

export function describeWaiting(factory: EventStoreFactory): void {
  describe('waiting for the head to advance', () => {
    const logs = aLogForEach(factory);

    it('ends at once when the head is after the position', async () => {
      await logs.store.append(commit('a', events(2)));
      await expect(logs.store.advanced(position(1), never)).resolves.toBeUndefined();
    });

    it('ends when an event is recorded', async () => {
      const order: string[] = [];
      const advanced = logs.store.advanced(START, never).then(() => order.push('advanced'));
      order.push('asked');
      await logs.store.append(commit('a'));
      await advanced;
      expect(order).toEqual(['asked', 'advanced']);
    });

    it('goes on while the head is not after the position', async () => {
      const steps = ['a', 'b', 'c'].map((id) => () => logs.store.append(commit(id)));
      expect(await stepsUntilWoken(logs.store, 2, steps)).toBe(3);
    });

    it('goes on when an append is refused', async () => {
      await logs.store.append(commit('a'));
      const condition = { query: EVERYTHING, after: START };
      const refuse = (): Promise<string> => outcomeOf(logs.store, commit('b', events(5), { condition }));
      const record = (): Promise<string> => outcomeOf(logs.store, commit('c'));
      expect(await stepsUntilWoken(logs.store, 1, [refuse, refuse, record])).toBe(3);
    });

    it('goes on when an append is repeated', async () => {
      await logs.store.append(commit('a'));
      const repeat = (): Promise<string> => outcomeOf(logs.store, commit('a', events(5)));
      const record = (): Promise<string> => outcomeOf(logs.store, commit('b'));
      expect(await stepsUntilWoken(logs.store, 1, [repeat, repeat, record])).toBe(3);
    });

    it('ends only when there is something to read', async () => {
      const seen = logs.store.advanced(START, never).then(() => positionsOf(logs.store));
      await logs.store.append(commit('a', events(3)));
      expect(await seen).toEqual([1, 2, 3]);
    });

    it('ends for a position in the middle of a commit', async () => {
      const seen = logs.store.advanced(position(2), never).then(() => positionsOf(logs.store));
      await logs.store.append(commit('a', events(5)));
      expect(await seen).toEqual([1, 2, 3, 4, 5]);
    });

    it('ends for a thousand callers, each at its own position', async () => {
      const heads = integers(0, 999).map(async (after) => {
        await logs.store.advanced(position(after), never);
        return (await logs.store.head()) - after;
      });
      for (const nth of integers(1, 10)) await logs.store.append(commit(`c${nth}`, events(100)));
      expect((await Promise.all(heads)).filter((distance) => distance < 1)).toEqual([]);
    });

    it('may begin again each time that it ends', async () => {
      const woken: Position[] = [];
      const waiting = (async () => {
        for (let head = START; head < 20; woken.push(head)) {
          await logs.store.advanced(head, never);
          head = await logs.store.head();
        }
      })();
      for (const nth of integers(1, 20)) await logs.store.append(commit(`c${nth}`));
      await waiting;
      expect(woken).toEqual([...new Set(woken)].sort((one, other) => one - other));
      expect(woken.at(-1)).toBe(20);
    });
  });

  describe('waiting that is aborted', () => {
    const logs = aLogForEach(factory);
    const reason = new Error('enough');

    it('ends with the signal’s reason', async () => {
      const controller = new AbortController();
      const advanced = logs.store.advanced(START, controller.signal);
      controller.abort(reason);
      await expect(advanced).rejects.toBe(reason);
    });

    it('ends with an AbortError when no reason was given', async () => {
      const controller = new AbortController();
      const advanced = logs.store.advanced(START, controller.signal);
      controller.abort();
      await expect(advanced).rejects.toMatchObject({ name: 'AbortError' });
    });

    it('ends at once when it was aborted before it began', async () => {
      await expect(logs.store.advanced(START, AbortSignal.abort(reason))).rejects.toBe(reason);
    });

    it('ends for one caller and no other', async () => {
      const controller = new AbortController();
      const aborted = logs.store.advanced(START, controller.signal);
      const others = [logs.store.advanced(START, never), logs.store.advanced(START, never)];
      controller.abort(reason);
      await expect(aborted).rejects.toBe(reason);
      await logs.store.append(commit('a'));
      await expect(Promise.all(others)).resolves.toEqual([undefined, undefined]);
    });

    it('ends for all callers with the same signal', async () => {
      const controller = new AbortController();
      const waiting = integers(0, 99).map((after) =>
        logs.store.advanced(position(after), controller.signal).catch((error: unknown) => error),
      );
      controller.abort(reason);
      expect(new Set(await Promise.all(waiting))).toEqual(new Set([reason]));
    });

    it('leaves the log as it was', async () => {
      const controller = new AbortController();
      const advanced = logs.store.advanced(START, controller.signal);
      controller.abort(reason);
      await expect(advanced).rejects.toBe(reason);
      const again = logs.store.advanced(START, never);
      expect(await outcomeOf(logs.store, commit('a'))).toBe('recorded at 1');
      await expect(again).resolves.toBeUndefined();
    });

    it('comes too late once it is over', async () => {
      const controller = new AbortController();
      const advanced = logs.store.advanced(START, controller.signal);
      await logs.store.append(commit('a'));
      await advanced;
      controller.abort(reason);
      expect(await outcomeOf(logs.store, commit('b'))).toBe('recorded at 2');
    });

    it.each<readonly [how: string, end: (controller: AbortController) => Promise<unknown>]>([
      ['is over', () => logs.store.append(commit('a'))],
      [
        'is called off',
        (controller) => {
          controller.abort(reason);
          return Promise.resolve();
        },
      ],
    ])('leaves no listener on its signal once it %s', async (_how, end) => {
      const controller = new AbortController();
      const waiting = integers(1, 5).map(() => logs.store.advanced(START, controller.signal));
      await end(controller);
      await Promise.allSettled(waiting);
      expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    });

    it('leaves no listener on its signal when it ended at once', async () => {
      await logs.store.append(commit('a'));
      const { signal } = new AbortController();
      await logs.store.advanced(START, signal);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    });
  });
}
