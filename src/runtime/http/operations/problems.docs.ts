/** OpenAPI of the problems that were answered lately. */
import { z } from 'zod';
import { ApiEndpoint, apiTime } from '../kernel/api-docs.js';
import { JSON_TYPE } from '../kernel/bodies.js';
import { NotAcceptable } from '../kernel/headers.js';
import { InvalidParameter } from '../kernel/problem.js';
import { MAX_DETAIL_LENGTH, MAX_PROBLEMS } from '../kernel/recent-problems.js';

export function ApiProblems(): MethodDecorator {
  return ApiEndpoint({
    tag: 'problems',
    summary: 'The problems that this process has answered lately',
    id: 'problems',
    answers: {
      200: {
        description:
          'Newest first. Those of one method, route and type are one, counted. They are kept in memory, those of this side longest; a path that there is not is left out',
        body: z
          .object({
            problems: z
              .array(
                z
                  .object({
                    time: apiTime.describe('When it was answered last'),
                    method: z.string(),
                    path: z.string().describe('Of the last such request, without its query'),
                    status: z.int(),
                    type: z.string(),
                    title: z.string(),
                    detail: z.string().max(MAX_DETAIL_LENGTH),
                    count: z.int().min(1).describe('How often, since it is kept'),
                  })
                  .meta({ title: 'RecentProblem' }),
              )
              .max(MAX_PROBLEMS),
          })
          .meta({ title: 'RecentProblems' }),
      },
    },
    problems: [
      new InvalidParameter('full', 'There is no parameter full; there are none here.'),
      new NotAcceptable([JSON_TYPE]),
    ],
  });
}
