/** Work that is due so often, however long it takes: what waits for the one before it counts as waiting. */
import { setTimeout as pause } from 'node:timers/promises';

/** @returns what each resolved to, smallest first */
export async function paced({ rate, seconds }, work) {
  const asked = [];
  const began = performance.now();
  while (asked.length < rate * seconds) {
    const due = Math.min(((performance.now() - began) / 1000) * rate, rate * seconds);
    while (asked.length < due) asked.push(work());
    await pause(1);
  }
  return (await Promise.all(asked)).sort((one, other) => one - other);
}

export const at99 = (sorted) => sorted[Math.floor(sorted.length * 0.99)];
