/** OpenAPI of what operators can ask of projections, and do with them. */
import { z } from 'zod';
import {
  ApiEndpoint,
  CACHE_HEADERS,
  COMMAND_HEADERS,
  LOCATION_HEADER,
  POSITION_HEADER,
  apiPosition,
  apiTime,
} from '../kernel/api-docs.js';
import { skipBody } from './resume-request.js';

export const PROJECTION_NAME = { name: z.string().describe('The name of a projection') };

const NOT_FOUND = { 404: 'There is no such projection; the detail names those that there are' };

const faultOverview = z
  .object({
    position: apiPosition,
    event: z
      .object({ type: z.string(), revision: z.int(), commit: z.string() })
      .describe('Absent when no event was at fault')
      .optional(),
    error: z.string().max(1000),
    since: apiTime,
  })
  .describe('There only when it stopped');

const drift = z
  .object({
    after: apiPosition.describe('Up to here everything agreed'),
    upTo: apiPosition.describe('Here it did not'),
    of: z.enum(['snapshot', 'live state']).describe('What differed there'),
    entities: z.array(z.string()).describe('Of an entity projection: keys of some that differ').optional(),
  })
  .describe(
    'There only when the last audit found what is kept, or live, to differ from what the log folds to',
  );

const command = z.object({ method: z.literal('POST'), href: z.string() });

const overview = z.object({
  name: z.string(),
  status: z.enum(['recovering', 'following', 'resuming', 'faulted', 'stopped']),
  position: apiPosition.describe('How far the log is folded'),
  lag: z.object({
    events: z.int().describe('From there to the head'),
    seconds: z.number().nullable().describe('The age of the first event that is not folded'),
  }),
  eventsPerSecond: z.number().describe('Consumed and folded, over the last ten seconds'),
  digest: z.string().meta({
    description: 'Equal where the same was folded; of one projection with the digest of its state',
    example: '20-ff6c2d2b3190c10d',
  }),
  entities: z
    .object({ count: z.int(), faulted: z.int().describe('How many of them have stopped') })
    .describe('There only of an entity projection')
    .optional(),
  snapshots: z.array(z.object({ position: apiPosition, bytes: z.int(), time: apiTime })),
  skipped: z.array(apiPosition).describe('The positions of the events that are passed over'),
  fault: faultOverview.optional(),
  drift: drift.optional(),
  links: z.object({
    self: z.string(),
    state: z.string(),
    machine: z.string(),
    audit: z.string(),
    rebuild: z.string(),
  }),
  commands: z
    .object({ resume: command.optional(), audit: command.optional(), rebuild: command.optional() })
    .describe('What can be done now; resume only when it has stopped'),
});

export function ApiOverview(): MethodDecorator {
  return ApiEndpoint({
    tag: 'projections',
    summary: 'How every projection is',
    id: 'projections',
    answers: {
      200: {
        description: 'All projections of this process',
        headers: POSITION_HEADER,
        body: z.object({ head: apiPosition, projections: z.array(overview) }),
      },
    },
    problems: { 400: 'There is no such parameter' },
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
        body: overview.extend({ machine: z.string().describe('As Mermaid text') }),
      },
    },
    problems: NOT_FOUND,
  });
}

export function ApiMachine(): MethodDecorator {
  const diagram = z.string().meta({ example: 'stateDiagram-v2\n  …' });
  return ApiEndpoint({
    tag: 'projections',
    summary: 'The machine of a projection, as a diagram',
    id: 'projectionMachine',
    path: PROJECTION_NAME,
    headers: CACHE_HEADERS,
    answers: {
      200: { description: 'Mermaid text', body: { 'text/vnd.mermaid': diagram, 'text/plain': diagram } },
      304: { description: 'It is the one of If-None-Match' },
    },
    problems: { ...NOT_FOUND, 406: 'It can be had as text/vnd.mermaid or text/plain' },
  });
}

export function ApiResume(): MethodDecorator {
  return ApiEndpoint({
    tag: 'projections',
    summary: 'Have a projection that stopped try again, or skip the event at which it stopped',
    id: 'resumeProjection',
    path: PROJECTION_NAME,
    headers: COMMAND_HEADERS,
    body: skipBody.partial().optional(),
    answers: {
      200: {
        description: 'It tried again, and this is how it is now',
        headers: POSITION_HEADER,
        body: overview,
      },
      201: {
        description: 'The skip is recorded, for every replay; this is how the projection is now',
        headers: { ...POSITION_HEADER, ...LOCATION_HEADER },
        body: overview,
      },
    },
    problems: {
      ...NOT_FOUND,
      409: 'It has not stopped, or not at that event; position says where',
      415: 'Another media type',
      422: 'Something in the body is wrong; errors names each field',
    },
  });
}
