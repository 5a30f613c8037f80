/** Work that is due so often, however long it takes: what waits for the one before it counts as waiting. */
import { setTimeout as pause } from 'node:timers/promises';

/** @returns what each resolved to, smallest first */
export async function paced({ rate, isOver }, work) {
  const asked = [];
  const began = performance.now();
  while (!isOver()) {
    const due = ((performance.now() - began) / 1000) * rate;
    while (asked.length < due) asked.push(work());
    await pause(1);
  }
  return (await Promise.all(asked)).sort((one, other) => one - other);
}

/** Tells whether so many seconds have gone by from now on. */
export function after(seconds) {
  const end = performance.now() + seconds * 1000;
  return () => performance.now() >= end;
}

export const at99 = (sorted) => sorted[Math.floor(sorted.length * 0.99)];
