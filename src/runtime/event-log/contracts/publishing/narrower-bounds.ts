/** Compares the bounds, patterns and formats of two JSON Schemas. */
import type { Json } from '../../event.js';
import { valuesOf, type Schema } from './published-schema.js';

/** The larger it is, the less is taken; the others the other way round. */
const LEAST = ['minLength', 'minItems', 'minProperties'] as const;
const MOST = ['maxLength', 'maxItems', 'maxProperties'] as const;
const TEXTS = ['pattern', 'format', 'multipleOf'] as const;

/** What is narrower, each as a part of a sentence: `has minimum 1, and had none`. */
export function narrowerBounds(before: Schema, now: Schema): readonly string[] {
  if (valuesOf(now) !== undefined) return [];
  const old = withBoundsOfValues(before, now);
  const narrower = [
    ...LEAST.filter((name) => isNumber(now[name]) && !(isNumber(old[name]) && old[name] >= now[name])),
    ...MOST.filter((name) => isNumber(now[name]) && !(isNumber(old[name]) && old[name] <= now[name])),
    ...TEXTS.filter((name) => now[name] !== undefined && now[name] !== old[name]),
  ];
  return [
    ...narrowerLimit(old, now, ['minimum', 'exclusiveMinimum'], 1),
    ...narrowerLimit(old, now, ['maximum', 'exclusiveMaximum'], -1),
    ...narrower.map((name) => `has ${name} ${shown(now[name])}, and had ${shown(old[name])}`),
  ];
}

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
  const match = typeof pattern === 'string' && texts.every((each) => new RegExp(pattern, 'u').test(each));
  return {
    ...old,
    minimum: Math.min(...numbers),
    maximum: Math.max(...numbers),
    minLength: Math.min(...lengths),
    maxLength: Math.max(...lengths),
    ...(match && { pattern }),
  };
}

const isNumber = (value: Json | undefined): value is number => typeof value === 'number';
const shown = (value: Json | undefined): string =>
  value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);
