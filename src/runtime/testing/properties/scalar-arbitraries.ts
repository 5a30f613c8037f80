/** Arbitraries of numbers and texts, by what JSON Schema says of them. */
import fc from 'fast-check';
import type { JsonSchema } from './json-schema.js';

/** @throws Error when no number fits, or more than bounds say which one does */
export function numberOf(schema: JsonSchema): fc.Arbitrary<number> {
  const { multipleOf: step, type } = schema;
  const low = boundOf(schema.minimum, schema.exclusiveMinimum, Math.max);
  const high = boundOf(schema.maximum, schema.exclusiveMaximum, Math.min);
  if (type === 'integer' || step !== undefined) {
    const unit = step ?? 1;
    const least = (low?.bound ?? Number.MIN_SAFE_INTEGER) / unit;
    const most = (high?.bound ?? Number.MAX_SAFE_INTEGER) / unit;
    const min = Math.max(
      Math.ceil(least) + Number(low?.isExcluded === true && Number.isInteger(least)),
      Number.MIN_SAFE_INTEGER,
    );
    const max = Math.min(
      Math.floor(most) - Number(high?.isExcluded === true && Number.isInteger(most)),
      Number.MAX_SAFE_INTEGER,
    );
    if (min > max) throw new Error('no number is within its bounds');
    // JSON knows no -0.
    return fc.integer({ min, max }).map((value) => value * unit + 0);
  }
  return fc
    .double({
      noNaN: true,
      noDefaultInfinity: true,
      ...(low !== undefined && { min: low.bound, minExcluded: low.isExcluded }),
      ...(high !== undefined && { max: high.bound, maxExcluded: high.isExcluded }),
    })
    .map((value) => value + 0);
}

interface Bound {
  readonly bound: number;
  readonly isExcluded: boolean;
}

function boundOf(
  inclusive: number | undefined,
  exclusive: number | boolean | undefined,
  narrower: (one: number, other: number) => number,
): Bound | undefined {
  if (typeof exclusive !== 'number')
    return inclusive === undefined ? undefined : { bound: inclusive, isExcluded: exclusive === true };
  if (inclusive === undefined) return { bound: exclusive, isExcluded: true };
  const bound = narrower(inclusive, exclusive);
  return { bound, isExcluded: bound === exclusive };
}

const LETTERS = fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/);
const MOMENTS = fc
  .date({ min: new Date('1970-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

/** What a pattern alone would make, but slowly, or with a regular expression that fast-check does not know. */
const FORMATS: Readonly<Record<string, () => fc.Arbitrary<string>>> = {
  email: () => fc.tuple(LETTERS, LETTERS).map(([name, host]) => `${name}@${host}.example`),
  uri: () => fc.tuple(LETTERS, LETTERS).map(([host, path]) => `https://${host}.example/${path}`),
  uuid: () => fc.uuid({ version: 4 }),
  guid: () => fc.uuid({ version: 4 }),
  'date-time': () => MOMENTS,
  date: () => MOMENTS.map((moment) => moment.slice(0, 10)),
  time: () => MOMENTS.map((moment) => moment.slice(11, 19)),
  duration: () => fc.integer({ min: 1, max: 999 }).map((days) => `P${days}D`),
  ipv4: () => fc.ipV4(),
  ipv6: () => fc.ipV6(),
  hostname: () => LETTERS.map((host) => `${host}.example`),
  base64: () => fc.base64String(),
};

/** @throws Error for a format or a pattern that fast-check cannot make */
export function textOf(
  { format, minLength, maxLength }: JsonSchema,
  patterns: readonly string[],
): fc.Arbitrary<string> {
  const [pattern] = patterns;
  const known = format === undefined ? undefined : FORMATS[format];
  if (known !== undefined) return known();
  if (pattern !== undefined) return ofPattern(pattern);
  if (format !== undefined) throw new Error(`its format is ${format}`);
  const bounds = {
    ...(minLength !== undefined && { minLength }),
    ...(maxLength !== undefined && { maxLength }),
  };
  const plain = fc.string(bounds);
  // A letter of Unicode may have several units, of which lengths are counted.
  return (maxLength ?? Infinity) < 10 ? plain : fc.oneof(plain, fc.string({ ...bounds, unit: 'grapheme' }));
}

/** How many texts are tried before it is said that hardly any is right. */
const TRIED = 200;
const MIN_RIGHT = 10;

/** @throws Error when hardly any text matches all patterns and lengths */
export function matchingAll(
  texts: fc.Arbitrary<string>,
  { minLength = 0, maxLength = Infinity }: JsonSchema,
  patterns: readonly string[],
): fc.Arbitrary<string> {
  const expressions = patterns.map((each) => new RegExp(each, 'u'));
  const isRight = (text: string): boolean =>
    text.length >= minLength && text.length <= maxLength && expressions.every((each) => each.test(text));
  const right = fc.sample(texts, { numRuns: TRIED, seed: 1 }).filter(isRight);
  if (right.length < MIN_RIGHT)
    throw new Error(`of ${TRIED} texts, ${right.length} keep ${describe(patterns, minLength, maxLength)}`);
  return texts.filter(isRight);
}

function describe(patterns: readonly string[], minLength: number, maxLength: number): string {
  const lengths = minLength > 0 || maxLength < Infinity ? [`a length of ${minLength} to ${maxLength}`] : [];
  return [...patterns.map((each) => `the pattern ${each}`), ...lengths].join(' and ');
}

function ofPattern(pattern: string): fc.Arbitrary<string> {
  try {
    const made = fc.stringMatching(new RegExp(pattern, 'u'));
    fc.sample(made, { numRuns: 1, seed: 1 });
    return made;
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new Error(`its pattern is ${pattern} (${reason})`, { cause: error });
  }
}
