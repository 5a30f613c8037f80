/** What tells two requests under one commit id apart. */
import { createHash } from 'node:crypto';

/** A digest of what was requested. The order of an object's members does not change it. */
export function requestFingerprint(request: unknown): string {
  return createHash('sha256').update(JSON.stringify(request, withSortedNames)).digest('base64url');
}

function withSortedNames(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
