/** Which programs on this machine are told of each number, as events. */
import { z } from 'zod';
import { defineEvent, tag } from '../../../runtime/index.js';

const port = z.int().min(1).max(65_535);

/** A program that listens on this port asks to be told. */
export const subscriberAdded = defineEvent({
  type: 'subscriber.added',
  schema: z.strictObject({ port }),
  examples: [{ data: { port: 3001 }, tags: [tag('subscriber:3001')] }],
});

/** It could not be reached for a long time. */
export const subscriberDropped = defineEvent({
  type: 'subscriber.dropped',
  schema: z.strictObject({ port }),
  examples: [{ data: { port: 3001 }, tags: [tag('subscriber:3001')] }],
});
