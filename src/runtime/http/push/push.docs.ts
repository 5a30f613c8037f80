/** OpenAPI of what is asked for, and answered, as an event stream. */
import { z } from 'zod';
import { ENTITY_TAG } from '../kernel/api-docs.js';
import type { Schema } from '../kernel/api-schema.js';
import { InvalidHeader } from '../kernel/problem.js';
import { LAST_EVENT_ID } from './event-stream-request.js';

/** @param what each message is */
export function apiEventStream(what: string): Schema {
  return z
    .string()
    .describe(
      `Server-sent events without an end. ${what} The id of a message is the position to resume after. ` +
        'A last message, event: end, tells in its data why the server ends the stream.',
    );
}

export const LAST_EVENT_ID_HEADER = {
  [LAST_EVENT_ID]: z
    .string()
    .describe(
      'With Accept: text/event-stream: the id of the last message that the client has; it counts before after',
    )
    .optional(),
};

export const INVALID_LAST_EVENT_ID = new InvalidHeader(
  LAST_EVENT_ID,
  'Last-Event-ID must be the id of a message, as in 7; leave it out to begin anew.',
);

/** Of event streams alone. */
export const STREAM_HEADER = {
  'X-Accel-Buffering': z
    .string()
    .describe('With an event stream: no; nginx passes it on as it comes')
    .optional(),
};

/** The headers of a query, where an event stream is among the answers: it has no entity tag. */
export function headersOfStreamed<Names extends Readonly<Record<string, Schema>>>(headers: Names): Names {
  return { ...headers, ...STREAM_HEADER, ETag: (headers['ETag'] ?? ENTITY_TAG).optional() };
}
