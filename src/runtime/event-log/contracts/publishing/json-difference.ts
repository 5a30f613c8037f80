/** Compares JSON values: finds the first difference. */
import { pointer } from '../../../http/kernel/problem.js';
import type { Json } from '../../event.js';

/** A JSON pointer as a URI fragment; undefined when they are equal. The order of an object's members does not count. */
export function firstDifference(one: Json, other: Json, path: readonly string[] = []): string | undefined {
  if (!isComposite(one) || !isComposite(other) || Array.isArray(one) !== Array.isArray(other)) {
    return one === other ? undefined : pointer(path);
  }
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  for (const name of names) {
    const [mine, theirs] = [one[name], other[name]];
    if (mine === undefined || theirs === undefined) return pointer([...path, name]);
    const difference = firstDifference(mine, theirs, [...path, name]);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** Whether they are equal as JSON. */
export function isSameJson(one: unknown, other: unknown): boolean {
  return firstDifference(asJson(one), asJson(other)) === undefined;
}

export function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

function isComposite(value: Json): value is Readonly<Record<string, Json | undefined>> {
  return typeof value === 'object' && value !== null;
}
