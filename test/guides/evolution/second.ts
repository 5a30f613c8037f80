/** The guide's first example with one more revision. */
import { z } from 'zod';
import { defineEvent } from '../../../src/runtime/event-log/contracts/event-contract.js';

export const roomBooked = defineEvent({
  type: 'room.booked',
  schema: z.strictObject({ room: z.string(), hours: z.int().min(1) }),
  examples: [{ data: { room: 'blue', hours: 2 } }],
}).revise({
  schema: z.strictObject({ room: z.string(), minutes: z.int().min(1) }),
  examples: [{ data: { room: 'blue', minutes: 90 } }],
  upcast: ({ data: { room, hours } }) => [{ data: { room, minutes: hours * 60 } }],
});
