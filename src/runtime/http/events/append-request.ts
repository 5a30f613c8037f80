/** What `POST /events` accepts. */
import { z } from 'zod';
import { parseBody } from '../kernel/json-faults.js';
import { START, tag, type AppendCondition, type Json, type NewEvent } from '../../event-log/event.js';
import { MAX_COMMIT_EVENTS } from '../../event-log/contracts/checked-events.js';
import { incomingCloudEvent } from './cloud-event.js';
import { eventName, eventTags, positionBody, queryBody } from './query-body.js';

const newEvent = z
  .strictObject({
    type: eventName.meta({ example: 'order.placed' }),
    data: z.unknown().meta({ description: 'As the contract of the type has it', example: { amount: 5 } }),
    tags: eventTags.optional(),
  })
  .meta({ title: 'NewEvent' });

/** Without `after`, no event is too old to break it (dcb.events). */
const condition = z.strictObject({ query: queryBody, after: positionBody.prefault(START) }).meta({
  title: 'AppendCondition',
  description: 'Append only if no event that matches the query stands after this position',
});

const many = <Item extends z.ZodType>(item: Item): z.ZodArray<Item> =>
  z
    .array(item, 'an array of events')
    .min(1, 'at least one event')
    .max(MAX_COMMIT_EVENTS, `at most ${MAX_COMMIT_EVENTS} events`);

export const appendRequest = z
  .strictObject({ events: many(newEvent), condition: condition.optional() })
  .meta({ title: 'AppendRequest', example: { events: [{ type: 'order.placed', data: { amount: 5 } }] } });

export interface AppendRequest {
  readonly events: readonly NewEvent[];
  readonly condition?: AppendCondition;
}

/** @throws InvalidBody */
export function readAppendRequest(body: unknown): AppendRequest {
  const { events, condition } = parseBody(appendRequest, body);
  return { events: events.map(asNewEvent), ...(condition !== undefined && { condition }) };
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
