/** JSON Schema as far as the console reads it, in the forms of draft 2020-12 and of OpenAPI 3.0. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: Json;
  readonly enum?: readonly Json[];
  readonly const?: Json;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: boolean | JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

/** What a schema says of one place, without references and without alternatives that only mean null. */
export interface PlainSchema {
  readonly schema: JsonSchema;
  readonly isNullable: boolean;
  /** The references that led to it: one that comes again leads round for ever. */
  readonly through: readonly string[];
}

export function plainSchema(
  given: JsonSchema,
  root: JsonSchema,
  through: readonly string[] = [],
): PlainSchema {
  const { $ref: reference, ...beside } = given;
  if (typeof reference === 'string') {
    const target = through.includes(reference) ? undefined : schemaAt(reference, root);
    if (target === undefined) return { schema: {}, isNullable: true, through };
    return plainSchema({ ...target, ...beside }, root, [...through, reference]);
  }
  const [only, ...more] = given.allOf ?? [];
  if (only !== undefined && more.length === 0)
    return plainSchema({ ...only, ...without(given, 'allOf') }, root, through);
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const alternatives = given[keyword] ?? [];
    const others = alternatives.filter((each) => !isNull(each));
    const [other] = others;
    if (other !== undefined && others.length === 1 && alternatives.length === 2) {
      const inner = plainSchema({ ...other, ...without(given, keyword) }, root, through);
      return { ...inner, isNullable: true };
    }
  }
  return { ...withoutNull(given), through };
}

/** `type: ['string', 'null']`, and `nullable: true` of OpenAPI 3.0. */
function withoutNull(given: JsonSchema): Pick<PlainSchema, 'schema' | 'isNullable'> {
  const { nullable, ...schema } = given;
  if (!Array.isArray(schema.type)) return { schema, isNullable: nullable === true };
  const types = (schema.type as readonly string[]).filter((type) => type !== 'null');
  const [only] = types;
  const isNullable = types.length < schema.type.length || nullable === true;
  if (only === undefined) return { schema, isNullable };
  return { schema: { ...schema, type: types.length === 1 ? only : types }, isNullable };
}

const isNull = ({ type, const: constant, enum: values }: JsonSchema): boolean =>
  type === 'null' || constant === null || (values?.length === 1 && values[0] === null);

/** The values that a schema names one by one; undefined where it does not. */
export function namedValues(schema: JsonSchema): readonly Json[] | undefined {
  if (schema.const !== undefined) return [schema.const];
  if (schema.enum !== undefined) return schema.enum;
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives === undefined || alternatives.length === 0) return undefined;
  const named = alternatives.map((each) => namedValues(each));
  return named.every((each) => each !== undefined) ? named.flat() : undefined;
}

/** RFC 6901, within the document. */
function schemaAt(reference: string, root: JsonSchema): JsonSchema | undefined {
  if (!reference.startsWith('#')) return undefined;
  let at: unknown = root;
  for (const part of partsOf(reference)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[part];
  }
  return typeof at === 'object' && at !== null ? (at as JsonSchema) : undefined;
}

/** Of a JSON pointer, as a text or as a fragment of a URI. */
export function partsOf(pointer: string): readonly string[] {
  const isFragment = pointer.startsWith('#');
  return pointer
    .split('/')
    .slice(1)
    .map((part) => (isFragment ? decoded(part) : part).replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function pointerOf(parts: readonly (string | number)[]): string {
  return parts.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function without(schema: JsonSchema, keyword: string): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== keyword));
}

/** What a value must be beside its type, in words: `from 1 to 1,000 characters`. */
export function constraintsOf(schema: JsonSchema): readonly string[] {
  const { minLength, maxLength, minItems, maxItems, pattern, multipleOf, format, uniqueItems } = schema;
  return [
    between(minLength, maxLength, 'character', 'characters'),
    between(minItems, maxItems, 'entry', 'entries'),
    ...boundsOf(schema),
    typeof multipleOf === 'number' ? `a multiple of ${multipleOf.toLocaleString('en')}` : '',
    uniqueItems === true ? 'each once' : '',
    // A pattern beside a format says the same at length.
    typeof format === 'string' ? (FORMATS[format] ?? format) : '',
    typeof pattern === 'string' && format === undefined ? `matches ${shortened(pattern)}` : '',
  ].filter((each) => each !== '');
}

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': 'a date and time (RFC 3339)',
  date: 'a date (RFC 3339)',
  time: 'a time (RFC 3339)',
  email: 'an e-mail address',
  uri: 'a URL',
  uuid: 'a UUID',
};

const MAX_PATTERN = 60;
const shortened = (pattern: string): string =>
  pattern.length > MAX_PATTERN ? `${pattern.slice(0, MAX_PATTERN)}…` : pattern;

function between(least: unknown, most: unknown, one: string, many: string): string {
  const [from, to] = [least, most].map((each) => (typeof each === 'number' ? each : undefined));
  const counted = (count: number): string => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
  if (from !== undefined && from === to) return `exactly ${counted(from)}`;
  if (from !== undefined && from > 0 && to !== undefined)
    return `${from.toLocaleString('en')} to ${counted(to)}`;
  if (from !== undefined && from > 0) return `at least ${counted(from)}`;
  return to === undefined ? '' : `at most ${counted(to)}`;
}

/** Bounds that every exact integer of JSON is within say nothing. OpenAPI 3.0 has the exclusive ones as booleans. */
function boundsOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): readonly string[] {
  const lower = boundOf(minimum, exclusiveMinimum);
  const upper = boundOf(maximum, exclusiveMaximum);
  return [
    lower === undefined ? '' : `${lower.isExclusive ? 'more than' : 'at least'} ${lower.of}`,
    upper === undefined ? '' : `${upper.isExclusive ? 'less than' : 'at most'} ${upper.of}`,
  ].filter((each) => each !== '');
}

function boundOf(
  bound: unknown,
  exclusive: unknown,
): { readonly of: string; readonly isExclusive: boolean } | undefined {
  const value = typeof exclusive === 'number' ? exclusive : bound;
  if (typeof value !== 'number' || Math.abs(value) >= Number.MAX_SAFE_INTEGER) return undefined;
  return { of: value.toLocaleString('en'), isExclusive: typeof exclusive === 'number' || exclusive === true };
}
