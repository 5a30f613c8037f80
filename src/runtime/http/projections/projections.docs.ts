/** OpenAPI of what operators can ask of projections, and do with them. */
import { z } from 'zod';
import { position } from '../../event-log/event.js';
import { NotFaulted, NotSkippable } from '../../projection/resume.js';
import { APPENDING_PROBLEMS, READING_PROBLEMS } from '../events/log-problems.js';
import {
  ApiEndpoint,
  COMMAND_HEADERS,
  LOCATION_HEADER,
  POSITION_HEADER,
  apiPosition,
  apiTime,
} from '../kernel/api-docs.js';
import { JSON_TYPE, bodyProblems } from '../kernel/bodies.js';
import { InvalidBody, InvalidHeader, InvalidParameter } from '../kernel/problem.js';
import { PAST_PROBLEMS, apiPointInTime } from './projection.docs.js';
import { NotYet } from './query.js';
import { ProjectionNotFound } from './projection-not-found.js';
import { skipBody } from './resume-request.js';

export const PROJECTION_NAME = { name: z.string().describe('The name of a projection') };

const UNKNOWN_PARAMETER = new InvalidParameter('full', 'There is no parameter full; there are none here.');
const NOT_FOUND = new ProjectionNotFound('totals', ['total']);

export const faultOverview = z
  .object({
    position: apiPosition,
    event: z
      .object({ type: z.string(), revision: z.int(), commit: z.string() })
      .describe('Absent when no event was at fault')
      .optional(),
    error: z.string().max(1000),
    since: apiTime,
  })
  .meta({ title: 'ProjectionFault', description: 'There only when it stopped' });

export const drift = z
  .object({
    after: apiPosition.describe('Up to here everything agreed'),
    upTo: apiPosition.describe('Here it did not'),
    of: z.enum(['snapshot', 'live state']).describe('What differed there'),
    entities: z.array(z.string()).describe('Of an entity projection: keys of some that differ').optional(),
    tables: z.array(z.string()).describe('Of a read model: the tables that differ').optional(),
  })
  .meta({
    title: 'Drift',
    description:
      'There only when the last audit found what is kept, or live, to differ from what the log folds to',
  });

/** A command that can be given now. */
export const apiCommand = z
  .object({ method: z.literal('POST'), href: z.string() })
  .meta({ title: 'CommandLink' });

export const apiStatus = z.enum(['recovering', 'following', 'resuming', 'faulted', 'stopped']);

/** Of an entity projection. */
export const apiTrouble = z
  .string()
  .describe('Why its database cannot be used now; it is tried again until it can');

const stoppedAt = z
  .object({ key: z.string().optional(), position: apiPosition, type: z.string(), error: z.string() })
  .meta({ title: 'StoppedAt' });

const overview = z.object({
  name: z.string(),
  status: apiStatus,
  position: apiPosition.describe('How far the log is folded'),
  lag: z
    .object({
      events: z.int().min(0).describe('From there to the head'),
      seconds: z.number().nullable().describe('The age of the first event that is not folded'),
    })
    .meta({ title: 'Lag' }),
  eventsPerSecond: z.number().describe('Consumed and folded, over the last ten seconds'),
  digest: z.string().meta({
    description: 'Equal where the same was folded; of one projection with the digest of its state',
    example: '20-ff6c2d2b3190c10d',
  }),
  entities: z
    .object({
      count: z.int().min(0),
      faulted: z.int().min(0).describe('How many of them have stopped'),
      stopped: z.array(stoppedAt).describe('The first of those that have stopped').optional(),
      unkeyed: z
        .object({ count: z.int().min(1), first: z.array(stoppedAt) })
        .describe('Events that were passed over, as they are about no entity that can be told')
        .optional(),
    })
    .meta({ title: 'EntityCount', description: 'There only of an entity projection' })
    .optional(),
  snapshots: z.array(
    z.object({ position: apiPosition, bytes: z.int().min(0), time: apiTime }).meta({ title: 'KeptSnapshot' }),
  ),
  skipped: z.array(apiPosition).describe('The positions of the events that are passed over'),
  fault: faultOverview.optional(),
  trouble: apiTrouble.optional(),
  drift: drift.optional(),
  links: z
    .object({
      self: z.string(),
      state: z.string().describe('Absent of a read model').optional(),
      machine: z.string().describe('Absent of a read model').optional(),
      audit: z.string(),
      rebuild: z.string(),
    })
    .meta({ title: 'ProjectionLinks' }),
  commands: z
    .object({ resume: apiCommand.optional(), audit: apiCommand.optional(), rebuild: apiCommand.optional() })
    .meta({
      title: 'ProjectionCommands',
      description: 'What can be done now; resume only when it has stopped',
    }),
});

