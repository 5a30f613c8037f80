/** What a commit id stands for. */
import { createHash } from 'node:crypto';

/** Tells one request from another under the same id. */
export function requestFingerprint(request: unknown): string {
  return createHash('sha256').update(JSON.stringify(request, inOrder)).digest('base64url');
}

/** The order of an object's names says nothing. */
function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
