/** Reads the request bodies of the tests' own application. */
import { z } from 'zod';
import { parseBody } from '../../../src/runtime/http/kernel/json-faults.js';
import { CANONICAL_INTEGER } from './entries.events.js';

const value = z.union([z.int().transform(String), z.string().regex(CANONICAL_INTEGER)], {
  error: 'send an integer, as in 5 or "12345678901234567890"',
});

const one = z.strictObject({ value });
const many = z
  .array(z.union([value, one.transform((entry) => entry.value)]))
  .min(1)
  .max(10_000);
const pushed = z.strictObject({ event: value });

const reason = z.strictObject(
  {
    reason: z
      .string('say why the entry is retracted, as text')
      .min(1, 'say why the entry is retracted')
      .max(1000, 'at most 1,000 characters'),
  },
  {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? 'there is no such field; the only one is reason'
        : 'send an object whose only field is reason',
  },
);

/** One value, or many for one commit. @throws InvalidBody */
export function readEntries(body: unknown): string | readonly string[] {
  return Array.isArray(body) ? parseBody(many, body) : parseBody(one, body).value;
}

/** @throws InvalidBody */
export const readPushed = (body: unknown): string => parseBody(pushed, body).event;

/** @throws InvalidBody */
export const readReason = (body: unknown): string => parseBody(reason, body ?? {}).reason;
