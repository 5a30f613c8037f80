/** What many endpoints' OpenAPI descriptions have in common. */
import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiQuery, ApiResponse } from '@nestjs/swagger';

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: {
      type: 'string',
      description: 'Stable; tells the kinds of problem apart',
      example: 'urn:leftfold:problem:invalid-body',
    },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What happened, and what would be right' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['detail'],
        properties: {
          detail: { type: 'string' },
          pointer: {
            type: 'string',
            description: 'The field of the body, as a JSON pointer',
            example: '#/value',
          },
          parameter: { type: 'string' },
          header: { type: 'string' },
        },
      },
    },
  },
} as const;

/** The statuses that an endpoint refuses with, each with the reason in words. */
export function ApiProblems(problems: Readonly<Record<number, string>>): MethodDecorator {
  return applyDecorators(
    ...Object.entries(problems).map(([status, description]) =>
      ApiResponse({
        status: Number(status),
        description,
        content: { 'application/problem+json': { schema: PROBLEM } as never },
      }),
    ),
  );
}

export const POSITION_HEADER = {
  'Leftfold-Position': {
    description: 'The position in the log that the answer is true of',
    schema: { type: 'integer', minimum: 0 },
  },
} as const;

export const LOCATION_HEADER = {
  Location: { description: 'Where the result can be seen', schema: { type: 'string' } },
} as const;

/** What every command takes beside its body. */
export function ApiCommandHeaders(): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        'Makes a retry safe: it is answered as the first request was, for ever. With another body: 422.',
      schema: { type: 'string', maxLength: 200 },
    }),
    ApiHeader({ name: 'X-Correlation-Id', required: false, description: 'Recorded in the events’ metadata' }),
    ApiHeader({ name: 'X-Causation-Id', required: false, description: 'Recorded in the events’ metadata' }),
  );
}

/** What every query takes. */
export function ApiQueryOptions(): MethodDecorator {
  return applyDecorators(
    ApiQuery({
      name: 'after',
      required: false,
      description: 'Answer only once everything up to this position is in the state',
      schema: { type: 'integer', minimum: 0 },
    }),
    ApiHeader({
      name: 'Prefer',
      required: false,
      description: 'How many seconds to wait for it, at most 60; without it the answer comes at once',
      schema: { type: 'string', example: 'wait=5' },
    }),
    ApiHeader({ name: 'If-None-Match', required: false, description: 'An entity tag that is known already' }),
  );
}

export const QUERY_HEADERS = {
  ...POSITION_HEADER,
  ETag: { description: 'The position, in quotes', schema: { type: 'string', example: '"7"' } },
  'Leftfold-Stale': {
    description: 'There only when the projection stopped: the position of the event that it cannot fold',
    schema: { type: 'integer' },
  },
} as const;
