/** Ids of commits that nobody has given one. */
import { randomUUID } from 'node:crypto';

/** Unique by the process, counted within it: neighbours in time are neighbours in the store's index of ids. */
export function sequentialIds(): () => string {
  const run = randomUUID();
  let count = 0;
  return () => {
    count += 1;
    return `${run}/${count.toString(16).padStart(8, '0')}`;
  };
}
