/** OpenAPI of the query endpoints. */
import { z } from 'zod';
import {
  ApiEndpoint,
  CACHE_HEADERS,
  QUERY_HEADERS,
  apiPosition,
  apiTime,
  preferHeader,
  type Answer,
  type Endpoint,
} from '../kernel/api-docs.js';

/** A position or a time. */
export const apiPointInTime = z.union([apiPosition, apiTime]);

function query(endpoint: Pick<Endpoint, 'tag' | 'summary' | 'id'>, answer: Answer): MethodDecorator {
  return ApiEndpoint({
    ...endpoint,
    query: {
      after: apiPosition
        .describe('Answer only once everything up to this position is in the state')
        .optional(),
      at: apiPointInTime
        .describe(
          'The state as it was: after the event at this position, or after the last event that was recorded at this time or before it. Not together with after',
        )
        .optional(),
    },
    headers: { ...preferHeader('it'), ...CACHE_HEADERS },
    answers: {
      200: { ...answer, headers: QUERY_HEADERS },
      304: { description: 'Nothing new since the entity tag of If-None-Match' },
    },
    problems: {
      400: 'A parameter or header is wrong',
      404: 'The position of at is after the head of the log, which the problem names',
      503: 'The state asked for is not there yet, cannot be folded, or too many ask for the past; Retry-After says when to ask again',
    },
  });
}

export function ApiProjection(name: string): MethodDecorator {
  return query(
    { tag: name, summary: `The state of ${name}`, id: name },
    {
      description: `What ${name} has folded from the log`,
      body: z.looseObject({ position: apiPosition.describe('How far the log is folded') }),
    },
  );
}

export function ApiTextQuery(name: string, summary: string, example: string): MethodDecorator {
  return query(
    { tag: name, summary },
    { description: summary, body: { 'text/plain': z.string().meta({ example }) } },
  );
}
