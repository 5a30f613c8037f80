/** Splits the data of events into columns and joins them again: values that events have in common are stored once. */
import type { Json } from '../event.js';

/** The data is stored as it is: it is no object. */
export const WHOLE = 0;
/** The data is stored as JSON text: it has a member `__proto__`, which cannot be set as others are. */
const AS_TEXT = 1;

/** How data is split: by the names of its members, in their order, or not at all. */
export type Shape = readonly string[] | typeof WHOLE | typeof AS_TEXT;

type JsonObject = Readonly<Record<string, Json>>;

export function shapeOf(data: Json): Shape {
  if (typeof data !== 'object' || data === null) return WHOLE;
  if (hasProto(data)) return AS_TEXT;
  return Array.isArray(data) ? WHOLE : Object.keys(data);
}

/** Whether the data has this shape, found without allocating. `false` when only `shapeOf` can tell. */
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
    let index = 0;
    for (const name of shape) columns[index++]?.push((data as JsonObject)[name] as Json);
  }
}

/** The columns of data that are the only row. */
export function columnsOf(data: Json, shape: Shape): readonly Json[][] {
  if (shape === AS_TEXT) return [[JSON.stringify(data)]];
  if (shape === WHOLE) return [[data]];
  return shape.map((name) => [(data as JsonObject)[name] as Json]);
}

/** Joins one row of the columns, frozen. */
export type Builder = (columns: readonly (readonly Json[])[], row: number) => Json;

/** Shapes that have a compiled builder. Data with values for names would otherwise make one for each event. */
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
  const builder = compiled(shape) ?? assembling(shape);
  builders.set(key, builder);
  return builder;
}

/**
 * A compiled object literal, which reads a log 1.2 times as fast as `assembling` does (`npm run bench:log`, the row that
 * reads the whole log). Undefined where the process forbids code from strings.
 */
function compiled(names: readonly string[]): Builder | undefined {
  const members = names.map((name, index) => `${JSON.stringify(name)}: frozen(columns[${index}][row])`);
  const source = `return (columns, row) => Object.freeze({ ${members.join(', ')} });`;
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the names are in it as string literals only
    return (new Function('frozen', source) as (freeze: typeof frozen) => Builder)(frozen);
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

function assembling(names: readonly string[]): Builder {
  return (columns, row) => {
    const data: Record<string, Json> = {};
    for (const [index, name] of names.entries()) data[name] = frozen(columns[index]?.[row] as Json);
    return Object.freeze(data);
  };
}

/** Events that are read are frozen as those that were appended are, so that a fold does the same live and in a replay. */
export function frozen<Value extends Json | undefined>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}

function hasProto(value: Json | undefined): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (isArray(value)) return value.some(hasProto);
  // Not by `Object.values`, which allocates.
  for (const name in value) if (name === '__proto__' || hasProto(value[name])) return true;
  return false;
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
