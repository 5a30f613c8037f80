/** What `POST /events` accepts. */
import { z } from 'zod';
import { parseBody } from '../../http/json-faults.js';
import { position, tag, type AppendCondition, type Json, type NewEvent } from '../event.js';
import { LARGEST_COMMIT } from '../event-log.js';
import { incomingCloudEvent } from './cloud-event.js';
import { eventName, eventTags } from './new-event.js';

const newEvent = z.strictObject({ type: eventName, data: z.unknown(), tags: eventTags.optional() });

const condition = z.strictObject({
  query: z
    .array(z.strictObject({ types: z.array(eventName).min(1).optional(), tags: eventTags.min(1).optional() }))
    .min(1, 'at least one item; [{}] means every event'),
  after: z.int('the position after which no such event may stand').min(0),
});

const many = <Item extends z.ZodType>(item: Item): z.ZodArray<Item> =>
  z
    .array(item, 'an array of events')
    .min(1, 'at least one event')
    .max(LARGEST_COMMIT, `at most ${LARGEST_COMMIT} events`);

export const appendRequest = z.strictObject({ events: many(newEvent), condition: condition.optional() });

export interface AppendRequest {
  readonly events: readonly NewEvent[];
  readonly condition?: AppendCondition;
}

/** @throws InvalidBody */
export function readAppendRequest(body: unknown): AppendRequest {
  const parsed = parseBody(appendRequest, body);
  return {
    events: parsed.events.map(asNewEvent),
    ...(parsed.condition !== undefined && {
      condition: {
        after: position(parsed.condition.after),
        query: parsed.condition.query.map((item) => ({
          ...(item.types !== undefined && { types: item.types }),
          ...(item.tags !== undefined && { tags: item.tags.map(tag) }),
        })),
      },
    }),
  };
}

/** One CloudEvent or a batch of them. @throws InvalidBody */
export function readCloudEvents(body: unknown): AppendRequest {
  const events = Array.isArray(body)
    ? parseBody(many(incomingCloudEvent), body)
    : [parseBody(incomingCloudEvent, body)];
  return { events: events.map(asNewEvent) };
}

function asNewEvent(event: { type: string; data: unknown; tags?: string[] | undefined }): NewEvent {
  // The log checks the data against its contract, and that it is JSON.
  return {
    type: event.type,
    data: event.data as Json,
    ...(event.tags !== undefined && { tags: event.tags.map(tag) }),
  };
}
