/** OpenAPI of audits and rebuilds. */
import { z } from 'zod';
import {
  ApiEndpoint,
  LOCATION_HEADER,
  WAITED_HEADER,
  apiPosition,
  preferHeader,
} from '../kernel/api-docs.js';
import type { Schema } from '../kernel/api-schema.js';
import { bodyProblems } from '../kernel/bodies.js';
import { InvalidHeader, InvalidParameter } from '../kernel/problem.js';
import { ProjectionNotFound } from '../projections/projection-not-found.js';
import { PROJECTION_NAME, drift } from '../projections/projections.docs.js';

const view = z.looseObject({});

/** What a job that is done has found. */
const REPORTS = {
  audit: {
    digest: z.string().describe('Of the events that were folded').optional(),
    state: z.string().describe('SHA-256 of the state that they lead to').optional(),
    checked: z.int().describe('How many snapshots and live states were compared').optional(),
    drift: drift.optional(),
  },
  rebuild: {
    resumedFrom: apiPosition.describe('Where an unfinished rebuild was continued').optional(),
    equal: z.boolean().describe('Whether old and new state were the same').optional(),
    difference: z.object({ before: view, after: view }).describe('Of the answers to queries').optional(),
  },
};

export type DocumentedOperation = keyof typeof REPORTS;

function jobStatus(kind: DocumentedOperation): Schema {
  return z
    .object({
      projection: z.string(),
      status: z.enum(['never', 'waiting', 'running', 'done', 'failed']),
      position: apiPosition.describe('How far it has come').optional(),
      through: apiPosition.describe('How far it has to go; grows with the log').optional(),
      rate: z.int().describe('Events a second').optional(),
      remaining: z.int().describe('Seconds').optional(),
      reason: z.string().describe('Why it failed').optional(),
      milliseconds: z.int().describe('How long it took').optional(),
      ...REPORTS[kind],
    })
    .meta({ title: kind === 'audit' ? 'AuditStatus' : 'RebuildStatus' });
}

const PROBLEMS = [
  new InvalidParameter('wait', 'There is no parameter wait; there are none here.'),
  new InvalidHeader('Prefer', 'wait must be a whole number of seconds, as in: Prefer: wait=5'),
  new ProjectionNotFound('totals', ['total']),
];

export function ApiStartJob(kind: DocumentedOperation, summary: string): MethodDecorator {
  const answer = { headers: { ...LOCATION_HEADER, ...WAITED_HEADER }, body: jobStatus(kind) };
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
    // It needs no body; one that is sent is read all the same.
    problems: [...PROBLEMS, ...bodyProblems([])],
  });
}

export function ApiJobStatus(kind: DocumentedOperation, summary: string): MethodDecorator {
  return ApiEndpoint({
    tag: 'projections',
    summary,
    id: `${kind}Status`,
    path: PROJECTION_NAME,
    answers: { 200: { description: summary, body: jobStatus(kind) } },
    problems: PROBLEMS,
  });
}
