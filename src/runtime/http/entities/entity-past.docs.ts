/** OpenAPI of what one entity was: its history, and what it would be without some events. */
import { z } from 'zod';
import { EntityNotFound } from '../../projection/entities/entity-problems.js';
import { AfterHead } from '../../projection/past/past-problems.js';
import { ApiEndpoint, POSITION_HEADER, apiPosition, apiTime } from '../kernel/api-docs.js';
import { JSON_TYPE } from '../kernel/bodies.js';
import { NotAcceptable } from '../kernel/headers.js';
import { pathOf } from '../kernel/paths.js';
import { InvalidParameter } from '../kernel/problem.js';
import { CANNOT_BE_WITHOUT, INVALID_WITHOUT, WHAT_IF_QUERY, apiView } from '../projections/past.docs.js';
import { PAST_PROBLEMS } from '../projections/projection.docs.js';
import { keyOf, type Documented } from './entities.docs.js';
import { MAX_POINTS } from './entity-points.js';
import { exampleKey } from './example-key.js';

export function ApiEntityHistory(definition: Documented): MethodDecorator {
  const { name } = definition;
  return ApiEndpoint({
    tag: name,
    summary: `How one of ${name} came about: what it was after each event that changed it`,
    id: `${name}-entity-history`,
    path: keyOf(definition),
    query: {
      after: apiPosition.describe('Only what came after this position').optional(),
      limit: z.int().min(1).max(MAX_POINTS).describe(`Default: ${MAX_POINTS}`).optional(),
    },
    answers: {
      200: {
        description: 'Oldest first. Fewer than limit where the views are large',
        headers: POSITION_HEADER,
        body: z
          .object({
            key: z.string(),
            points: z
              .array(
                z
                  .object({
                    position: apiPosition,
                    time: apiTime,
                    type: z.string().describe('Of the event'),
                    view: apiView.optional(),
                    forgotten: z
                      .literal(true)
                      .describe('The event has ended it, and it is not kept')
                      .optional(),
                  })
                  .meta({ title: 'EntityPoint' }),
              )
              .max(MAX_POINTS),
            faultAt: apiPosition
              .describe('Where it has stopped; there are no points from there on')
              .optional(),
            next: z.string().describe('The next points; absent on the last page').optional(),
          })
          .meta({ title: 'EntityHistory' }),
      },
    },
    problems: [
      new InvalidParameter('limit', `limit must be a whole number from 1 to ${MAX_POINTS}, as in ?limit=1`),
      new EntityNotFound(name, exampleKey(definition), pathOf(definition)),
      new NotAcceptable([JSON_TYPE]),
      ...PAST_PROBLEMS.filter((problem) => !(problem instanceof AfterHead)),
    ],
  });
}

export function ApiEntityWhatIf(definition: Documented): MethodDecorator {
  const { name } = definition;
  return ApiEndpoint({
    tag: name,
    summary: `What one of ${name} would be had some events not been; nothing is recorded`,
    id: `${name}-entity-what-if`,
    path: keyOf(definition),
    query: WHAT_IF_QUERY,
    answers: {
      200: {
        description: 'Both as of the same position; absent where there is no such entity',
        headers: POSITION_HEADER,
        body: z
          .object({
            key: z.string(),
            position: apiPosition,
            without: z.array(apiPosition),
            is: apiView.optional(),
            wouldBe: apiView.optional(),
          })
          .meta({ title: 'EntityWhatIf' }),
      },
    },
    problems: [
      INVALID_WITHOUT,
      CANNOT_BE_WITHOUT,
      new EntityNotFound(name, exampleKey(definition), pathOf(definition)),
      new NotAcceptable([JSON_TYPE]),
      ...PAST_PROBLEMS,
    ],
  });
}
