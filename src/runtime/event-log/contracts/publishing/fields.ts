/** Members of data by their path, as in `customer.id` or `lines.*.price`; one with `?` at the end may be absent. */
import type { Json } from '../../event.js';
import {
  asSchema,
  isNothing,
  isSchema,
  prefixOf,
  shapeOf,
  valuesOf,
  type Schema,
} from './published-schema.js';
import { SchemaDocument } from './schema-document.js';

type Members = Readonly<Record<string, Json | undefined>>;

/** Whether the data lacks the member, in any of the items that the path leads through. */
export function missingIn(data: Json, field: string): boolean {
  if (field.endsWith('?')) return false;
  return isMissing(data, field.split('.'));
}

function isMissing(value: Json | undefined, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return value === undefined;
  if (typeof value !== 'object' || value === null) return true;
  if (name === '*') return Object.values(value).some((each) => isMissing(each, rest));
  return isMissing((value as Members)[name], rest);
}

interface Missing {
  readonly detail: 'absent' | 'optional';
  /** Those that there are. */
  readonly members: readonly string[];
}

/**
 * Why a schema does not promise the member: it has none of this name, or does not require it on the way; undefined where it does. In a union
 * every alternative must. What only a record or a loose object gives is optional, whatever its name.
 */
export function missingInSchema(schema: Json, field: string): Missing | undefined {
  const document = new SchemaDocument(schema);
  return missing(document, document.root, field.replace(/\?$/, '').split('.'), field.endsWith('?'));
}

function missing(
  document: SchemaDocument,
  schema: Schema,
  path: readonly string[],
  isOptional: boolean,
): Missing | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return undefined;
  const alternatives = document.alternativesOf(schema);
  const found = alternatives.map((each) => missingInOne(document, each, name, rest, isOptional));
  // One that is null has no members at all.
  if (isOptional && found.some((each) => each === undefined)) return undefined;
  const first = found.find((each) => each !== undefined);
  if (first === undefined || found.every((each) => each?.detail === 'absent')) return first;
  return { detail: 'optional', members: first.members };
}

/** Of a schema that is no union. */
function missingInOne(
  document: SchemaDocument,
  schema: Schema,
  name: string,
  rest: readonly string[],
  isOptional: boolean,
): Missing | undefined {
  const { members, inside, isRequired } = insideOf(schema, name);
  if (inside.length === 0) return { detail: 'absent', members };
  if (!isRequired && !isOptional) return { detail: 'optional', members };
  return inside.map((each) => missing(document, each, rest, isOptional)).find((each) => each !== undefined);
}

interface Inside {
  readonly members: readonly string[];
  /** What has this name, or all that `*` stands for; empty where there is nothing. */
  readonly inside: readonly Schema[];
  readonly isRequired: boolean;
}

function insideOf(schema: Schema, name: string): Inside {
  const { type, items = {}, minItems } = schema;
  if (type === undefined && valuesOf(schema) === undefined && !isNothing(schema))
    return { members: [], inside: [{}], isRequired: name === '*' };
  if (type === 'array') {
    const prefix = prefixOf(schema);
    const others = isSchema(items) ? [items] : [];
    if (name === '*') return { members: ['*'], inside: [...prefix, ...others], isRequired: true };
    const item = /^\d+$/.test(name) ? (prefix[Number(name)] ?? others[0]) : undefined;
    const isRequired = Number(name) < Number(minItems ?? 0);
    return { members: ['*'], inside: item === undefined ? [] : [item], isRequired };
  }
  if (type !== 'object') return { members: [], inside: [], isRequired: false };
  const { members, rest, required } = shapeOf(schema);
  const names = Object.keys(members);
  const others = rest === false ? [] : [rest];
  if (name === '*') {
    const all = [...Object.values(members).map((each) => asSchema(each ?? {})), ...others];
    return { members: names, inside: all, isRequired: true };
  }
  const own = Object.hasOwn(members, name) ? [asSchema(members[name] ?? {})] : others;
  return { members: names, inside: own, isRequired: required.includes(name) };
}