const namedOverview = overview.meta({ title: 'Projection' });

export function ApiOverview(): MethodDecorator {
  return ApiEndpoint({
    tag: 'projections',
    summary: 'How every projection is',
    id: 'projections',
    answers: {
      200: {
        description: 'All projections of this process',
        headers: POSITION_HEADER,
        body: z
          .object({ head: apiPosition, projections: z.array(namedOverview) })
          .meta({ title: 'Projections' }),
      },
    },
    problems: [UNKNOWN_PARAMETER, ...READING_PROBLEMS],
  });
}

export function ApiDetails(): MethodDecorator {
  return ApiEndpoint({
    tag: 'projections',
    summary: 'How one projection is, and its machine',
    id: 'projection',
    path: PROJECTION_NAME,
    answers: {
      200: {
        description:
          'The projection; its digest is taken of the whole state, which takes a while when that is large',
        headers: POSITION_HEADER,
        body: overview
          .extend({ machine: z.string().describe('As Mermaid text; absent of a read model').optional() })
          .meta({ title: 'ProjectionDetails' }),
      },
    },
    problems: [UNKNOWN_PARAMETER, NOT_FOUND, ...READING_PROBLEMS],
  });
}

export function ApiDigest(): MethodDecorator {
  return ApiEndpoint({
    tag: 'projections',
    summary: 'A digest of the state, now or as it was',
    id: 'projectionDigest',
    path: PROJECTION_NAME,
    query: { at: apiPointInTime.describe('As of which position or time. Default: now').optional() },
    answers: {
      200: {
        description: 'Two processes with the same digest have folded the same events to the same state',
        headers: POSITION_HEADER,
        body: z
          .object({
            position: apiPosition,
            digest: z.string().meta({ example: '20-ff6c2d2b3190c10d-5feceb66ffc86f38' }),
          })
          .meta({ title: 'ProjectionDigest' }),
      },
    },
    problems: [
      new InvalidParameter(
        'at',
        'at must be a position, as in ?at=3, or a time with its zone, as in ?at=2026-01-31T12:00:00Z',
      ),
      NOT_FOUND,
      new NotYet('orders is recovering; it has folded up to position 6.', position(6)),
      ...PAST_PROBLEMS,
    ],
  });
}

export function ApiResume(): MethodDecorator {
  return ApiEndpoint({
    tag: 'projections',
    summary: 'Have a projection that stopped try again, or skip the event at which it stopped',
    id: 'resumeProjection',
    path: PROJECTION_NAME,
    headers: COMMAND_HEADERS,
    body: skipBody.partial().meta({ title: 'Resume', example: {} }).optional(),
    answers: {
      200: {
        description: 'It tried again, and this is how it is now',
        headers: POSITION_HEADER,
        body: namedOverview,
      },
      201: {
        description: 'The skip is recorded, for every replay; this is how the projection is now',
        headers: { ...POSITION_HEADER, ...LOCATION_HEADER },
        body: namedOverview,
      },
    },
    problems: [
      UNKNOWN_PARAMETER,
      new InvalidHeader('Idempotency-Key', 'A key is 1 to 200 printable ASCII characters, best a UUID.'),
      ...bodyProblems([JSON_TYPE]),
      new InvalidBody([{ detail: 'say why the event is skipped, as text', pointer: '#/reason' }]),
      NOT_FOUND,
      new NotFaulted({ name: 'total', status: 'following', position: position(7) }),
      new NotSkippable(
        'total stopped at position 7, which it cannot fold. Only that event can be skipped.',
        position(7),
      ),
      ...APPENDING_PROBLEMS,
    ],
  });
}
