/** Which page of the log a client asks for: by parameters (`GET /events`), or by a body where they cannot say it; and links to pages. */
import { z } from 'zod';
import { parseBody } from '../kernel/json-faults.js';
import type { Links } from '../kernel/links.js';
import { refuseUnknownParameters, manyValues, wholeNumber, type QueryString } from '../kernel/parameters.js';
import { InvalidParameter } from '../kernel/problem.js';
import { START, position, tag, type Position, type Query } from '../../event-log/event.js';
import {
  FILTER_PARAMETERS,
  filterBody,
  filterQuery,
  readFilterParameters,
  type EventFilter,
} from './event-filter.js';
import { MAX_NAME_LENGTH, MAX_TAGS, MAX_TYPES, positionBody, queryBody } from './query-body.js';

/** The most events of one page. */
export const MAX_LIMIT = 1000;
export const DEFAULT_LIMIT = 100;

export interface PageRequest {
  readonly query: Query;
  /** Of the events that match the query, those that are asked for. */
  readonly where: EventFilter;
  readonly after: Position;
  /** Whether the client has said so; a stream without begins at the head. */
  readonly hasAfter: boolean;
  /** Only what stands before it. Default: up to the head. */
  readonly before?: number;
  /** Newest first. */
  readonly backwards: boolean;
  readonly limit: number;
  /** Whether the limit is the client's; a stream has no other. */
  readonly isLimited: boolean;
  /** How what follows on a page is asked for, given the position of the page's last event. */
  readonly next: (last: Position) => Next;
}

export interface Next {
  /** The `next` of the page. */
  readonly value: string | number;
  /** The same as a header, for a page that is a bare list. */
  readonly header: readonly [name: string, value: string];
}

/**
 * Any of the types and all of the tags; the next page is a link.
 *
 * @param path under which the events are served
 * @throws InvalidParameter
 */
export function readPageParameters(parameters: QueryString, path = '/events'): PageRequest {
  refuseUnknownParameters(parameters, ['after', 'limit', 'type', 'tag', ...FILTER_PARAMETERS]);
  const limit = wholeNumber(parameters, 'limit', { min: 1, max: MAX_LIMIT });
  const types = names(parameters, 'type', MAX_TYPES);
  const tags = names(parameters, 'tag', MAX_TAGS).map(tag);
  const after = wholeNumber(parameters, 'after');
  const item = { ...(types.length > 0 && { types }), ...(tags.length > 0 && { tags }) };
  const filter = [
    ...types.map((type) => `&type=${encodeURIComponent(type)}`),
    ...tags.map((each) => `&tag=${encodeURIComponent(each)}`),
    filterQuery(parameters),
  ].join('');
  return {
    query: [item],
    where: readFilterParameters(parameters),
    after: position(after ?? START),
    hasAfter: after !== undefined,
    backwards: false,
    ...pageSize(limit),
    next: (last) => {
      const link = `${path}?after=${last}&limit=${limit ?? DEFAULT_LIMIT}${filter}`;
      return { value: link, header: ['link', `<${link}>; rel="next"`] };
    },
  };
}

export const pageBody = z
  .strictObject({
    query: queryBody,
    after: positionBody.prefault(START).describe('Only events after it'),
    before: z
      .int('a position is an integer from 1 on')
      .min(1, 'a position is an integer from 1 on')
      .describe('Only events before it')
      .exactOptional(),
    limit: z
      .int('a whole number')
      .min(1, `from 1 to ${MAX_LIMIT}`)
      .max(MAX_LIMIT, `from 1 to ${MAX_LIMIT}`)
      .meta({ default: DEFAULT_LIMIT })
      .exactOptional(),
    backwards: z.boolean('true or false').default(false).describe('Newest first'),
    where: filterBody.prefault({}),
  })
  .meta({ title: 'EventsQuery', example: { query: [{}], limit: DEFAULT_LIMIT, backwards: true } });

/**
 * Any query; the next page is a position, to be sent as `after`, or as `before` by who reads backwards.
 *
 * @throws InvalidBody
 */
export function readPageBody(body: unknown): PageRequest {
  const { limit, ...selection } = parseBody(pageBody, body);
  return {
    ...selection,
    hasAfter: true,
    ...pageSize(limit),
    next: (last) => ({ value: last, header: ['leftfold-next', String(last)] }),
  };
}

function pageSize(limit: number | undefined): Pick<PageRequest, 'limit' | 'isLimited'> {
  return { limit: limit ?? DEFAULT_LIMIT, isLimited: limit !== undefined };
}

function names(parameters: QueryString, name: 'type' | 'tag', most: number): readonly string[] {
  const values = manyValues(parameters, name);
  if (values.length > most) {
    throw new InvalidParameter(
      name,
      `${name} is there ${values.length} times; at most ${most} are looked for.`,
    );
  }
  for (const { length } of values) {
    if (length === 0 || length > MAX_NAME_LENGTH)
      throw new InvalidParameter(name, `${name} has 1 to ${MAX_NAME_LENGTH} characters, not ${length}.`);
  }
  return values;
}

/** Where exactly the events of a commit can be read; the first page of them when they are many. */
export function linkToCommit(links: Links, first: Position, last: Position): string {
  return links.runtime(`/events?after=${first - 1}&limit=${Math.min(last - first + 1, MAX_LIMIT)}`);
}
