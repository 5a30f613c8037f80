/** Data taken apart into columns and put together again: what many events have in common is kept once. */
import type { Json } from '../event.js';

/** The data is kept as it is: it is no object. */
export const WHOLE = 0;
/** The data is kept as JSON text: it has a member `__proto__`, which cannot be set as other members are. */
export const AS_TEXT = 1;

/** How data are taken apart: by the names of their members, in their order, or not at all. */
export type Shape = readonly string[] | typeof WHOLE | typeof AS_TEXT;

type JsonObject = Readonly<Record<string, Json>>;

export function shapeOf(data: Json): Shape {
  if (typeof data !== 'object' || data === null) return WHOLE;
  if (hasProto(data)) return AS_TEXT;
  return Array.isArray(data) ? WHOLE : Object.keys(data);
}

/** Whether `shapeOf` would say this of the data, without making anything. */
export function hasShape(data: Json, shape: Shape): boolean {
  if (typeof shape === 'number' || typeof data !== 'object' || data === null || Array.isArray(data))
    return false;
  const object = data as JsonObject;
  let count = 0;
  for (const name in object) {
    if (name !== shape[count] || hasProto(object[name])) return false;
    count += 1;
  }
  return count === shape.length;
}

/** Adds the data to its columns: one for each name, or a single one. */
export function addTo(columns: readonly Json[][], data: Json, shape: Shape): void {
  if (shape === AS_TEXT) columns[0]?.push(JSON.stringify(data));
  else if (shape === WHOLE) columns[0]?.push(data);
  else {
    shape.forEach((name, index) => {
      columns[index]?.push((data as JsonObject)[name] as Json);
    });
  }
}

/** Puts the data in one row of the columns together again, frozen. */
export type Builder = (columns: readonly (readonly Json[])[], row: number) => Json;

/** So many shapes have a function of their own. Data that are named by values would make one for each of them. */
const MAX_BUILDERS = 1_000;
const MAX_NAMES = 64;

const builders = new Map<string, Builder>();

export function builderOf(shape: Shape): Builder {
  if (shape === WHOLE) return (columns, row) => frozen(columns[0]?.[row] as Json);
  if (shape === AS_TEXT) return (columns, row) => frozen(JSON.parse(columns[0]?.[row] as string) as Json);
  const key = JSON.stringify(shape);
  const known = builders.get(key);
  if (known !== undefined) return known;
  if (builders.size >= MAX_BUILDERS || shape.length > MAX_NAMES) return assembling(shape);
  const builder = compiled(shape);
  builders.set(key, builder);
  return builder;
}

/** An object literal that the engine compiles is made several times faster than one that is filled member by member. */
function compiled(names: readonly string[]): Builder {
  const members = names.map((name, index) => `${JSON.stringify(name)}: frozen(columns[${index}][row])`);
  const source = `return (columns, row) => Object.freeze({ ${members.join(', ')} });`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the names stand in it as string literals only
  return (new Function('frozen', source) as (freeze: typeof frozen) => Builder)(frozen);
}

function assembling(names: readonly string[]): Builder {
  return (columns, row) =>
    Object.freeze(
      Object.fromEntries(names.map((name, index) => [name, frozen(columns[index]?.[row] as Json)])),
    );
}

/** What is read is as unchangeable as what was appended, so that a fold does the same live and in a replay. */
export function frozen<Value extends Json | undefined>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}

function hasProto(value: Json | undefined): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some((member) => hasProto(member));
}
