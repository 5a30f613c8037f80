/** Reads the JSON Schema of a contract: what references, intersections and unions come to. */
import type { Json } from '../../event.js';

export type Schema = Readonly<Record<string, Json | undefined>>;

/** One JSON Schema with its definitions. The same part is always the same object, so that what refers to itself can be told. */
export class SchemaDocument {
  readonly root: Schema;
  readonly #intersections = new Map<Schema, Schema>();

  constructor(root: Json) {
    this.root = asSchema(root);
  }

  /** What a reference leads to, and one schema in place of an intersection. */
  resolved(schema: Schema): Schema {
    const found = this.#dereferenced(schema);
    const { allOf } = found;
    if (!Array.isArray(allOf)) return found;
    const known = this.#intersections.get(found);
    if (known !== undefined) return known;
    const parts = (allOf as readonly Json[]).map((each) => this.resolved(asSchema(each)));
    const one = parts.reduce<Schema>(
      (all, part) => ({
        ...all,
        ...part,
        properties: { ...membersOf(all), ...membersOf(part) },
        required: [...namesIn(all['required']), ...namesIn(part['required'])],
      }),
      { ...found, allOf: undefined },
    );
    this.#intersections.set(found, one);
    return one;
  }

  /** What a resolved schema takes: the alternatives of a union, also of unions within it; otherwise itself. */
  alternativesOf(schema: Schema, within: readonly Schema[] = []): readonly Schema[] {
    if (within.includes(schema)) return [];
    const { anyOf, oneOf, type } = schema;
    const alternatives = anyOf ?? oneOf;
    if (Array.isArray(alternatives))
      return (alternatives as readonly Json[]).flatMap((each) =>
        this.alternativesOf(this.resolved(asSchema(each)), [...within, schema]),
      );
    if (Array.isArray(type)) return (type as readonly Json[]).map((each) => ({ ...schema, type: each }));
    return [schema];
  }

  #dereferenced(schema: Schema, met: readonly string[] = []): Schema {
    const { $ref: reference } = schema;
    if (typeof reference !== 'string' || met.includes(reference)) return schema;
    const found = reference
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<Json | undefined>((inside, part) => (isSchema(inside) ? inside[part] : undefined), this.root);
    return isSchema(found) ? this.#dereferenced(found, [...met, reference]) : {};
  }
}

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
  const { additionalProperties: others = {}, propertyNames, required } = schema;
  const rest = isSchema(others) ? others : false;
  const names = isSchema(propertyNames) ? propertyNames : undefined;
  const listed = names && valuesOf(names);
  if (listed === undefined) return { members: membersOf(schema), rest, names, required: namesIn(required) };
  const named = Object.fromEntries(namesIn(listed).map((name) => [name, rest === false ? undefined : rest]));
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
export const asSchema = (value: Json): Schema => (isSchema(value) ? value : {});

const membersOf = ({ properties }: Schema): Schema => asSchema(properties ?? {});
const namesIn = (names: Json | undefined): readonly string[] =>
  Array.isArray(names) ? names.filter((each): each is string => typeof each === 'string') : [];
