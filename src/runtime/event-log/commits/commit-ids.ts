/** Ids of commits: those of appends that are given none, and what tells two requests under one id apart. */
import { createHash, randomUUID } from 'node:crypto';

/** A random part for each process and a counter, so that neighbours in time are neighbours in the store's index of ids. */
export function sequentialIds(): () => string {
  const run = randomUUID();
  let count = 0;
  return () => {
    count += 1;
    return `${run}/${count.toString(16).padStart(8, '0')}`;
  };
}

/** A digest of what was requested under a commit id. The order of an object's members does not change it. */
export function requestFingerprint(request: unknown): string {
  return createHash('sha256').update(JSON.stringify(request, withSortedNames)).digest('base64url');
}

function withSortedNames(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
