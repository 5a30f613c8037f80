/** What the endpoints of the log as it is stored take: ranges, queries, and what a client knows of the log. */
import { z } from 'zod';
import { parseBody } from '../kernel/json-faults.js';
import { oneValue, refuseUnknownParameters, wholeNumber, type QueryString } from '../kernel/parameters.js';
import { InvalidParameter } from '../kernel/problem.js';
import { storedQueryBody } from '../../event-log/commits/new-commit-lines.js';
import { position, type Position, type Query, type Range } from '../../event-log/event.js';
import { positionBody } from '../events/query-body.js';

/** @throws InvalidParameter */
export function readCommitRange(parameters: QueryString): Pick<Range, 'after' | 'through'> {
  refuseUnknownParameters(parameters, ['after', 'through']);
  const after = wholeNumber(parameters, 'after');
  const through = wholeNumber(parameters, 'through');
  return {
    ...(after !== undefined && { after: position(after) }),
    ...(through !== undefined && { through: position(through) }),
  };
}

export const commitQueryBody = z.strictObject({
  query: storedQueryBody,
  after: positionBody.exactOptional(),
  through: positionBody.exactOptional(),
  limit: z.int('a whole number').min(0, 'from 0 on').exactOptional(),
  backwards: z.boolean('true or false').exactOptional(),
});

/** @throws InvalidBody */
export function readCommitQuery(body: unknown): { readonly query: Query; readonly range: Range } {
  const { query, ...range } = parseBody(commitQueryBody, body);
  return { query, range };
}

/** A commit that a client has read: where it ends, and its hash. */
export interface KnownCommit {
  readonly last: Position;
  /** In hexadecimal. */
  readonly hash: string;
}

export interface HeadRequest {
  readonly after?: Position;
  readonly known?: KnownCommit;
}

/** @throws InvalidParameter */
export function readHeadRequest(parameters: QueryString): HeadRequest {
  refuseUnknownParameters(parameters, ['after', 'known']);
  const after = wholeNumber(parameters, 'after');
  const text = oneValue(parameters, 'known');
  return {
    ...(after !== undefined && { after: position(after) }),
    ...(text !== undefined && { known: knownCommit(text) }),
  };
}

function knownCommit(text: string): KnownCommit {
  const [, last, hash] = /^([1-9]\d{0,14})\.([0-9a-f]{64})$/.exec(text) ?? [];
  if (last === undefined || hash === undefined)
    throw new InvalidParameter(
      'known',
      'known is the position where a commit ends, a dot, and its hash in 64 lower-case hexadecimal digits',
    );
  return { last: position(Number(last)), hash };
}
