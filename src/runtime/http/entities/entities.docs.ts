/** OpenAPI of entity projections: the list, and one entity. */
import { z } from 'zod';
import { position } from '../../event-log/event.js';
import type { EntityProjectionDefinition } from '../../projection/entities/define-entity-projection.js';
import {
  EntityNotFound,
  EntityQueriesBusy,
  EntityQueryTooSlow,
} from '../../projection/entities/entity-problems.js';
import { QUERY_TIMEOUT_MS } from '../../projection/entities/query-gate.js';
import {
  ApiEndpoint,
  CACHE_HEADERS,
  ENTITY_TAG,
  QUERY_HEADERS,
  apiPosition,
  preferHeader,
} from '../kernel/api-docs.js';
import { jsonSchemaOf, type AnyInputSchema } from '../../command/input-schema.js';
import { schemaFrom, schemaOf, withMembers, type JsonSchema, type Schema } from '../kernel/api-schema.js';
import { pathOf } from '../kernel/paths.js';
import { JSON_TYPE } from '../kernel/bodies.js';
import { NotAcceptable } from '../kernel/headers.js';
import { InvalidHeader, InvalidParameter, type Problem } from '../kernel/problem.js';
import { STATE_TYPES } from '../push/event-stream-request.js';
import { PAST_PROBLEMS, apiPointInTime } from '../projections/projection.docs.js';
import { NotYet } from '../projections/query.js';
import { EVENT_STREAM_TYPE } from '../kernel/event-streams.js';
import { LAST_EVENT_ID_HEADER, apiEventStream, headersOfStreamed } from '../push/push.docs.js';
import { MAX_INCLUDED } from './included.js';
import { DEFAULT_LIMIT, MAX_LIMIT } from './list-request.js';
import { exampleKey } from './example-key.js';
import { filters } from './list-filters.docs.js';
import { viewMembers } from './view-members.js';

const AFTER = apiPosition
  .describe('Answer only once everything up to this position is in the state')
  .optional();

/** Names the members of the view where they are known. */
function fieldsOf(definition: Documented): Schema {
  const members = viewMembers(definition);
  const known = members === undefined ? '' : `. There are: ${members.join(', ')}`;
  return z
    .string()
    .describe(`The members to answer with, separated by commas, as in status,total. Default: all${known}`)
    .optional();
}

const entity = z
  .looseObject({
    key: z.string(),
    position: apiPosition.describe('Of the last event that changed it'),
    faultAt: apiPosition
      .describe('There only when it has stopped: of the event that it cannot fold')
      .optional(),
  })
  .meta({ title: 'Entity', description: 'Beside these members it has those of its view' });

const apiIncluded = z
  .object({
    items: z.array(entity).max(MAX_INCLUDED),
    next: z.string().describe('The list that goes on after them; absent where these are all').optional(),
  })
  .meta({ title: 'IncludedEntities' });

const HEADERS = {
  ...QUERY_HEADERS,
  ETag: ENTITY_TAG.meta({ description: 'A digest of what is answered', example: '"pQ2cV1kYL5qlQUzBx0a1bQ"' }),
};

const INCLUDED_HEADER = {
  'Leftfold-Included': z.string().optional().meta({
    description:
      'With include: how far each of those projections had folded. Leftfold-Position is the lowest of all',
    example: 'items=7',
  }),
};

const NOT_MODIFIED = { description: 'The same as under the entity tag of If-None-Match', headers: HEADERS };

const QUERY_PROBLEMS: readonly Problem[] = [
  new InvalidParameter('limit', `limit must be a whole number from 1 to ${MAX_LIMIT}, as in ?limit=1`),
  new InvalidHeader('Prefer', 'wait must be a whole number of seconds, as in: Prefer: wait=5'),
  new NotYet('orders has folded up to position 6, not yet up to 7.', position(6), position(7)),
  new EntityQueriesBusy(),
  new EntityQueryTooSlow(QUERY_TIMEOUT_MS / 1000),
  new NotAcceptable(STATE_TYPES),
];

export type Documented = Pick<
  EntityProjectionDefinition,
  'name' | 'index' | 'tag' | 'consumes' | 'keysOf' | 'relations' | 'http'
>;

/** The parameter that asks for what belongs to an entity, where something can. */
function includeOf({ relations }: Documented): Readonly<Record<string, Schema>> {
  const names = Object.entries(relations).map(
    ([name, { of, by }]) => `${name} (those of /${pathOf(of)} whose ${by} is its key)`,
  );
  if (names.length === 0) return {};
  return {
    include: z
      .string()
      .describe(`Entities to answer with it, separated by commas. There are: ${names.join(', ')}`)
      .optional(),
  };
}

