/** Turns what zod found wrong into faults with JSON pointers. */
import type { ZodError, ZodType } from 'zod';
import { findInexact } from './exact-json.js';
import { InvalidBody, pointer, type Fault } from './problem.js';

/** More faults than this help nobody; the first ones are named. */
const MAX_FAULTS = 20;

export function faultsOf(error: ZodError, path: readonly PropertyKey[] = []): readonly Fault[] {
  return error.issues.flatMap((issue) => faultsOfIssue(issue, path)).slice(0, MAX_FAULTS);
}

function faultsOfIssue(issue: ZodError['issues'][number], path: readonly PropertyKey[]): readonly Fault[] {
  const place = [...path, ...issue.path];
  if (issue.code !== 'unrecognized_keys') return [{ detail: issue.message, pointer: pointer(place) }];
  // zod points to the object; who sent it looks for the field.
  return issue.keys.map((key) => ({
    detail: issue.message,
    pointer: pointer([...place, key]),
  }));
}

/**
 * The body as the schema wants it.
 *
 * @throws InvalidBody that names every field at fault
 */
export function parseBody<Output>(schema: ZodType<Output>, body: unknown): Output {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const inexact = findInexact(body);
  if (inexact !== undefined) {
    throw new InvalidBody([{ detail: inexact.number.detail, pointer: pointer(inexact.path) }]);
  }
  throw new InvalidBody(faultsOf(parsed.error));
}
