/** OpenAPI of the query endpoints. */
import { z } from 'zod';
import { position } from '../../event-log/event.js';
import { FoldFailed } from '../../projection/folding.js';
import { AfterHead, CannotBeFolded, PastBusy } from '../../projection/past/past-problems.js';
import { READING_PROBLEMS, UNREADABLE } from '../events/log-problems.js';
import {
  ApiEndpoint,
  CACHE_HEADERS,
  QUERY_HEADERS,
  apiPosition,
  apiTime,
  preferHeader,
  type Answer,
  type Endpoint,
} from '../kernel/api-docs.js';
import { jsonSchemaOf, type AnyInputSchema } from '../../command/input-schema.js';
import type { ProjectionDefinition, ViewSchema } from '../../projection/define-projection.js';
import { schemaFrom, schemaOf, withMembers, type Schema } from '../kernel/api-schema.js';
import { JSON_TYPE } from '../kernel/bodies.js';
import { NotAcceptable } from '../kernel/headers.js';
import { InvalidHeader, InvalidParameter, type Problem } from '../kernel/problem.js';
import { STATE_TYPES } from '../push/event-stream-request.js';
import { EVENT_STREAM_TYPE } from '../kernel/event-streams.js';
import { LAST_EVENT_ID_HEADER, apiEventStream, headersOfStreamed } from '../push/push.docs.js';
import { NotYet } from './query.js';

/** A position or a time. */
export const apiPointInTime = z.union([apiPosition, apiTime]);

/** Of every answer that is folded from the past. */
export const PAST_PROBLEMS: readonly Problem[] = [
  new AfterHead(position(9), position(7)),
  new CannotBeFolded(new FoldFailed(position(7), undefined, new RangeError('the amount is too large'))),
  new PastBusy('total'),
  UNREADABLE,
  ...READING_PROBLEMS,
];

function query(
  endpoint: Pick<Endpoint, 'tag' | 'summary' | 'id' | 'is'>,
  answer: Answer,
  problems: readonly Problem[] = [],
  headers: Readonly<Record<string, Schema>> = {},
): MethodDecorator {
  return ApiEndpoint({
    ...endpoint,
    query: {
      after: apiPosition
        .describe('Answer only once everything up to this position is in the state')
        .optional(),
      at: apiPointInTime
        .describe(
          'The state as it was: after the event at this position, or after the last event that was recorded at this time or before it. Not together with after',
        )
        .optional(),
    },
    headers: { ...preferHeader('it'), ...CACHE_HEADERS, ...headers },
    answers: {
      200: { headers: QUERY_HEADERS, ...answer },
      304: { description: 'Nothing new since the entity tag of If-None-Match', headers: QUERY_HEADERS },
    },
    problems: [
      new InvalidParameter(
        'after',
        `after must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, as in ?after=0`,
      ),
      new InvalidHeader('Prefer', 'wait must be a whole number of seconds, as in: Prefer: wait=5'),
      new NotYet('total has folded up to position 6, not yet up to 7.', position(6), position(7)),
      ...problems,
      ...PAST_PROBLEMS,
    ],
  });
}

export function ApiProjection({ name, http }: Pick<ProjectionDefinition, 'name' | 'http'>): MethodDecorator {
  return query(
    {
      tag: name,
      summary: `The state of ${name}`,
      id: name,
      is: { kind: 'projection', projection: name },
    },
    {
      description: `What ${name} has folded from the log`,
      headers: headersOfStreamed(QUERY_HEADERS),
      body: {
        [JSON_TYPE]: stateSchema(name, http?.viewSchema),
        [EVENT_STREAM_TYPE]: apiEventStream('Each message is the state: now, and whenever it has changed.'),
      },
    },
    [new NotAcceptable(STATE_TYPES)],
    LAST_EVENT_ID_HEADER,
  );
}

const STATE_POSITION = apiPosition.describe('How far the log is folded');

/** A component is named after the projection where its view is described. */
function stateSchema(name: string, view: ViewSchema | undefined): Schema {
  if (view === undefined) return z.looseObject({ position: STATE_POSITION }).meta({ title: 'State' });
  const state = withMembers(jsonSchemaOf(view as AnyInputSchema), { position: schemaOf(STATE_POSITION) }, [
    'position',
  ]);
  return schemaFrom({ ...state, title: `State-${name}` });
}

/** @param problems further ones that the answer may be refused with, as examples */
export function ApiTextQuery(
  name: string,
  summary: string,
  example: string,
  problems: readonly Problem[] = [],
): MethodDecorator {
  return query(
    { tag: name, summary },
    { description: summary, body: { 'text/plain': z.string().meta({ example }) } },
    problems,
  );
}

export function ApiFolded(name: string): MethodDecorator {
  return query(
    { tag: name, summary: `The state of ${name} itself, to fold on from`, id: `${name}-folded` },
    {
      description: 'All of the state, also what the view does not show',
      body: z
        .object({
          position: apiPosition.describe('How far the log is folded'),
          version: z.int().min(1).describe('That of the projection, which says what its states are like'),
          value: z
            .union([z.string(), z.looseObject({})])
            .describe('The active states, as in XState')
            .meta({ example: 'counting' }),
          context: z
            .union([z.array(z.unknown()), z.int()])
            .describe(
              'As `unflatten` of the package devalue takes it, which brings back bigints, dates, maps and sets',
            )
            .meta({ example: [{ total: 1, count: 2 }, ['BigInt', '6'], 5] }),
        })
        .meta({ title: 'FoldedState' }),
    },
  );
}
