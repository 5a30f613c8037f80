/** OpenAPI of audits and rebuilds. */
import { z } from 'zod';
import { ApiEndpoint, LOCATION_HEADER, preferHeader } from '../kernel/api-docs.js';
import { PROJECTION_NAME } from '../projections/projections.docs.js';

const jobStatus = z.looseObject({
  projection: z.string(),
  status: z.enum(['never', 'waiting', 'running', 'done', 'failed']),
  position: z.int().describe('How far it has come').optional(),
  through: z.int().describe('How far it has to go; grows with the log').optional(),
  rate: z.int().describe('Events a second').optional(),
  remaining: z.int().describe('Seconds').optional(),
  reason: z.string().describe('Why it failed').optional(),
});

const PROBLEMS = { 400: 'A parameter or header is wrong', 404: 'There is no such projection' };

export function ApiStartJob(kind: string, summary: string): MethodDecorator {
  const answer = { headers: LOCATION_HEADER, body: jobStatus };
  return ApiEndpoint({
    tag: 'projections',
    summary,
    id: `${kind}Projection`,
    path: PROJECTION_NAME,
    headers: preferHeader('its end'),
    answers: {
      200: { description: 'It has ended', ...answer },
      202: { description: 'It is under way, as Location tells; asked for twice, it is done once', ...answer },
    },
    problems: PROBLEMS,
  });
}

export function ApiJobStatus(kind: string, summary: string): MethodDecorator {
  return ApiEndpoint({
    tag: 'projections',
    summary,
    id: `${kind}Standing`,
    path: PROJECTION_NAME,
    answers: { 200: { description: summary, body: jobStatus } },
    problems: PROBLEMS,
  });
}
