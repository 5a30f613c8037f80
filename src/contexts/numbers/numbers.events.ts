/** The published language of the numbers context: all that other contexts may know of it. */
import { z } from 'zod';
import { defineEvent, tag } from '../../runtime/index.js';

/** The longest number, in decimal digits. */
export const MAX_DIGITS = 1000;

/** An integer of any sign in canonical decimal: `0`, `42`, `-7`; never `+5`, `007`, `-0`. */
export const CANONICAL_INTEGER = new RegExp(String.raw`^(?:0|-?[1-9]\d{0,${MAX_DIGITS - 1}})$`);

export const integer = z
  .string()
  .regex(
    CANONICAL_INTEGER,
    `a decimal integer without leading zeros or a plus sign, of at most ${MAX_DIGITS} digits`,
  );

export const numberRecorded = defineEvent({
  type: 'number.recorded',
  open: true, // it needs no decision: any number may be recorded
  schema: z.strictObject({ value: integer }),
  examples: ['5', '0', '-12345678901234567890'].map((value) => ({ data: { value } })),
});

/** Carries the value, so that nobody who folds it has to look it up. */
export const numberRetracted = defineEvent({
  type: 'number.retracted',
  schema: z.strictObject({
    /** The position of the number that is retracted. */
    number: z.int().min(1),
    value: integer,
    reason: z.string().min(1).max(1000),
  }),
  examples: [
    { data: { number: 1, value: '5', reason: 'a slip' }, tags: [tag('number:1')] },
    { data: { number: 2, value: '0', reason: 'never was one' }, tags: [tag('number:2')] },
  ],
});
