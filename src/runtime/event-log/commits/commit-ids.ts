/** Ids of commits for appends that are given none. */
import { randomUUID } from 'node:crypto';

/** A random part for each process and a counter, so that neighbours in time are neighbours in the store's index of ids. */
export function sequentialIds(): () => string {
  const run = randomUUID();
  let count = 0;
  return () => {
    count += 1;
    return `${run}/${count.toString(16).padStart(8, '0')}`;
  };
}
