/** OpenAPI of the log. */
import { z } from 'zod';
import {
  ApiEndpoint,
  COMMAND_HEADERS,
  LOCATION_HEADER,
  POSITION_HEADER,
  apiPosition,
  apiTime,
  type Answer,
} from '../kernel/api-docs.js';
import { appendRequest } from './append-request.js';
import { CLOUD_EVENTS_TYPE, CLOUD_EVENT_TYPE } from './cloud-event.js';
import { DEFAULT_LIMIT, MAX_LIMIT, pageBody } from './page-request.js';
import { MAX_TAGS, MAX_TYPES, eventName } from './query-body.js';

const recordedEvent = z.object({
  position: z.int().min(1),
  type: z.string().meta({ example: 'order.placed' }),
  revision: z.int().min(1),
  tags: z.array(z.string()),
  data: z.looseObject({}),
  time: apiTime,
  commit: z.string(),
  metadata: z.looseObject({}),
  part: z
    .int()
    .min(1)
    .describe('Which of several events at this position, where one was recorded and has become many')
    .optional(),
});

/** @param next what leads to the next page */
function page(next: z.ZodType, headers: Readonly<Record<string, z.ZodType>>): Answer {
  return {
    description:
      'A page; next is there when there is more: a page may end before its limit, when its events are large. As NDJSON: everything up to the head, or the limit.',
    headers: { ...POSITION_HEADER, ...headers },
    body: {
      'application/json': z.object({ events: z.array(recordedEvent), next: next.optional() }),
      'application/x-ndjson': z.string(),
      [CLOUD_EVENTS_TYPE]: z.array(z.object({})),
    },
  };
}

export function ApiEvents(): MethodDecorator {
  return ApiEndpoint({
    tag: 'events',
    summary: 'The events, a page at a time',
    id: 'readEvents',
    query: {
      after: apiPosition.describe('Only events after it').optional(),
      limit: z.int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
      type: z
        .array(eventName)
        .max(MAX_TYPES)
        .describe('Only events of this type; there several times, of any of these types')
        .optional(),
      tag: z
        .array(eventName)
        .max(MAX_TAGS)
        .describe('Only events with this tag; there several times, with all of these tags')
        .optional(),
    },
    answers: {
      200: page(z.string().meta({ example: '/events?after=7&limit=100' }), {
        Link: z.string().describe('The same as next'),
      }),
    },
    problems: { 400: 'A parameter is wrong', 406: 'None of the accepted media types can be had' },
  });
}

export function ApiEvent(): MethodDecorator {
  return ApiEndpoint({
    tag: 'events',
    summary: 'One event',
    id: 'readEvent',
    path: { position: z.int().min(1) },
    answers: {
      200: {
        description: 'The event at this position, in its current revision',
        headers: POSITION_HEADER,
        body: { 'application/json': recordedEvent, [CLOUD_EVENT_TYPE]: z.object({}) },
      },
    },
    problems: {
      400: 'There are no parameters',
      404: 'There is no event at this position, or upcasters have dropped it',
      406: 'None of the accepted media types can be had',
      503: 'This version cannot read the event',
    },
  });
}

export function ApiQueryEvents(): MethodDecorator {
  return ApiEndpoint({
    tag: 'events',
    summary: 'The events that match a query, in either direction, a page at a time',
    id: 'queryEvents',
    body: pageBody,
    answers: {
      200: page(
        z.int().describe('Where the page ended: send it as after, or as before when reading backwards'),
        { 'Leftfold-Next': z.int().describe('The same as next') },
      ),
    },
    problems: {
      400: 'The body cannot be read',
      406: 'None of the accepted media types can be had',
      413: 'More than 1 MiB',
      415: 'Not JSON',
      422: 'Something in the body is wrong; errors names each field',
      503: 'The first event of the page cannot be read by this version; position names it',
    },
  });
}

export function ApiAppend(): MethodDecorator {
  return ApiEndpoint({
    tag: 'events',
    summary: 'Append events, all or none',
    id: 'appendEvents',
    headers: COMMAND_HEADERS,
    consumes: ['application/json', CLOUD_EVENT_TYPE, CLOUD_EVENTS_TYPE],
    body: appendRequest,
    answers: {
      201: {
        description: 'Recorded, and safe from power loss',
        headers: { ...POSITION_HEADER, ...LOCATION_HEADER },
        body: z.object({ first: z.int(), last: z.int(), commit: z.string() }),
      },
    },
    problems: {
      400: 'The body cannot be read',
      403: 'A type that is not open: only its context, or the runtime, records it',
      409: 'The condition does not hold; position names the event that broke it',
      413: 'More than 1 MiB',
      415: 'Not JSON or CloudEvents',
      422: 'An event breaks its contract, or an Idempotency-Key came with another body',
    },
  });
}
