/** OpenAPI of the log. */
import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiCommandHeaders, ApiProblems, LOCATION_HEADER, POSITION_HEADER } from '../../http/api-docs.js';

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
    ApiQuery({
      name: 'limit',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
      description: 'The events at so many positions at most',
    }),
    ApiQuery({
      name: 'type',
      required: false,
      schema: { type: 'string' },
      description: 'Only events of this type',
    }),
    ApiQuery({
      name: 'tag',
      required: false,
      schema: { type: 'string' },
      description: 'Only events with this tag',
    }),
    ApiResponse({
      status: 200,
      description: 'A page; next is there when there is more. As NDJSON: everything up to the head.',
      headers: POSITION_HEADER,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            properties: { events: { type: 'array', items: EVENT }, next: { type: 'string' } },
          },
        },
        'application/x-ndjson': { schema: { type: 'string' } },
        'application/cloudevents-batch+json': { schema: { type: 'array', items: { type: 'object' } } },
      } as never,
    }),
    ApiProblems({
      400: 'A parameter is wrong',
      406: 'None of the accepted media types can be had',
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
            required: ['query', 'after'],
            properties: {
              query: {
                type: 'array',
                items: {
                  type: 'object',
                  properties: {
                    types: { type: 'array', items: { type: 'string' } },
                    tags: { type: 'array', items: { type: 'string' } },
                  },
                },
              },
              after: { type: 'integer', minimum: 0 },
            },
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
