/** What differs between two values of JSON, member by member. */

export interface Change {
  /** As in `items[0].name`; empty for the value itself. */
  readonly path: string;
  /** Absent where the member was not there. */
  readonly before?: unknown;
  /** Absent where the member is not there any more. */
  readonly after?: unknown;
}

/** So many are told at most. */
export const MAX_CHANGES = 200;

/** In the order of the members; those that are gone come last. Equal values have none. */
export function changesBetween(before: unknown, after: unknown): readonly Change[] {
  const changes: Change[] = [];
  collect('', before, after, changes);
  return changes;
}

function collect(path: string, before: unknown, after: unknown, into: Change[]): void {
  if (into.length >= MAX_CHANGES || Object.is(before, after)) return;
  if (isArray(before) && isArray(after)) {
    const length = Math.max(before.length, after.length);
    for (let index = 0; index < length && into.length < MAX_CHANGES; index += 1)
      member(`${path}[${index}]`, before, after, String(index), into);
  } else if (isRecord(before) && isRecord(after)) {
    for (const name of new Set([...Object.keys(after), ...Object.keys(before)]))
      member(path === '' ? name : `${path}.${name}`, before, after, name, into);
  } else {
    into.push({ path, before, after });
  }
}

function member(path: string, before: object, after: object, name: string, into: Change[]): void {
  if (into.length >= MAX_CHANGES) return;
  const old: unknown = Reflect.get(before, name);
  const now: unknown = Reflect.get(after, name);
  if (!Object.hasOwn(before, name)) into.push({ path, after: now });
  else if (!Object.hasOwn(after, name)) into.push({ path, before: old });
  else collect(path, old, now, into);
}

const isArray = (value: unknown): value is readonly unknown[] => Array.isArray(value);

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
