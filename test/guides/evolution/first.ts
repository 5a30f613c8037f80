/** The guide's first example as it stands before it is changed. */
import { z } from 'zod';
import { defineEvent } from '../../../src/runtime/event-log/contracts/event-contract.js';

export const roomBooked = defineEvent({
  type: 'room.booked',
  schema: z.strictObject({ room: z.string(), hours: z.int().min(1) }),
  examples: [{ data: { room: 'blue', hours: 2 } }],
});