/** With the members of the view, where they are described, and those that `include` adds. */
function entityOf(definition: Documented): Schema {
  const { relations, http } = definition;
  const names = Object.keys(relations);
  if (names.length === 0 && http.viewSchema === undefined) return entity;
  const included = names.map((each) => [each, apiIncluded.describe(`With include=${each}`).optional()]);
  const extended = entity.extend(Object.fromEntries(included) as object);
  if (http.viewSchema === undefined) return extended.meta({ title: titled(definition, 'Entity') });
  const { properties, required } = schemaOf(extended) as {
    readonly properties: Readonly<Record<string, JsonSchema>>;
    readonly required: readonly string[];
  };
  const described = withMembers(jsonSchemaOf(http.viewSchema as AnyInputSchema), properties, required);
  return schemaFrom({ ...described, title: titled(definition, 'Entity') });
}

/** A component is named after the projection where it is of that projection alone. */
function titled({ name, relations, http }: Documented, title: string): string {
  if (Object.keys(relations).length === 0 && http.viewSchema === undefined) return title;
  return `${title}-${name}`;
}

/** Where something can be included, how far its projection is. */
function headersOf({ relations }: Documented): typeof HEADERS {
  return Object.keys(relations).length === 0 ? HEADERS : { ...HEADERS, ...INCLUDED_HEADER };
}

export function keyOf(definition: Documented): Readonly<Record<string, Schema>> {
  return {
    key: z.string().meta({ description: 'The key of one of them', example: exampleKey(definition) }),
  };
}

export function ApiList(definition: Documented): MethodDecorator {
  const { name, index } = definition;
  const members = Object.keys(index).join(', ');
  return ApiEndpoint({
    tag: name,
    summary: `A page of ${name}, filtered and sorted`,
    id: `${name}-list`,
    is: { kind: 'list', projection: name },
    query: {
      ...filters(index),
      sort: z
        .string()
        .describe(`Members, separated by commas; with a minus from the largest down. There are: ${members}`)
        .optional(),
      limit: z.int().min(1).max(MAX_LIMIT).describe(`Default: ${DEFAULT_LIMIT}`).optional(),
      cursor: z.string().describe('Where the page before ended: follow next').optional(),
      count: z.boolean().describe('Whether to count all that match').optional(),
      faulted: z.boolean().describe('Only those that have stopped at an event').optional(),
      fields: fieldsOf(definition),
      ...includeOf(definition),
      after: AFTER,
    },
    headers: { ...preferHeader('it'), ...CACHE_HEADERS, ...LAST_EVENT_ID_HEADER },
    answers: {
      200: {
        description: 'By the key, unless sort says otherwise. Shorter than limit where the views are large',
        headers: headersOfStreamed(headersOf(definition)),
        body: {
          [JSON_TYPE]: z
            .object({
              items: z.array(entityOf(definition)).max(MAX_LIMIT),
              count: z.int().min(0).describe('With count=true').optional(),
              next: z.string().describe('The next page; absent on the last').optional(),
            })
            .meta({ title: titled(definition, 'EntityList') }),
          [EVENT_STREAM_TYPE]: apiEventStream('Each message is the page: now, and whenever it has changed.'),
        },
      },
      304: NOT_MODIFIED,
    },
    problems: QUERY_PROBLEMS,
  });
}

export function ApiEntity(definition: Documented): MethodDecorator {
  const { name, tag } = definition;
  return ApiEndpoint({
    tag: name,
    summary: `One of ${name}`,
    id: `${name}-entity`,
    is: { kind: 'entity', projection: name },
    path: keyOf(definition),
    query: {
      after: AFTER,
      fields: fieldsOf(definition),
      ...includeOf(definition),
      ...(tag !== undefined && {
        at: apiPointInTime
          .describe('As it was: after the event at this position, or at this time. Not together with after')
          .optional(),
      }),
    },
    headers: { ...preferHeader('it'), ...CACHE_HEADERS, ...LAST_EVENT_ID_HEADER },
    answers: {
      200: {
        description: 'It',
        headers: headersOfStreamed(headersOf(definition)),
        body: {
          [JSON_TYPE]: entityOf(definition),
          [EVENT_STREAM_TYPE]: apiEventStream(
            'Each message is the entity: now, and whenever it has changed; null once it is gone.',
          ),
        },
      },
      304: NOT_MODIFIED,
    },
    problems: [
      ...QUERY_PROBLEMS,
      new EntityNotFound(name, exampleKey(definition), pathOf(definition)),
      ...(tag === undefined ? [] : PAST_PROBLEMS),
    ],
  });
}
