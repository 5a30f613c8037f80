/** Compares two JSON Schemas: where does the one refuse data that the other takes? */
import type { Json } from '../../event.js';
import { isSameJson } from './json-difference.js';

export interface Narrowing {
  /** Of the member, as in `customer.id`; `lines.*.price` for what an array or a record has; `` for all of it. */
  readonly field: string;
  /** What became of it, as a part of a sentence: `is required, and was not`. */
  readonly what: string;
}

type Schema = Readonly<Record<string, Json | undefined>>;

/** So deep is compared; deeper is what refers to itself. */
const MAX_DEPTH = 20;

/**
 * Of members, types, values and bounds. Patterns and formats are only compared as texts, so another one counts as narrower; what neither schema
 * tells, such as a `refine`, is not seen.
 */
export function narrowings(before: Json, after: Json): readonly Narrowing[] {
  return new Comparison(asSchema(before), asSchema(after)).at(asSchema(before), asSchema(after), '', 0);
}

class Comparison {
  constructor(
    private readonly before: Schema,
    private readonly after: Schema,
  ) {}

  at(was: Schema, is: Schema, field: string, depth: number): readonly Narrowing[] {
    if (depth > MAX_DEPTH || isSameJson(was, is)) return [];
    const [old, now] = [dereferenced(was, this.before), dereferenced(is, this.after)];
    const [earlier, later] = [alternativesOf(old), alternativesOf(now)];
    if (earlier.length > 1 || later.length > 1) return this.#alternatives(earlier, later, field, depth);
    return [
      ...differentValues(old, now, field),
      ...this.#members(old, now, field, depth),
      ...this.#items(old, now, field, depth),
      ...narrowerBounds(old, now, field),
    ];
  }

  /** Each of what was taken must be taken by one of what is taken now. */
  #alternatives(
    earlier: readonly Schema[],
    later: readonly Schema[],
    field: string,
    depth: number,
  ): readonly Narrowing[] {
    return earlier.flatMap((old) => {
      const found = later.map((now) => this.at(old, now, field, depth + 1));
      if (found.some((each) => each.length === 0)) return [];
      const nearest = found.toSorted((one, other) => one.length - other.length)[0];
      const isOne = later.length === 1 && nearest !== undefined;
      return isOne
        ? nearest
        : [{ field, what: `no longer may be ${JSON.stringify({ ...old, $schema: undefined })}` }];
    });
  }

  #members(old: Schema, now: Schema, field: string, depth: number): readonly Narrowing[] {
    const [had, has] = [membersOf(old), membersOf(now)];
    const [required, requires] = [namesIn(old['required']), namesIn(now['required'])];
    const added = requires
      .filter((name) => !required.includes(name))
      .map((name) => ({
        field: within(field, name),
        what: Object.hasOwn(had, name) ? 'is required, and was not' : 'was added, and is required',
      }));
    const rest = now['additionalProperties'];
    const changed = Object.entries(had).flatMap(([name, was]): readonly Narrowing[] => {
      const is = has[name] ?? (isSchema(rest) ? rest : undefined);
      if (is !== undefined) return this.at(asSchema(was ?? {}), asSchema(is), within(field, name), depth + 1);
      return rest === false ? [{ field: within(field, name), what: 'was removed' }] : [];
    });
    const others = old['additionalProperties'];
    const ofOthers =
      isSchema(others) && isSchema(rest) ? this.at(others, rest, within(field, '*'), depth + 1) : [];
    return [...added, ...changed, ...ofOthers];
  }

  #items(old: Schema, now: Schema, field: string, depth: number): readonly Narrowing[] {
    const { items: was } = old;
    const { items: is } = now;
    return isSchema(was) && isSchema(is) ? this.at(was, is, within(field, '*'), depth + 1) : [];
  }
}

function differentValues(old: Schema, now: Schema, field: string): readonly Narrowing[] {
  const [values, taken] = [valuesOf(old), valuesOf(now)];
  if (taken !== undefined) {
    if (values === undefined) return [{ field, what: `is only ${taken.map(shown).join(' or ')}` }];
    const missing = values.filter((value) => !taken.some((each) => isSameJson(each, value)));
    return missing.length === 0 ? [] : [{ field, what: `no longer is ${missing.map(shown).join(' or ')}` }];
  }
  const { type: was } = old;
  const { type: is } = now;
  if (is === undefined || is === was || (is === 'number' && was === 'integer')) return [];
  return [{ field, what: `is ${shown(is)}, and was ${was === undefined ? 'anything' : shown(was)}` }];
}

/** The larger it is, the less is taken; the others the other way round. */
const LOWER_BOUNDS = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'] as const;
const UPPER_BOUNDS = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'] as const;
const TEXTS = ['pattern', 'format', 'multipleOf'] as const;

function narrowerBounds(old: Schema, now: Schema, field: string): readonly Narrowing[] {
  const narrower = [
    ...LOWER_BOUNDS.filter((name) => isNumber(now[name]) && !(isNumber(old[name]) && old[name] >= now[name])),
    ...UPPER_BOUNDS.filter((name) => isNumber(now[name]) && !(isNumber(old[name]) && old[name] <= now[name])),
    ...TEXTS.filter((name) => now[name] !== undefined && now[name] !== old[name]),
  ];
  // Of an integer these are bounds that JSON has anyway.
  const telling = narrower.filter((name) => Math.abs(Number(now[name])) !== Number.MAX_SAFE_INTEGER);
  const isTold = (name: string): boolean =>
    old[name] !== undefined && Math.abs(Number(old[name])) !== Number.MAX_SAFE_INTEGER;
  return telling.map((name) => ({
    field,
    what: `has ${name} ${shown(now[name])}, and had ${isTold(name) ? shown(old[name]) : 'none'}`,
  }));
}

function alternativesOf(schema: Schema): readonly Schema[] {
  const { anyOf, oneOf, type } = schema;
  const alternatives = anyOf ?? oneOf;
  if (Array.isArray(alternatives)) return alternatives.map(asSchema);
  if (Array.isArray(type)) return type.map((each) => ({ ...schema, type: each as Json }));
  return [schema];
}

function dereferenced(schema: Schema, root: Schema): Schema {
  const { $ref: reference } = schema;
  if (typeof reference !== 'string') return schema;
  const found = reference
    .split('/')
    .slice(1)
    .reduce<Json | undefined>((inside, part) => (isSchema(inside) ? inside[part] : undefined), root);
  return asSchema(found ?? {});
}

function valuesOf(schema: Schema): readonly Json[] | undefined {
  if (schema['const'] !== undefined) return [schema['const']];
  const { enum: values } = schema;
  return Array.isArray(values) ? (values as readonly Json[]) : undefined;
}

const membersOf = ({ properties }: Schema): Schema => asSchema(properties ?? {});
const namesIn = (names: Json | undefined): readonly string[] =>
  Array.isArray(names) ? names.filter((each): each is string => typeof each === 'string') : [];
const within = (field: string, name: string): string => (field === '' ? name : `${field}.${name}`);
const shown = (value: Json | undefined): string =>
  typeof value === 'string' ? value : JSON.stringify(value);
const isNumber = (value: Json | undefined): value is number => typeof value === 'number';
const isSchema = (value: Json | undefined): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const asSchema = (value: Json): Schema => (isSchema(value) ? value : {});
