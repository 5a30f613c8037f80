/** The guide's second example: events that become none, several, or of another type. */
import { z } from 'zod';
import { defineEvent } from '../../../src/runtime/event-log/contracts/event-contract.js';
import { tag } from '../../../src/runtime/event-log/event.js';

export const bookedOnce = defineEvent({
  type: 'room.booked',
  schema: z.strictObject({
    rooms: z.array(z.string()),
    minutes: z.int().min(1),
    people: z.int().min(1).optional(),
  }),
  examples: [{ data: { rooms: ['blue', 'green'], minutes: 90, people: 12 }, metadata: { user: 'ada' } }],
});

export const cateringOrdered = defineEvent({
  type: 'catering.ordered',
  schema: z.strictObject({ room: z.string(), people: z.int().min(1) }),
  examples: [{ data: { room: 'blue', people: 12 }, tags: [tag('room:blue')] }],
});

export const roomBooked = bookedOnce.revise({
  schema: z.strictObject({ room: z.string(), minutes: z.int().min(1), by: z.string() }),
  examples: [{ data: { room: 'blue', minutes: 90, by: 'ada' }, tags: [tag('room:blue')] }],
  yields: [cateringOrdered],
  addsTags: true,
  upcast: ({ data: { rooms, minutes, people }, metadata }) => {
    if (rooms.includes('test')) return [];
    const by = typeof metadata['user'] === 'string' ? metadata['user'] : 'somebody';
    return rooms.flatMap((room) => [
      { data: { room, minutes, by }, tags: [tag(`room:${room}`)] },
      ...(people === undefined ? [] : [cateringOrdered.create({ room, people }, [tag(`room:${room}`)])]),
    ]);
  },
});
