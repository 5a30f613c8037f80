/** OpenAPI of the questions about a projection's past. */
import { z } from 'zod';
import { position } from '../../event-log/event.js';
import { FoldFailed } from '../../projection/folding.js';
import { CannotBeWithout } from '../../projection/past/past-problems.js';
import { JSON_TYPE } from '../kernel/bodies.js';
import { NotAcceptable } from '../kernel/headers.js';
import { ApiEndpoint, POSITION_HEADER, apiPosition, apiTime } from '../kernel/api-docs.js';
import { InvalidParameter } from '../kernel/problem.js';
import { MAX_EXCLUDED, MAX_POINTS } from './past-request.js';
import { PAST_PROBLEMS, apiPointInTime } from './projection.docs.js';

export const apiView = z.looseObject({}).meta({ title: 'View' });

export const CANNOT_BE_WITHOUT = new CannotBeWithout(
  new FoldFailed(position(7), undefined, new RangeError('nothing is left to take')),
);

export const INVALID_WITHOUT = new InvalidParameter(
  'without',
  'without must be positions from 1 on, separated by commas, as in ?without=17,18; "x" is none.',
);

export const WHAT_IF_QUERY = {
  without: z.string().meta({
    description: `The positions of the events, separated by commas; at most ${MAX_EXCLUDED}`,
    example: '1',
  }),
  at: apiPointInTime.describe('As of which position or time. Default: the head').optional(),
};

export function ApiHistory(name: string): MethodDecorator {
  return ApiEndpoint({
    tag: name,
    summary: `How ${name} came about: its states at a series of positions`,
    id: `${name}-history`,
    query: {
      from: apiPosition.describe('The first position. Default: 0').optional(),
      to: apiPosition.describe('No point is after it. Default: the head').optional(),
      step: z
        .int()
        .min(1)
        .describe(
          `So many positions lie between two points. Default: as few as give at most ${MAX_POINTS} points`,
        )
        .optional(),
    },
    answers: {
      200: {
        description: `At most ${MAX_POINTS} points; next is there when it took too long to find all of them`,
        headers: POSITION_HEADER,
        body: z
          .object({
            points: z
              .array(
                z
                  .looseObject({ position: apiPosition, time: apiTime.optional() })
                  .meta({ title: 'HistoryPoint' }),
              )
              .max(MAX_POINTS),
            next: z.string().describe('Where the rest of the points can be had').optional(),
          })
          .meta({ title: 'History' }),
      },
    },
    problems: [
      new InvalidParameter('from', 'from must not be after to, which is 7'),
      new NotAcceptable([JSON_TYPE]),
      ...PAST_PROBLEMS,
    ],
  });
}

export function ApiWhatIf(name: string): MethodDecorator {
  return ApiEndpoint({
    tag: name,
    summary: `What ${name} would be had some events not been; nothing is recorded`,
    id: `${name}-what-if`,
    query: WHAT_IF_QUERY,
    answers: {
      200: {
        description: 'Both states as of the same position',
        headers: POSITION_HEADER,
        body: z
          .object({ position: apiPosition, without: z.array(apiPosition), is: apiView, wouldBe: apiView })
          .meta({ title: 'WhatIf' }),
      },
    },
    problems: [INVALID_WITHOUT, CANNOT_BE_WITHOUT, new NotAcceptable([JSON_TYPE]), ...PAST_PROBLEMS],
  });
}
