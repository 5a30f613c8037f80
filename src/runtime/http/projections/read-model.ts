/** Answers from the tables of a read model, as projections answer: waiting for a position, entity tags, and what one in trouble says. */
import { createHash } from 'node:crypto';
import { position, type Position } from '../../event-log/event.js';
import {
  JSON_UTF_8,
  queryOf,
  send,
  setHeader,
  type HttpRequest,
  type HttpResponse,
} from '../kernel/exchange.js';
import { matchesEntityTag, preferredWait } from '../kernel/headers.js';
import { refuseUnknownParameters, wholeNumber, type QueryString } from '../kernel/parameters.js';
import { reached, staleSince, type QueriedProjection } from './query.js';

/** A `ReadModel` of `leftfold/read-models`, whatever its tables are. */
export interface ReadTables<Reader> extends QueriedProjection {
  readonly log: { readonly identity: string; head?(): Promise<Position> };
  read<Result>(
    work: (db: Reader) => Promise<Result>,
  ): Promise<{ readonly position: Position; readonly result: Result }>;
}

export interface ReadModelQuery<Reader> {
  /** The parameters of the query string beside `after`; others are refused. Default: none. */
  readonly parameters?: readonly string[];
  /**
   * What is answered: whatever JSON can tell. A bigint is written as a decimal string, bytes in base64.
   *
   * @param db reads one state of the tables
   */
  readonly answer: (db: Reader, query: QueryString) => Promise<unknown>;
}

/**
 * Answers with JSON once the tables have what the client asks for with `?after=`, for as long as it prefers to wait.
 * `Leftfold-Position` is that of the tables which were read; the entity tag is a digest of the answer.
 *
 * @throws NotYet, InvalidParameter, InvalidHeader, ReadModelAway, and what `answer` throws
 */
export async function answerReadModel<Reader>(
  readModel: ReadTables<Reader>,
  request: HttpRequest,
  response: HttpResponse,
  { parameters = [], answer }: ReadModelQuery<Reader>,
): Promise<void> {
  const query = queryOf(request);
  refuseUnknownParameters(query, ['after', ...parameters]);
  const wait = preferredWait(request.headers['prefer']);
  const after = wholeNumber(query, 'after');
  const hasWaited = after !== undefined && after > readModel.position;
  if (hasWaited) await reached(readModel, position(after), wait, response);
  const { result, position: at } = await readModel.read((db) => answer(db, query));
  const body = JSON.stringify(result ?? null, written);
  const digest = createHash('sha256').update(readModel.log.identity).update(body).digest('base64url');
  const entityTag = `"${digest.slice(0, 22)}"`;
  const isKnown = matchesEntityTag(request.headers['if-none-match'], entityTag);
  const stale = staleSince(readModel) ?? (readModel.status === 'recovering' ? String(at) : undefined);
  setHeader(response, 'content-type', JSON_UTF_8);
  setHeader(response, 'etag', entityTag);
  setHeader(response, 'leftfold-position', String(at));
  setHeader(response, 'cache-control', 'no-cache');
  if (stale !== undefined) setHeader(response, 'leftfold-stale', stale);
  if (hasWaited && wait > 0) setHeader(response, 'preference-applied', `wait=${wait}`);
  send(response, isKnown ? 304 : 200, undefined, isKnown ? undefined : body);
}

function written(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return isBuffer(value) ? Buffer.from(value.data).toString('base64') : value;
}

/** As `JSON.stringify` has made it of a Buffer by now. */
function isBuffer(value: unknown): value is { readonly data: readonly number[] } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    value.type === 'Buffer' &&
    'data' in value &&
    Array.isArray(value.data)
  );
}
