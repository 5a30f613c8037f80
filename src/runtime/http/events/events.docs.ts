/** OpenAPI of the log. */
import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiCommandHeaders, ApiProblems, LOCATION_HEADER, POSITION_HEADER } from '../kernel/api-docs.js';
import { MAX_NAME_LENGTH, MAX_TAGS } from './new-event.js';
import { DEFAULT_LIMIT, MAX_LIMIT } from './page-request.js';
import { MAX_ITEMS, MAX_TYPES } from './query-body.js';

const EVENT = {
  type: 'object',
  required: ['position', 'type', 'revision', 'tags', 'data', 'time', 'commit', 'metadata'],
  properties: {
    position: { type: 'integer', minimum: 1 },
    type: { type: 'string', example: 'number.recorded' },
    revision: { type: 'integer', minimum: 1 },
    tags: { type: 'array', items: { type: 'string' } },
    data: { type: 'object', additionalProperties: true },
    time: { type: 'string', format: 'date-time' },
    commit: { type: 'string' },
    metadata: { type: 'object', additionalProperties: true },
    part: {
      type: 'integer',
      minimum: 1,
      description: 'Which of several events at this position, where one was recorded and has become many',
    },
  },
} as const;

const NEW_EVENT = {
  type: 'object',
  required: ['type', 'data'],
  properties: {
    type: { type: 'string', example: 'number.recorded' },
    data: { type: 'object', additionalProperties: true, example: { value: '5' } },
    tags: { type: 'array', items: { type: 'string' } },
  },
} as const;

const NAME = { type: 'string', minLength: 1, maxLength: MAX_NAME_LENGTH } as const;

const QUERY = {
  type: 'array',
  description: 'Events that any item means; [{}] means every event',
  minItems: 1,
  maxItems: MAX_ITEMS,
  items: {
    type: 'object',
    description: 'Any of these types (left out: any), and all of these tags (left out: whatever they are)',
    additionalProperties: false,
    properties: {
      types: { type: 'array', minItems: 1, maxItems: MAX_TYPES, items: NAME },
      tags: { type: 'array', minItems: 1, maxItems: MAX_TAGS, items: NAME },
    },
  },
  example: [{ types: ['number.recorded'] }, { tags: ['number:7'] }],
} as const;

const LIMIT = { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT } as const;

/** @param next what leads to the next page */
function ApiPage(next: object, header: Readonly<Record<string, object>>): MethodDecorator {
  return ApiResponse({
    status: 200,
    description:
      'A page; next is there when there is more. As NDJSON: everything up to the head, or the limit.',
    headers: { ...POSITION_HEADER, ...header },
    content: {
      'application/json': {
        schema: { type: 'object', properties: { events: { type: 'array', items: EVENT }, next } },
      },
      'application/x-ndjson': { schema: { type: 'string' } },
      'application/cloudevents-batch+json': { schema: { type: 'array', items: { type: 'object' } } },
    } as never,
  });
}

export function ApiEvents(): MethodDecorator {
  return applyDecorators(
    ApiTags('events'),
    ApiOperation({ summary: 'The events, a page at a time', operationId: 'readEvents' }),
    ApiQuery({
      name: 'after',
      required: false,
      schema: { type: 'integer', minimum: 0 },
      description: 'Only events after it',
    }),
    ApiQuery({ name: 'limit', required: false, schema: LIMIT }),
    ApiQuery({
      name: 'type',
      required: false,
      schema: { type: 'array', maxItems: MAX_TYPES, items: NAME },
      description: 'Only events of this type; there several times, of any of these types',
    }),
    ApiQuery({
      name: 'tag',
      required: false,
      schema: { type: 'array', maxItems: MAX_TAGS, items: NAME },
      description: 'Only events with this tag; there several times, with all of these tags',
    }),
    ApiPage(
      { type: 'string', example: '/events?after=7&limit=100' },
      {
        Link: { description: 'The same as next', schema: { type: 'string' } },
      },
    ),
    ApiProblems({ 400: 'A parameter is wrong', 406: 'None of the accepted media types can be had' }),
  );
}

export function ApiQueryEvents(): MethodDecorator {
  return applyDecorators(
    ApiTags('events'),
    ApiOperation({
      summary: 'The events that any query means, in either direction, a page at a time',
      operationId: 'queryEvents',
    }),
    ApiBody({
      schema: {
        type: 'object',
        required: ['query'],
        additionalProperties: false,
        properties: {
          query: QUERY,
          after: { type: 'integer', minimum: 0, default: 0, description: 'Only events after it' },
          before: { type: 'integer', minimum: 1, description: 'Only events before it' },
          limit: LIMIT,
          backwards: { type: 'boolean', default: false, description: 'Newest first' },
        },
      } as never,
    }),
    ApiPage(
      {
        type: 'integer',
        description: 'Where the page ended: send it as after, or as before when reading backwards',
      },
      { 'Leftfold-Next': { description: 'The same as next', schema: { type: 'integer' } } },
    ),
    ApiProblems({
      400: 'The body cannot be read',
      406: 'None of the accepted media types can be had',
      413: 'More than 1 MiB',
      415: 'Not JSON',
      422: 'Something in the body is wrong; errors names each field',
      503: 'The first event of the page cannot be read by this version; position names it',
    }),
  );
}

export function ApiAppend(): MethodDecorator {
  return applyDecorators(
    ApiTags('events'),
    ApiOperation({ summary: 'Append events, all or none', operationId: 'appendEvents' }),
    ApiCommandHeaders(),
    ApiBody({
      schema: {
        type: 'object',
        required: ['events'],
        properties: {
          events: { type: 'array', minItems: 1, maxItems: 10_000, items: NEW_EVENT },
          condition: {
            type: 'object',
            description: 'Append only if no event that the query means stands after this position',
            required: ['query'],
            additionalProperties: false,
            properties: { query: QUERY, after: { type: 'integer', minimum: 0, default: 0 } },
          },
        },
      } as never,
    }),
    ApiResponse({
      status: 201,
      description: 'Recorded, and safe from power loss',
      headers: { ...POSITION_HEADER, ...LOCATION_HEADER },
      schema: {
        type: 'object',
        properties: { first: { type: 'integer' }, last: { type: 'integer' }, commit: { type: 'string' } },
      },
    }),
    ApiProblems({
      400: 'The body cannot be read',
      409: 'The condition does not hold; position names the event that broke it',
      413: 'More than 1 MiB',
      415: 'Not JSON or CloudEvents',
      422: 'An event breaks its contract, or an Idempotency-Key came with another body',
    }),
  );
}
