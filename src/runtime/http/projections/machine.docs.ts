/** OpenAPI of the machine of a projection, and of the states of machines wherever they are answered. */
import { z } from 'zod';
import { position } from '../../event-log/event.js';
import {
  EntityDatabaseAway,
  EntityNotFound,
  EntityQueriesBusy,
  EntityQueryTooSlow,
} from '../../projection/entities/entity-problems.js';
import { QUERY_TIMEOUT_MS } from '../../projection/entities/query-gate.js';
import { ApiEndpoint, CACHE_HEADERS, ENTITY_TAG, POSITION_HEADER, apiPosition } from '../kernel/api-docs.js';
import { JSON_TYPE } from '../kernel/bodies.js';
import { NotAcceptable } from '../kernel/headers.js';
import { InvalidParameter } from '../kernel/problem.js';
import { PAST_PROBLEMS, apiPointInTime } from './projection.docs.js';
import { ProjectionNotFound } from './projection-not-found.js';
import { PROJECTION_NAME } from './projections.docs.js';

/** A diagram is what an answer is without an Accept header. */
export const MACHINE_TYPES = ['text/vnd.mermaid', 'text/plain', JSON_TYPE] as const;

const transition = z
  .object({
    event: z
      .string()
      .describe('Its type, or a wildcard; done when the state is; empty when it needs no event'),
    guard: z.string().describe('Absent where there is none').optional(),
    targets: z.array(z.string()).describe('Paths; none when the state is kept'),
  })
  .meta({ title: 'MachineTransition' });

export const apiStates = z
  .array(
    z
      .object({
        path: z.string().meta({ description: 'That of the root is empty', example: 'open.waiting' }),
        parent: z.string().nullable().describe('The path of the state that it is in; null of the root'),
        type: z.enum(['atomic', 'compound', 'parallel', 'final', 'history']),
        initial: z.boolean().describe('Whether it is entered with its parent, where no other is named'),
        transitions: z.array(transition),
      })
      .meta({ title: 'MachineState' }),
  )
  .describe('In the order of the machine, the root first');

export function ApiMachine(): MethodDecorator {
  const diagram = z.string().meta({ example: 'stateDiagram-v2\n  …' });
  const headers = {
    ETag: ENTITY_TAG.describe('A digest of what is answered'),
    'Leftfold-Position': POSITION_HEADER['Leftfold-Position']
      .describe('Of JSON: the position in the log that the answer is true of')
      .optional(),
  };
  return ApiEndpoint({
    tag: 'projections',
    summary: 'The machine of a projection: as a diagram, or with the states that are active',
    id: 'projectionMachine',
    path: PROJECTION_NAME,
    query: {
      at: apiPointInTime
        .describe(
          'Of JSON: as of which position or time. Of an entity projection together with key. Default: now',
        )
        .optional(),
      key: z.string().describe('Of JSON, and of an entity projection: of which entity').optional(),
    },
    headers: CACHE_HEADERS,
    answers: {
      200: {
        description: 'Mermaid text; as JSON the states of the machine, and which of them are active',
        headers,
        body: {
          [MACHINE_TYPES[0]]: diagram,
          [MACHINE_TYPES[1]]: diagram,
          [JSON_TYPE]: z
            .object({
              position: apiPosition.describe('At which these states are active'),
              states: apiStates,
              active: z
                .array(z.string())
                .describe('Paths, without the root; none of an entity projection where no key is given'),
              accepts: z
                .array(z.string())
                .describe(
                  'The types of events that an active state has a transition for; one counts whose guard looks at the event',
                ),
            })
            .meta({ title: 'ActiveMachine' }),
        },
      },
      304: { description: 'It is the one of If-None-Match', headers },
    },
    problems: [
      new InvalidParameter('full', 'There is no parameter full; there are at, key.'),
      new ProjectionNotFound('totals', ['total']),
      new EntityNotFound('orders', 'a'),
      new EntityDatabaseAway('orders', position(6)),
      new EntityQueriesBusy(),
      new EntityQueryTooSlow(QUERY_TIMEOUT_MS / 1000),
      new NotAcceptable(MACHINE_TYPES),
      ...PAST_PROBLEMS,
    ],
  });
}
