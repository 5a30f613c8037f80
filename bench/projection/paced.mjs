/** Starts work at a fixed rate, however long it takes; time spent waiting for earlier work counts. */
import { setTimeout as pause } from 'node:timers/promises';

/** No load is longer than this, in seconds. */
const MAX_SECONDS = 600;

/**
 * Of what is asked for nothing is kept but how long it took: what a load piles up in memory, the process that is
 * measured would have to collect.
 *
 * @param work resolves to how long it took
 * @returns that of each, smallest first
 */
export async function paced({ rate, isOver }, work) {
  const taken = new Float64Array(rate * MAX_SECONDS);
  let [asked, ended] = [0, 0];
  let failure;
  const one = async () => {
    const index = asked;
    asked += 1;
    try {
      taken[index] = await work();
    } catch (error) {
      failure ??= error;
    }
    ended += 1;
  };
  const began = performance.now();
  while (!isOver() && failure === undefined) {
    const due = ((performance.now() - began) / 1000) * rate;
    if (due > taken.length) throw new Error(`a load longer than ${MAX_SECONDS} s`);
    while (asked < due) void one();
    await pause(1);
  }
  while (ended < asked) await pause(1);
  if (failure !== undefined) throw failure;
  return taken.subarray(0, asked).sort();
}

/** Tells whether so many seconds have gone by from now on. */
export function after(seconds) {
  const end = performance.now() + seconds * 1000;
  return () => performance.now() >= end;
}

export const at99 = (sorted) => sorted[Math.floor(sorted.length * 0.99)];
