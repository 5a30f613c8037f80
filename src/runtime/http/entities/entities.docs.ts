/** OpenAPI of entity projections: the list, one entity, its history. */
import { z } from 'zod';
import type { EntityProjectionDefinition } from '../../projection/entities/define-entity-projection.js';
import type { IndexKind } from '../../projection/entities/index-kinds.js';
import {
  ApiEndpoint,
  CACHE_HEADERS,
  POSITION_HEADER,
  QUERY_HEADERS,
  apiPosition,
  apiTime,
  preferHeader,
  type Schema,
} from '../kernel/api-docs.js';
import { apiPointInTime } from '../projections/projection.docs.js';
import { DEFAULT_LIMIT, MAX_LIMIT } from './list-request.js';
import { MAX_POINTS } from './entity-points.js';

const AFTER = apiPosition
  .describe('A position: answer only once everything up to it is in the state')
  .optional();
const FIELDS = z
  .string()
  .meta({ description: 'The members to answer with, separated by commas', example: 'status,total' })
  .optional();
const KEY = { key: z.string().describe('The key of one of them') };

const HEADERS = {
  ...QUERY_HEADERS,
  ETag: z.string().meta({ description: 'A digest of what is answered', example: '"pQ2cV1kYL5qlQUzBx0a1bQ"' }),
};

const entity = z.looseObject({
  key: z.string(),
  position: apiPosition.describe('Of the last event that changed it'),
  faultAt: apiPosition
    .describe('There only when it has stopped: of the event that it cannot fold')
    .optional(),
});

const VALUES: Readonly<Record<IndexKind, Schema>> = {
  text: z.string(),
  integer: z.string(),
  number: z.number(),
  boolean: z.boolean(),
  time: apiTime,
};

type Documented = Pick<EntityProjectionDefinition, 'name' | 'index' | 'tag'>;

export function ApiList({ name, index }: Documented): MethodDecorator {
  const members = Object.keys(index).join(', ');
  return ApiEndpoint({
    tag: name,
    summary: `A page of ${name}, filtered and sorted`,
    id: `${name}-list`,
    query: {
      ...filters(index),
      sort: z
        .string()
        .describe(`Members, separated by commas; with a minus from the largest down. There are: ${members}`)
        .optional(),
      limit: z.int().min(1).max(MAX_LIMIT).describe(`Default: ${DEFAULT_LIMIT}`).optional(),
      cursor: z.string().describe('Where the page before ended: follow next').optional(),
      count: z.boolean().describe('Whether to count all that match').optional(),
      fields: FIELDS,
      after: AFTER,
    },
    headers: { ...preferHeader('it'), ...CACHE_HEADERS },
    answers: {
      200: {
        description: 'By the key, unless sort says otherwise. Shorter than limit where the views are large',
        headers: HEADERS,
        body: z.object({
          items: z.array(entity),
          count: z.int().describe('With count=true').optional(),
          next: z.string().describe('The next page; absent on the last').optional(),
        }),
      },
      304: { description: 'The same as under the entity tag of If-None-Match' },
    },
    problems: {
      400: 'A parameter or header is wrong, or what is filtered or sorted by is not indexed; the detail names what is',
      503: 'It recovers, or the position of after is not folded yet; Retry-After says when to ask again',
    },
  });
}

export function ApiEntity({ name, tag }: Documented): MethodDecorator {
  return ApiEndpoint({
    tag: name,
    summary: `One of ${name}`,
    id: `${name}-entity`,
    path: KEY,
    query: {
      after: AFTER,
      fields: FIELDS,
      ...(tag !== undefined && {
        at: apiPointInTime
          .describe('As it was: after the event at this position, or at this time. Not together with after')
          .optional(),
      }),
    },
    headers: { ...preferHeader('it'), ...CACHE_HEADERS },
    answers: {
      200: { description: 'It', headers: HEADERS, body: entity },
      304: { description: 'The same as under the entity tag of If-None-Match' },
    },
    problems: {
      400: 'A parameter or header is wrong',
      404: 'There is none of this key, or the position of at is after the head of the log',
      503: 'It recovers, or the position of after is not folded yet; Retry-After says when to ask again',
    },
  });
}

export function ApiEntityHistory({ name }: Documented): MethodDecorator {
  return ApiEndpoint({
    tag: name,
    summary: `How one of ${name} came about: what it was after each event that changed it`,
    id: `${name}-entity-history`,
    path: KEY,
    query: {
      after: apiPosition.describe('Only what came after this position').optional(),
      limit: z.int().min(1).max(MAX_POINTS).describe(`Default: ${MAX_POINTS}`).optional(),
    },
    answers: {
      200: {
        description: 'Oldest first',
        headers: POSITION_HEADER,
        body: z.object({
          key: z.string(),
          points: z.array(
            z.object({
              position: apiPosition,
              time: apiTime,
              type: z.string().describe('Of the event'),
              view: z.looseObject({}).optional(),
              forgotten: z.literal(true).describe('The event has ended it, and it is not kept').optional(),
            }),
          ),
          next: z.string().describe('The next points; absent on the last page').optional(),
        }),
      },
    },
    problems: {
      400: 'A parameter is wrong',
      404: 'No event has this key',
      503: 'One of its events cannot be folded',
    },
  });
}

function filters(index: Documented['index']): Readonly<Record<string, Schema>> {
  const described = Object.entries(index).flatMap(([member, kind]) => [
    [
      member,
      VALUES[kind].describe(`Only those whose ${member} is this; may be given several times`).optional(),
    ],
    ...(['gt', 'gte', 'lt', 'lte'] as const).map((name) => [
      `${member}.${name}`,
      VALUES[kind].describe(`Only those whose ${member} is ${WORDS[name]} this`).optional(),
    ]),
  ]);
  return Object.fromEntries(described) as Readonly<Record<string, Schema>>;
}

const WORDS = { gt: 'greater than', gte: 'at least', lt: 'less than', lte: 'at most' } as const;
