/** What a form asks for, made from a JSON Schema. What no field can say is asked for as JSON. */
import { constraintsOf, namedValues, plainSchema, type Json, type JsonSchema } from '../../../json-schema.js';

export type Field = FieldBase &
  (
    | { readonly kind: 'text'; readonly isLong: boolean }
    | { readonly kind: 'number'; readonly isInteger: boolean }
    | { readonly kind: 'boolean' | 'moment' | 'date' | 'json' }
    | { readonly kind: 'choice'; readonly options: readonly Json[] }
    | { readonly kind: 'constant'; readonly value: Json }
    | { readonly kind: 'group'; readonly members: readonly Member[] }
    | { readonly kind: 'list'; readonly item: Field }
  );

interface FieldBase {
  readonly title?: string;
  readonly description?: string;
  /** What is asked of the value, in words. */
  readonly hints: readonly string[];
  readonly isNullable: boolean;
  readonly default?: Json;
}

export interface Member {
  readonly name: string;
  readonly isRequired: boolean;
  readonly field: Field;
}

/** Deeper than this everything is JSON: nobody would find through such a form. */
const MAX_DEPTH = 5;

/** From this length on a text may have several lines. */
const LONG_TEXT = 200;

interface Place {
  readonly root: JsonSchema;
  readonly depth: number;
  readonly through: readonly string[];
}

export function fieldOf(given: JsonSchema, place: Place = { root: given, depth: 0, through: [] }): Field {
  const { schema, isNullable, through } = plainSchema(given, place.root, place.through);
  const base: FieldBase = {
    ...(schema.title !== undefined && { title: schema.title }),
    ...(schema.description !== undefined && { description: schema.description }),
    ...(schema.default !== undefined && { default: schema.default }),
    hints: constraintsOf(schema),
    isNullable,
  };
  const values = namedValues(schema);
  if (values !== undefined) return namedField(base, values);
  if (place.depth > MAX_DEPTH) return { ...base, kind: 'json' };
  return typedField(base, schema, { ...place, depth: place.depth + 1, through });
}

/** OpenAPI 3.0 has a constant as an enumeration of one. */
function namedField(base: FieldBase, values: readonly Json[]): Field {
  const options = values.filter((value) => value !== null);
  const isNullable = base.isNullable || options.length < values.length;
  const [value] = options;
  return value !== undefined && options.length === 1 && !isNullable
    ? { ...base, kind: 'constant', value }
    : { ...base, isNullable, kind: 'choice', options };
}

function typedField(base: FieldBase, schema: JsonSchema, place: Place): Field {
  if (schema.anyOf !== undefined || schema.oneOf !== undefined || schema.allOf !== undefined)
    return { ...base, kind: 'json' };
  switch (schema.type) {
    case 'string':
      if (schema.format === 'date-time') return { ...base, kind: 'moment', hints: [] };
      if (schema.format === 'date') return { ...base, kind: 'date', hints: [] };
      return { ...base, kind: 'text', isLong: Number(schema['maxLength'] ?? 0) > LONG_TEXT };
    case 'number':
    case 'integer':
      return { ...base, kind: 'number', isInteger: schema.type === 'integer' };
    case 'boolean':
      return { ...base, kind: 'boolean' };
    case 'array':
      return typeof schema.items === 'object' && schema.prefixItems === undefined
        ? { ...base, kind: 'list', item: fieldOf(schema.items, place) }
        : { ...base, kind: 'json' };
    case 'object':
      return isOfMembers(schema)
        ? { ...base, kind: 'group', members: membersOf(schema, place) }
        : { ...base, kind: 'json' };
    default:
      return { ...base, kind: 'json' };
  }
}

/** Not what has members of any name. */
function isOfMembers({ properties, additionalProperties, propertyNames }: JsonSchema): boolean {
  const isOpen = typeof additionalProperties === 'object' || propertyNames !== undefined;
  return !isOpen && (properties !== undefined || additionalProperties === false);
}

function membersOf({ properties = {}, required = [] }: JsonSchema, place: Place): readonly Member[] {
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    isRequired: required.includes(name),
    field: fieldOf(schema, place),
  }));
}

/** With an optional member before its others, as the id that a client may choose. */
export function withMember(field: Field, member: Member): Field {
  return field.kind === 'group' ? { ...field, members: [member, ...field.members] } : field;
}
