/** Reads numbers from request bodies, and says of each that is none what would be right. */
import { z } from 'zod';
import { MAX_COMMIT_EVENTS, inputSchema } from '../../runtime/index.js';
import { InexactNumber, InvalidBody, parseBody, pointer, type Fault } from '../../runtime/http/index.js';
import { CANONICAL_INTEGER, MAX_DIGITS } from './numbers.events.js';

const RIGHT = 'send an integer, as in 5 or "12345678901234567890"';
const BEYOND = `beyond ±${Number.MAX_SAFE_INTEGER} a JSON number is not exact: send it as a string of its digits`;
const MAX_FAULTS = 20;

/** A number as it may be sent. */
export const sentInteger = z.union([z.int(), z.string().regex(CANONICAL_INTEGER)]).meta({ example: 5 });

const sentValue = z.object({ value: sentInteger }).meta({ title: 'NewNumber' });

const sentNumbers = z
  .union([
    sentValue,
    z
      .array(z.union([sentValue, sentInteger]))
      .min(1)
      .max(MAX_COMMIT_EVENTS),
  ])
  .meta({ example: { value: 5 } });

/**
 * `{"value": 5}`, or for one commit an array of such objects or of bare values.
 *
 * @throws InvalidBody that names each value at fault
 */
export function readNumbers(
  body: unknown,
): { readonly value: string } | readonly { readonly value: string }[] {
  if (!Array.isArray(body)) return { value: readField(body, 'value') };
  if (body.length === 0 || body.length > MAX_COMMIT_EVENTS) {
    refuse([
      { pointer: '#', detail: `one commit takes 1 to ${MAX_COMMIT_EVENTS} numbers, not ${body.length}` },
    ]);
  }
  const faults: Fault[] = [];
  const numbers = body.map((item: unknown, index) => {
    const value = isRecord(item) ? fieldOf(item, 'value', [index]) : integerOf(item, [index]);
    if (typeof value === 'string') return { value };
    if (faults.length < MAX_FAULTS) faults.push(value);
    return { value: '' };
  });
  return faults.length > 0 ? refuse(faults) : numbers;
}

/** What `POST /numbers` takes. It is read without a schema, so that each fault is said in its own words, and ten thousand numbers cost little. */
export const numbersBody = inputSchema(readNumbers, sentNumbers);

/** The number in this field of the body, which has no other. @throws InvalidBody */
export function readField(body: unknown, field: string): string {
  const value = isRecord(body)
    ? fieldOf(body, field, [])
    : { pointer: '#', detail: `send an object with the field ${field}: ${RIGHT}` };
  return typeof value === 'string' ? value : refuse([value]);
}

export const reasonBody = z
  .strictObject(
    {
      reason: z
        .string('say why the number is retracted, as text')
        .min(1, 'say why the number is retracted')
        .max(1000, 'at most 1,000 characters')
        .refine((text) => text.isWellFormed(), 'well-formed Unicode'),
    },
    {
      error: ({ code }) =>
        code === 'unrecognized_keys'
          ? 'there is no such field; the only one is reason'
          : 'send an object whose only field is reason',
    },
  )
  .meta({ title: 'Reason', example: { reason: 'a slip' } });

/** What a retraction takes. No body, or null, is one without a reason. */
export const retractionBody = inputSchema((body) => parseBody(reasonBody, body ?? {}), reasonBody);

/** A number in canonical decimal, or what is wrong with it. */
export function integerOf(value: unknown, path: readonly PropertyKey[]): string | Fault {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'string' && CANONICAL_INTEGER.test(value)) return value;
  return { pointer: pointer(path), detail: whatIsWrong(value) };
}

function whatIsWrong(value: unknown): string {
  if (value === undefined) return `the number is missing: ${RIGHT}`;
  if (value instanceof InexactNumber && /^-?\d+$/.test(value.literal)) return BEYOND;
  if (value instanceof InexactNumber) {
    return `${abbreviated(value.literal)} is not exact as a JSON number: send an integer, and a large one as a string of its digits`;
  }
  if (typeof value === 'number' && Number.isInteger(value)) {
    return BEYOND;
  }
  if (typeof value === 'number') return `${value} is not an integer: ${RIGHT}`;
  if (typeof value === 'string') return whatIsWrongWithText(value);
  const found = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a JSON ${typeof value}`;
  return `this is ${found}: ${RIGHT}`;
}

function whatIsWrongWithText(value: string): string {
  if (/^-?\d+$/.test(value) && value.replace('-', '').length > MAX_DIGITS) {
    return `it has ${value.replace('-', '').length} digits: at most ${MAX_DIGITS} are taken`;
  }
  return `${JSON.stringify(abbreviated(value))} is not a canonical integer: digits only, a minus sign before them if need be, no plus sign, no leading zeros, no spaces`;
}

function abbreviated(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function fieldOf(
  body: Readonly<Record<string, unknown>>,
  field: string,
  path: readonly PropertyKey[],
): string | Fault {
  const unknown = Object.keys(body).find((name) => name !== field);
  if (unknown !== undefined && Object.hasOwn(body, field)) {
    return {
      pointer: pointer([...path, unknown]),
      detail: `there is no such field; the only one is ${field}`,
    };
  }
  return integerOf(Object.hasOwn(body, field) ? body[field] : undefined, [...path, field]);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof InexactNumber)
  );
}

/** A JSON number where it is exact, a string of its digits where it would not be. */
export function asJson(value: string): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function refuse(faults: readonly Fault[]): never {
  throw new InvalidBody(faults);
}
