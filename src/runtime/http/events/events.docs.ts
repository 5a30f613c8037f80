/** OpenAPI of the log. */
import { z } from 'zod';
import {
  AppendConditionFailed,
  CommitIdReused,
  ContractBroken,
  PositionNotInLog,
  TypeNotOpen,
} from '../../event-log/errors.js';
import {
  ApiEndpoint,
  COMMAND_HEADERS,
  LOCATION_HEADER,
  POSITION_HEADER,
  apiPosition,
  apiTime,
  type Answer,
} from '../kernel/api-docs.js';
import type { Schema } from '../kernel/api-schema.js';
import { JSON_TYPE, NDJSON_TYPE, bodyProblems } from '../kernel/bodies.js';
import { NotAcceptable } from '../kernel/headers.js';
import { InvalidBody, InvalidHeader, InvalidParameter } from '../kernel/problem.js';
import { appendRequest } from './append-request.js';
import { CLOUD_EVENTS_TYPE, CLOUD_EVENT_TYPE, apiCloudEvent, apiNewCloudEvent } from './cloud-event.js';
import { EVENT_STREAM_TYPE } from '../kernel/event-streams.js';
import {
  INVALID_LAST_EVENT_ID,
  LAST_EVENT_ID_HEADER,
  STREAM_HEADER,
  apiEventStream,
} from '../push/push.docs.js';
import { APPENDING_PROBLEMS, READING_PROBLEMS, UNREADABLE } from './log-problems.js';
import { apiFilterParameters } from './event-filter.js';
import { NoSuchEvent } from './no-such-event.js';
import { DEFAULT_LIMIT, MAX_LIMIT, pageBody } from './page-request.js';
import { MAX_TAGS, MAX_TYPES, eventName, eventTag } from './query-body.js';

const UNKNOWN_PARAMETER = new InvalidParameter(
  'untill',
  'There is no parameter untill; there are none here.',
);

const recordedEvent = z
  .object({
    position: z.int().min(1),
    type: z.string().meta({ example: 'order.placed' }),
    revision: z.int().min(1),
    tags: z.array(z.string()),
    data: z.unknown().describe('As the contract of the type has it'),
    time: apiTime,
    commit: z.string(),
    metadata: z.looseObject({}),
    part: z
      .int()
      .min(1)
      .describe('Which of several events at this position, where one was recorded and has become many')
      .optional(),
  })
  .meta({ title: 'RecordedEvent' });

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const storedEvent = recordedEvent
  .omit({ part: true })
  .extend({
    commit: z
      .object({
        id: z.string(),
        first: z.int().min(1),
        last: z.int().min(1),
        hash: sha256.describe('Of its content and previous'),
        previous: sha256.nullable().describe('Of the commit before; null before the first'),
      })
      .meta({ title: 'CommitOfEvent' }),
  })
  .meta({ title: 'StoredEvent' });

const searched = z
  .object({ events: z.int().describe('How many were looked at') })
  .describe('There when each event had to be looked at, for its metadata or a text')
  .meta({ title: 'Searched' });

const PAGE_TYPES = [JSON_TYPE, NDJSON_TYPE, CLOUD_EVENTS_TYPE];

interface PageAnswer extends Answer {
  readonly body: Readonly<Record<string, Schema>>;
}

/** @param next what leads to the next page */
function page(title: string, next: Schema, headers: Readonly<Record<string, Schema>>): PageAnswer {
  return {
    description:
      'A page; next is there when there is more: a page may end before its limit, and without events, when its events are large or seldom fit. As NDJSON: everything up to the head, or the limit.',
    headers: { ...POSITION_HEADER, ...headers },
    body: {
      [JSON_TYPE]: z
        .object({ events: z.array(recordedEvent), next: next.optional(), searched: searched.optional() })
        .meta({ title }),
      [NDJSON_TYPE]: z.string(),
      [CLOUD_EVENTS_TYPE]: z.array(apiCloudEvent),
    },
  };
}

function streamed(answer: PageAnswer): Answer {
  const stream = apiEventStream('Each message is an event: after the given position, or from now on.');
  return {
    ...answer,
    headers: { ...answer.headers, ...STREAM_HEADER },
    body: { ...answer.body, [EVENT_STREAM_TYPE]: stream },
  };
}

