/** Parts of the JSON Schema of a contract: members, items and values. */
import type { Json } from '../../event.js';
import { isAnnotation } from './schema-keywords.js';

export type Schema = Readonly<Record<string, Json | undefined>>;

export interface ObjectShape {
  readonly members: Schema;
  /** What other members are; false where there are none. */
  readonly rest: Schema | false;
  /** What the names of other members are, where that is told. */
  readonly names: Schema | undefined;
  readonly required: readonly string[];
}

/** A record whose names are listed has them as members. */
export function shapeOf(schema: Schema): ObjectShape {
  const { additionalProperties: others = true, propertyNames, required } = schema;
  const rest = others !== false && asSchema(others);
  const names = propertyNames === undefined ? undefined : asSchema(propertyNames);
  const listed = names && valuesOf(names);
  if (listed === undefined) return { members: membersOf(schema), rest, names, required: namesIn(required) };
  const named = Object.fromEntries(namesIn(listed).map((name) => [name, rest]));
  return {
    members: { ...named, ...membersOf(schema) },
    rest: false,
    names: undefined,
    required: namesIn(required),
  };
}

/** The only values that it takes, where it lists them. */
export function valuesOf(schema: Schema): readonly Json[] | undefined {
  if (schema['const'] !== undefined) return [schema['const']];
  const { enum: values } = schema;
  return Array.isArray(values) ? (values as readonly Json[]) : undefined;
}

/** The schemas of a tuple's items. */
export const prefixOf = ({ prefixItems }: Schema): readonly Schema[] =>
  Array.isArray(prefixItems) ? (prefixItems as readonly Json[]).map(asSchema) : [];

export const isSchema = (value: Json | undefined): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** `true` takes everything, `false` nothing. */
export const asSchema = (value: Json): Schema =>
  isSchema(value) ? value : value === false ? NOTHING : ANYTHING;

export const membersOf = ({ properties }: Schema): Schema => (isSchema(properties) ? properties : {});
export const namesIn = (names: Json | undefined): readonly string[] =>
  Array.isArray(names) ? names.filter((each): each is string => typeof each === 'string') : [];

/** Takes every value. Always the same object. */
export const ANYTHING: Schema = {};

/** Takes no value. */
export const NOTHING: Schema = { not: {} };

export const isAnything = (schema: Schema): boolean => Object.keys(schema).every(isAnnotation);

export function isNothing({ not }: Schema): boolean {
  return not === true || (isSchema(not) && Object.keys(not).every(isAnnotation));
}
