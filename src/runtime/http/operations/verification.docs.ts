/** OpenAPI of the verification of the log. */
import { z } from 'zod';
import {
  ApiEndpoint,
  LOCATION_HEADER,
  WAITED_HEADER,
  apiPosition,
  apiTime,
  preferHeader,
} from '../kernel/api-docs.js';
import { bodyProblems } from '../kernel/bodies.js';
import { InvalidHeader, InvalidParameter } from '../kernel/problem.js';

const status = z
  .object({
    status: z.enum(['never', 'running', 'done', 'failed']),
    position: apiPosition.describe('Up to where the commits fit').optional(),
    head: apiPosition.describe('How far there is to go: the head when it began').optional(),
    eventsPerSecond: z.int().optional(),
    startedAt: apiTime.optional(),
    endedAt: apiTime.optional(),
    result: z
      .object({
        commits: z.int(),
        events: z.int(),
        position: apiPosition,
        hash: z.string().describe('Of the last commit; two logs with the same hash are the same'),
      })
      .describe('There when every commit fits')
      .optional(),
    fault: z
      .object({
        position: apiPosition
          .describe(
            'The first that does not fit or cannot be read; absent where the log was not at fault, as when its store is away',
          )
          .optional(),
        detail: z.string(),
      })
      .describe('Why it has failed')
      .optional(),
  })
  .meta({ title: 'VerificationStatus' });

const UNKNOWN_PARAMETER = new InvalidParameter('wait', 'There is no parameter wait; there are none here.');

export function ApiVerify(): MethodDecorator {
  const answer = { headers: { ...LOCATION_HEADER, ...WAITED_HEADER }, body: status };
  return ApiEndpoint({
    tag: 'events',
    summary: 'Check every commit of the log against its hash, the one before it and the indexes',
    id: 'verifyLog',
    headers: preferHeader('its end'),
    answers: {
      200: { description: 'It has ended', ...answer },
      202: { description: 'It is under way, as Location tells; asked for twice, it is done once', ...answer },
    },
    problems: [
      UNKNOWN_PARAMETER,
      new InvalidHeader('Prefer', 'wait must be a whole number of seconds, as in: Prefer: wait=5'),
      // It needs no body; one that is sent is read all the same.
      ...bodyProblems([]),
    ],
  });
}

export function ApiVerificationStatus(): MethodDecorator {
  const summary = 'How the last verification of the log stands';
  return ApiEndpoint({
    tag: 'events',
    summary,
    id: 'verificationStatus',
    answers: { 200: { description: summary, body: status } },
    problems: [UNKNOWN_PARAMETER],
  });
}
