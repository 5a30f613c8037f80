/** What `POST /events` accepts. */
import { z } from 'zod';
import { parseBody } from '../kernel/json-faults.js';
import { InvalidBody, pointer } from '../kernel/problem.js';
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

/** Bodies with more events are looked through first: what is wrong with 10,000 of them takes 100 ms to find, and 20 faults are told. */
const MAX_EVENTS_AT_ONCE = 100;

/** The body with its events up to some after the first that is none, if there is one. @throws InvalidBody when there are too many */
function withoutTail(body: unknown): unknown {
  const { events } = (body ?? {}) as { readonly events?: unknown };
  if (!Array.isArray(events) || events.length <= MAX_EVENTS_AT_ONCE) return body;
  if (events.length > MAX_COMMIT_EVENTS) throw new InvalidBody([tooMany]);
  const wrong = events.findIndex((event) => !hasFieldsOfEvent(event));
  return wrong < 0 ? body : { ...(body as object), events: events.slice(0, wrong + MAX_EVENTS_AT_ONCE) };
}

const tooMany = { detail: `at most ${MAX_COMMIT_EVENTS} events`, pointer: pointer(['events']) };

/** Whether it may be an event, as far as can be told without the schema. */
function hasFieldsOfEvent(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'type' in event && typeof event.type === 'string';
}

/** @throws InvalidBody */
export function readAppendRequest(body: unknown): AppendRequest {
  const { events, condition } = parseBody(appendRequest, withoutTail(body));
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
