/** Members of data by their path, as in `customer.id` or `lines.*.price`; one with `?` at the end may be absent. */
import type { Json } from '../../event.js';

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

/**
 * Why a schema does not promise the member: it has none of this name, or does not require it on the way; undefined where it does. In a union
 * every alternative must.
 */
export function missingInSchema(
  schema: Json,
  field: string,
): { readonly detail: 'absent' | 'optional'; readonly members: readonly string[] } | undefined {
  const isOptional = field.endsWith('?');
  const path = field.replace(/\?$/, '').split('.');
  return missing(schema as Members, schema as Members, path, isOptional);
}

function missing(
  root: Members,
  given: Members,
  [name, ...rest]: readonly string[],
  isOptional: boolean,
): ReturnType<typeof missingInSchema> {
  if (name === undefined) return undefined;
  const schema = dereferenced(root, given);
  const alternatives = (schema['anyOf'] ?? schema['oneOf']) as readonly Members[] | undefined;
  if (alternatives !== undefined) {
    // One that is null has no members at all.
    const found = alternatives.map((each) => missing(root, each, [name, ...rest], isOptional));
    if (isOptional && found.some((each) => each === undefined)) return undefined;
    return found.find((each) => each !== undefined);
  }
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Members>>;
  const next = name === '*' ? (schema['items'] ?? schema['additionalProperties']) : properties[name];
  const others = schema['additionalProperties'] ?? {};
  if (next === undefined && typeof others === 'object')
    return missing(root, others as Members, rest, isOptional);
  if (next === undefined || typeof next !== 'object')
    return { detail: 'absent', members: Object.keys(properties) };
  const required = (schema['required'] ?? []) as readonly string[];
  if (name !== '*' && !required.includes(name) && !isOptional)
    return { detail: 'optional', members: Object.keys(properties) };
  return missing(root, next as Members, rest, isOptional);
}

function dereferenced(root: Members, schema: Members): Members {
  const { $ref: reference } = schema;
  if (typeof reference !== 'string') return schema;
  const path = reference.split('/').slice(1);
  const found = path.reduce<unknown>((within, part) => (within as Members | undefined)?.[part], root);
  return (found ?? {}) as Members;
}
