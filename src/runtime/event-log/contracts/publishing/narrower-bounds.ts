/** Compares the bounds, patterns and formats of two JSON Schemas. */
import type { Json } from '../../event.js';
import { valuesOf, type Schema } from './published-schema.js';

/** The larger it is, the less is taken; the others the other way round. */
const LEAST = ['minLength', 'minItems', 'minProperties'] as const;
const MOST = ['maxLength', 'maxItems', 'maxProperties'] as const;
const TEXTS = ['pattern', 'format', 'multipleOf'] as const;

/** What is narrower, each as a part of a sentence: `has minimum 1, and had none`. */
export function narrowerBounds(before: Schema, now: Schema): readonly string[] {
  const old = withBoundsOfValues(before, now);
  const isAbout = (name: string): boolean => concerns(name, old['type'] ?? now['type']);
  const narrower = [
    ...LEAST.filter((name) => isNumber(now[name]) && !(isNumber(old[name]) && old[name] >= now[name])),
    ...MOST.filter((name) => isNumber(now[name]) && !(isNumber(old[name]) && old[name] <= now[name])),
  ];
  const limits = concerns('minimum', old['type'] ?? now['type'])
    ? [
        ...narrowerLimit(old, now, ['minimum', 'exclusiveMinimum'], 1),
        ...narrowerLimit(old, now, ['maximum', 'exclusiveMaximum'], -1),
      ]
    : [];
  return [
    ...limits,
    ...narrower.filter(isAbout).map((name) => `has ${name} ${shown(now[name])}, and had ${shown(old[name])}`),
    ...TEXTS.filter(isAbout).flatMap((name) => otherTexts(name, old, now)),
  ];
}

/** In an intersection there may be several, which all hold. */
function otherTexts(name: (typeof TEXTS)[number], old: Schema, now: Schema): readonly string[] {
  const had = listOf(old[name]);
  const has = listOf(now[name]).filter((each) => name !== 'format' || !isToldByPattern(each, now));
  const before = had.length === 0 ? 'none' : had.map(shown).join(' and ');
  return has
    .filter((each) => !had.some((other) => isWithin(name, other, each)))
    .map((each) => `has ${name} ${shown(each)}, and had ${before}`);
}

/** Whatever keeps the one keeps the other. */
function isWithin(name: string, one: Json, other: Json): boolean {
  if (one === other) return true;
  return (
    name === 'multipleOf' &&
    isNumber(one) &&
    isNumber(other) &&
    Number.isSafeInteger(one) &&
    Number.isSafeInteger(one / other)
  );
}

/** Formats that zod gives beside the pattern that says the same. */
const isToldByPattern = (format: Json, { pattern }: Schema): boolean =>
  pattern !== undefined && typeof format === 'string' && TOLD_BY_PATTERN.has(format);

const TOLD_BY_PATTERN = new Set(['starts_with', 'ends_with', 'includes', 'lowercase', 'uppercase']);

/** Which types a keyword is about; of others it says nothing. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  minLength: ['string'],
  maxLength: ['string'],
  pattern: ['string'],
  minItems: ['array'],
  maxItems: ['array'],
  minProperties: ['object'],
  maxProperties: ['object'],
  minimum: ['number', 'integer'],
  multipleOf: ['number', 'integer'],
};

const concerns = (name: string, type: Json | undefined): boolean =>
  typeof type !== 'string' || (TYPES[name]?.includes(type) ?? true);

interface Limit {
  readonly name: string;
  readonly value: number;
  /** Its value, or that with the other sign of an upper one: the larger, the narrower. */
  readonly least: number;
  readonly isExcluded: boolean;
}

function narrowerLimit(
  old: Schema,
  now: Schema,
  names: readonly [inclusive: string, exclusive: string],
  sign: 1 | -1,
): readonly string[] {
  const [had, has] = [limitOf(old, names, sign), limitOf(now, names, sign)];
  if (has === undefined || !isNarrower(has, had)) return [];
  const before = had === undefined ? 'none' : `${had.name === has.name ? '' : `${had.name} `}${had.value}`;
  return [`has ${has.name} ${has.value}, and had ${before}`];
}

function limitOf(
  schema: Schema,
  names: readonly [inclusive: string, exclusive: string],
  sign: 1 | -1,
): Limit | undefined {
  const isInteger = schema['type'] === 'integer';
  const limits = names.flatMap((name, index): readonly Limit[] => {
    const value = schema[name];
    if (!isNumber(value)) return [];
    const [least, isExcluded] = [sign * value, index === 1];
    if (!isInteger) return [{ name, value, least, isExcluded }];
    const first = isExcluded ? Math.floor(least) + 1 : Math.ceil(least);
    // A bound that an integer in JSON has anyway.
    return first <= Number.MIN_SAFE_INTEGER ? [] : [{ name, value, least: first, isExcluded: false }];
  });
  return limits.toSorted((one, other) => (isNarrower(one, other) ? -1 : 1))[0];
}

function isNarrower(one: Limit, other: Limit | undefined): boolean {
  if (other === undefined || one.least > other.least) return true;
  return one.least === other.least && one.isExcluded && !other.isExcluded;
}

/** Values that are listed say by themselves how small and long they are, and whether they match. */
function withBoundsOfValues(old: Schema, { pattern }: Schema): Schema {
  const values = valuesOf(old);
  if (values === undefined) return old;
  const numbers = values.filter(isNumber);
  const texts = values.filter((value) => typeof value === 'string');
  const lengths = texts.map(({ length }) => length);
  const patterns = listOf(pattern).filter(
    (each) => typeof each === 'string' && texts.every((text) => new RegExp(each, 'u').test(text)),
  );
  return {
    ...old,
    minimum: Math.min(...numbers),
    maximum: Math.max(...numbers),
    minLength: Math.min(...lengths),
    maxLength: Math.max(...lengths),
    ...(patterns.length > 0 && { pattern: patterns }),
  };
}

const listOf = (value: Json | undefined): readonly Json[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as readonly Json[]) : [value];
const isNumber = (value: Json | undefined): value is number => typeof value === 'number';
const shown = (value: Json | undefined): string =>
  value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
