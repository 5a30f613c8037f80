/** The events of the tests' own application: entries of integers, recorded and retracted. */
import { z } from 'zod';
import { defineEvent, tag } from '../../../src/runtime/index.js';

/** An integer of any sign in canonical decimal, of at most 1,000 digits. */
export const CANONICAL_INTEGER = /^(?:0|-?[1-9]\d{0,999})$/;

const integer = z.string().regex(CANONICAL_INTEGER, 'a decimal integer of at most 1000 digits');

export const entryRecorded = defineEvent({
  type: 'entry.recorded',
  open: true,
  schema: z.strictObject({ value: integer }),
  examples: ['5', '0', '-12345678901234567890'].map((value) => ({ data: { value } })),
});

export const entryRetracted = defineEvent({
  type: 'entry.retracted',
  open: true,
  schema: z.strictObject({
    /** The position of the entry. */
    entry: z.int().min(1),
    value: integer,
    reason: z.string().min(1).max(1000),
  }),
  examples: [{ data: { entry: 1, value: '5', reason: 'a slip' }, tags: [tag('entry:1')] }],
});