export function ApiEvents(): MethodDecorator {
  return ApiEndpoint({
    tag: 'events',
    summary: 'The events, a page at a time, or all that come as a stream',
    id: 'readEvents',
    headers: LAST_EVENT_ID_HEADER,
    query: {
      after: apiPosition.describe('Only events after it').optional(),
      limit: z.int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
      type: z
        .array(eventName)
        .max(MAX_TYPES)
        .describe('Only events of this type; there several times, of any of these types')
        .optional(),
      tag: z
        .array(eventTag)
        .max(MAX_TAGS)
        .describe('Only events with this tag; there several times, with all of these tags')
        .optional(),
      ...apiFilterParameters,
    },
    answers: {
      200: streamed(
        page('EventsPage', z.string().meta({ example: '/events?after=7&limit=100' }), {
          Link: z.string().describe('The same as next').optional(),
        }),
      ),
    },
    problems: [
      INVALID_LAST_EVENT_ID,
      new InvalidParameter('limit', `limit must be a whole number from 1 to ${MAX_LIMIT}, as in ?limit=1`),
      new NotAcceptable(PAGE_TYPES),
      UNREADABLE,
      ...READING_PROBLEMS,
    ],
  });
}

export function ApiEvent(): MethodDecorator {
  return ApiEndpoint({
    tag: 'events',
    summary: 'One event',
    id: 'readEvent',
    path: { position: z.int().min(1).meta({ example: 1 }) },
    answers: {
      200: {
        description: 'The event at this position, in its current revision',
        headers: POSITION_HEADER,
        body: { [JSON_TYPE]: recordedEvent, [CLOUD_EVENT_TYPE]: apiCloudEvent },
      },
    },
    problems: [
      UNKNOWN_PARAMETER,
      new NoSuchEvent('9'),
      new NotAcceptable([JSON_TYPE, CLOUD_EVENT_TYPE]),
      UNREADABLE,
      ...READING_PROBLEMS,
    ],
  });
}

export function ApiRecordedEvent(): MethodDecorator {
  return ApiEndpoint({
    tag: 'events',
    summary: 'One event as it is stored, and the hashes of its commit',
    id: 'readStoredEvent',
    path: { position: z.int().min(1).meta({ example: 1 }) },
    answers: {
      200: {
        description: 'The event at this position, in the revision that it was recorded in',
        headers: POSITION_HEADER,
        body: storedEvent,
      },
    },
    problems: [UNKNOWN_PARAMETER, new NoSuchEvent('9'), new NotAcceptable([JSON_TYPE]), ...READING_PROBLEMS],
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
        'EventsQueryPage',
        z.int().describe('Where the page ended: send it as after, or as before when reading backwards'),
        { 'Leftfold-Next': z.int().describe('The same as next').optional() },
      ),
    },
    problems: [
      UNKNOWN_PARAMETER,
      ...bodyProblems([JSON_TYPE]),
      new InvalidBody([{ detail: 'at least one item; [{}] means every event', pointer: '#/query' }]),
      new NotAcceptable(PAGE_TYPES),
      UNREADABLE,
      ...READING_PROBLEMS,
    ],
  });
}

export function ApiAppend(): MethodDecorator {
  return ApiEndpoint({
    tag: 'events',
    summary: 'Append events, all or none',
    id: 'appendEvents',
    headers: COMMAND_HEADERS,
    body: {
      [JSON_TYPE]: appendRequest,
      [CLOUD_EVENT_TYPE]: apiNewCloudEvent,
      [CLOUD_EVENTS_TYPE]: z.array(apiNewCloudEvent).min(1),
    },
    answers: {
      201: {
        description: 'Recorded, and safe from power loss',
        headers: { ...POSITION_HEADER, ...LOCATION_HEADER },
        body: z
          .object({ first: z.int().min(1), last: z.int().min(1), commit: z.string() })
          .meta({ title: 'Commit' }),
      },
    },
    problems: [
      UNKNOWN_PARAMETER,
      new InvalidHeader('Idempotency-Key', 'A key is 1 to 200 printable ASCII characters, best a UUID.'),
      ...bodyProblems([JSON_TYPE, CLOUD_EVENT_TYPE, CLOUD_EVENTS_TYPE]),
      new InvalidBody([{ detail: 'at least one event', pointer: '#/events' }]),
      new ContractBroken('number: expected number', [
        { detail: 'expected number', pointer: '#/events/0/data/amount' },
      ]),
      new CommitIdReused(),
      new PositionNotInLog(9, 7),
      new TypeNotOpen([
        {
          detail:
            'order.paid is recorded by its context only; send the context the command that leads to it.',
          pointer: '#/events/0/type',
        },
      ]),
      new AppendConditionFailed(7),
      ...APPENDING_PROBLEMS,
    ],
  });
}
