/** Brings several JSON Schemas that must all be kept together to one, keyword by keyword. */
import type { Json } from '../../event.js';
import { isSameJson } from './json-difference.js';
import { membersOf, namesIn, valuesOf, type Schema } from './published-schema.js';
import { isAnnotation } from './schema-keywords.js';

type Merge = (one: Json, other: Json) => Json;

const larger: Merge = (one, other) => Math.max(Number(one), Number(other));
const smaller: Merge = (one, other) => Math.min(Number(one), Number(other));

const BOUNDS: Readonly<Record<string, Merge>> = {
  minLength: larger,
  minItems: larger,
  minProperties: larger,
  minimum: larger,
  exclusiveMinimum: larger,
  maxLength: smaller,
  maxItems: smaller,
  maxProperties: smaller,
  maximum: smaller,
  exclusiveMaximum: smaller,
};

/** Of members and items: those of the one and the other depend on each other, so they are merged together. */
const STRUCTURE = ['properties', 'additionalProperties', 'items', 'prefixItems'];

/**
 * Without references, intersections, unions and lists of types. Of `pattern`, `format` and `multipleOf` there may be a list: all of them hold.
 * Members and items that several describe are an `allOf` again, so that what refers to itself ends.
 *
 * @returns undefined when no value is taken by all of them
 */
export function mergedSchema(schemas: readonly Schema[]): Schema | undefined {
  const [first = {}, ...others] = schemas;
  return others.reduce<Schema | undefined>((all, each) => all && merged(all, each), first);
}

function merged(one: Schema, other: Schema): Schema | undefined {
  const type = mergedType(one['type'], other['type']);
  const values = mergedValues(one, other);
  if (type === null || values?.length === 0) return undefined;
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (name) => !isAnnotation(name) && !['type', 'const', 'enum', ...STRUCTURE].includes(name),
  );
  return {
    ...Object.fromEntries(names.map((name) => [name, mergedKeyword(name, one[name], other[name])])),
    ...mergedMembers(one, other),
    ...mergedItems(one, other),
    ...(type !== undefined && { type }),
    ...(values !== undefined && (values.length === 1 ? { const: values[0] } : { enum: values })),
  };
}

function mergedKeyword(name: string, one: Json | undefined, other: Json | undefined): Json | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  if (isSameJson(one, other)) return one;
  if (name === 'required') return [...new Set([...namesIn(one), ...namesIn(other)])];
  if (name === 'propertyNames') return both(one, other);
  const merge = BOUNDS[name];
  // What is not compared is only ever asked whether it is the same.
  return merge === undefined ? [...new Set([one, other].flat())] : merge(one, other);
}

/** @returns null when there is none that both take */
function mergedType(one: Json | undefined, other: Json | undefined): Json | undefined {
  if (one === undefined || other === undefined || one === other) return one ?? other;
  const types = [one, other];
  return types.includes('integer') && types.includes('number') ? 'integer' : null;
}

function mergedValues(one: Schema, other: Schema): readonly Json[] | undefined {
  const [values, otherValues] = [valuesOf(one), valuesOf(other)];
  if (values === undefined || otherValues === undefined) return values ?? otherValues;
  return values.filter((value) => otherValues.some((each) => isSameJson(each, value)));
}

function mergedMembers(one: Schema, other: Schema): Schema {
  const [members, otherMembers] = [membersOf(one), membersOf(other)];
  const { additionalProperties: rest } = one;
  const { additionalProperties: otherRest } = other;
  const names = [...new Set([...Object.keys(members), ...Object.keys(otherMembers)])];
  const additional = both(rest, otherRest);
  return {
    ...(names.length > 0 && {
      properties: Object.fromEntries(
        names.map((name) => [
          name,
          both(own(members, name) ?? rest, own(otherMembers, name) ?? otherRest) ?? {},
        ]),
      ),
    }),
    ...(additional !== undefined && { additionalProperties: additional }),
  };
}

function mergedItems(one: Schema, other: Schema): Schema {
  const [prefix, otherPrefix] = [listOf(one['prefixItems']), listOf(other['prefixItems'])];
  const [rest, otherRest] = [one['items'], other['items']];
  const items = both(rest, otherRest);
  const length = Math.max(prefix.length, otherPrefix.length);
  return {
    ...(length > 0 && {
      prefixItems: Array.from(
        { length },
        (_, index) => both(prefix[index] ?? rest, otherPrefix[index] ?? otherRest) ?? {},
      ),
    }),
    ...(items !== undefined && { items }),
  };
}

/** One schema for two that must both be kept; the stricter where one of them is a boolean. */
function both(one: Json | undefined, other: Json | undefined): Json | undefined {
  if (one === undefined || one === true) return other ?? one;
  if (other === undefined || other === true || isSameJson(one, other)) return one;
  return one === false || other === false ? false : { allOf: [one, other] };
}

const own = (members: Schema, name: string): Json | undefined =>
  Object.hasOwn(members, name) ? members[name] : undefined;

const listOf = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : [];
