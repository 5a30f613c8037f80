/** What `POST /projections/:name/resume` accepts: nothing, or what to skip and why. */
import { z } from 'zod';
import { parseBody } from '../kernel/json-faults.js';
import { position, type Position } from '../../event-log/event.js';
import { MAX_REASON_LENGTH } from '../../projection/skipping.js';

export const skipBody = z.strictObject(
  {
    skip: z
      .int('the position of the event to skip, as in 17')
      .min(1, 'a position is an integer from 1 on')
      .describe('The position at which it stopped'),
    reason: z
      .string('say why the event is skipped, as text')
      .min(1, 'say why the event is skipped')
      .max(MAX_REASON_LENGTH, 'at most 1,000 characters')
      .refine((text) => text.isWellFormed(), 'well-formed Unicode'),
  },
  {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? 'there is no such field; there are skip and reason'
        : 'send {}, or an object with the fields skip and reason',
  },
);

export interface SkipRequest {
  readonly position: Position;
  readonly reason: string;
}

/** Undefined when nothing is to be skipped. @throws InvalidBody */
export function readResume(body: unknown): SkipRequest | undefined {
  const isEmpty =
    typeof body === 'object' && body !== null && !Array.isArray(body) && Object.keys(body).length === 0;
  if (body === undefined || isEmpty) return undefined;
  const { skip, reason } = parseBody(skipBody, body);
  return { position: position(skip), reason };
}
