/** What is subscribed to, and what becomes of errors that nobody handles: as RxJS has it. */
import { jest } from '@jest/globals';
import { liveOf } from '../../src/runtime/client/live.js';

/** Catches what is thrown from timers, which would end the process. */
async function thrownFromTimers(work: () => unknown): Promise<unknown[]> {
  const thrown: unknown[] = [];
  const timers = jest.spyOn(globalThis, 'setTimeout').mockImplementation(((callback: () => void) => {
    try {
      callback();
    } catch (error) {
      thrown.push(error);
    }
  }) as typeof setTimeout);
  work();
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  timers.mockRestore();
  return thrown;
}

const failed = new Error('refused');

const live = liveOf<number>(async function* () {
  yield await Promise.resolve(1);
  yield 2;
  throw failed;
});

it('throws from a timer what cannot be retried where the observer has no error', async () => {
  expect(await thrownFromTimers(() => live.subscribe({}))).toEqual([failed]);
  expect(await thrownFromTimers(() => live.subscribe(() => undefined))).toEqual([failed]);
  expect(await thrownFromTimers(() => live.subscribe({ error: () => undefined }))).toEqual([]);
});

it('throws from a timer what an observer throws, and goes on', async () => {
  const seen: unknown[] = [];
  const own = new Error('of the observer');
  const thrown = await thrownFromTimers(() =>
    live.subscribe({
      next: (value) => {
        seen.push(value);
        throw own;
      },
      error: (error) => {
        seen.push(error);
        throw own;
      },
    }),
  );
  expect(seen).toEqual([1, 2, failed]);
  expect(thrown).toEqual([own, own, own]);
});
