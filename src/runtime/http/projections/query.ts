/** How a query is answered: as of a past position, or waiting for a position, entity tags, and what a projection in trouble says. */
import { position, type Position } from '../../event-log/event.js';
import {
  queryOf,
  rawResponse,
  send,
  setHeader,
  type HttpRequest,
  type HttpResponse,
} from '../kernel/exchange.js';
import { matchesEntityTag, preferredWait } from '../kernel/headers.js';
import { refuseUnknownParameters, wholeNumber, type QueryString } from '../kernel/parameters.js';
import { InvalidParameter, Problem } from '../kernel/problem.js';
import type { ProjectionFault } from '../../projection/fault.js';
import type { Projection } from '../../projection/projection.js';
import { isLogUnreadable } from '../../event-log/log-health.js';
import type { ProjectionStatus } from '../../projection/projection.machine.js';
import type { StoreStatus } from '../../event-log/event-store.js';
import { readPointInTime, type PointInTime } from './time-parameter.js';
import { answerAsOf, type Representation } from './as-of.js';

/** The state asked for is not there yet. */
export class NotYet extends Problem {
  /** @param head of the log: what is asked for may lie beyond it; null where it is not known */
  constructor(detail: string, folded: Position, head: Position | null = null) {
    super('unavailable', 'not-yet', 'The state asked for is not there yet', detail, {
      retryAfter: 1,
      extensions: { position: folded, head },
    });
  }
}

/**
 * Answers with what `representation.body` makes of the state: that of a past position when the client asks for it with `?at=`, otherwise
 * that of now, once the projection has folded what the client asks for with `?after=`, for as long as it
 * prefers to wait. The entity tag of now is the position, until a rebuild has replaced the state at one.
 */
export function answerQuery<Context>(
  projection: Projection<Context>,
  request: HttpRequest,
  response: HttpResponse,
  representation: Representation<Context>,
): Promise<void> | undefined {
  const query = queryOf(request);
  refuseUnknownParameters(query, ['after', 'at']);
  const { after, point } = readPlace(query);
  if (point !== undefined) return answerAsOf(projection.past, point, request, response, representation);
  const wait = preferredWait(request.headers['prefer']);
  if (after === undefined || after <= projection.position) {
    answer(projection, request, response, representation);
    return undefined;
  }
  return reached(projection, after, wait, response).then(() => {
    answer(projection, request, response, representation, wait);
  });
}

/** `?after=` or `?at=`, if either is given. @throws InvalidParameter when both are */
export function readPlace(query: QueryString): { readonly after?: Position; readonly point?: PointInTime } {
  const after = wholeNumber(query, 'after');
  const point = readPointInTime(query, 'at');
  if (point === undefined) return after === undefined ? {} : { after: position(after) };
  if (after === undefined) return { point };
  throw new InvalidParameter(
    'at',
    'at and after do not go together; what was at a position is there already.',
  );
}

/** What is asked of a projection before it answers, whether it has one state or many. */
export interface QueriedProjection {
  readonly name: string;
  readonly status: ProjectionStatus;
  readonly position: Position;
  readonly fault: ProjectionFault | undefined;
  readonly logStatus: StoreStatus | undefined;
  /** False while it has folded less than it has answered with before. Default: it answers once it has recovered. */
  readonly isAnswering?: boolean;
  readonly log?: { head?(): Promise<Position> };
  reached(wanted: Position, signal: AbortSignal): Promise<void>;
}

/** @throws NotYet while it has not folded what is there */
export function requireRecovered({
  name,
  status,
  position: folded,
  isAnswering = true,
}: QueriedProjection): void {
  if (status !== 'recovering' && isAnswering) return;
  throw new NotYet(`${name} is recovering; it has folded up to position ${folded}.`, folded);
}

/** The position from which on its answers may be old: it has stopped there, or the log cannot be read. */
export function staleSince({ fault, position: folded, logStatus }: QueriedProjection): string | undefined {
  const stale = fault?.position ?? (isLogUnreadable(logStatus) ? folded : undefined);
  return stale === undefined ? undefined : String(stale);
}

function answer<Context>(
  projection: Projection<Context>,
  request: HttpRequest,
  response: HttpResponse,
  { type, body }: Representation<Context>,
  waited = 0,
): void {
  requireRecovered(projection);
  const entityTag = `"${projection.version}"`;
  const known = matchesEntityTag(request.headers['if-none-match'], entityTag);
  const content = known ? undefined : body(projection);
  setHeader(response, 'content-type', type);
  setHeader(response, 'etag', entityTag);
  setHeader(response, 'leftfold-position', String(projection.position));
  setHeader(response, 'cache-control', 'no-cache');
  const stale = staleSince(projection);
  if (stale !== undefined) setHeader(response, 'leftfold-stale', stale);
  if (waited > 0) setHeader(response, 'preference-applied', `wait=${waited}`);
  send(response, known ? 304 : 200, undefined, content);
}

/** Waits so many seconds for the projection to fold the position. @throws NotYet when it does not */
export async function reached(
  projection: QueriedProjection,
  wanted: Position,
  wait: number,
  response: HttpResponse,
): Promise<void> {
  const { fault } = projection;
  if (fault !== undefined) {
    throw new NotYet(
      `${projection.name} stopped ${whereOf(fault)} and will not get to ${wanted} until it is resumed.`,
      projection.position,
      await headOf(projection),
    );
  }
  const waiting = new AbortController();
  const giveUp = (): void => {
    waiting.abort();
  };
  const timer = setTimeout(giveUp, wait * 1000);
  const raw = rawResponse(response);
  raw.once('close', giveUp); // the client is gone
  try {
    // However the wait ends, what counts is how far the projection has come.
    if (wait > 0) await projection.reached(wanted, waiting.signal).catch(() => undefined);
  } finally {
    clearTimeout(timer);
    raw.removeListener('close', giveUp);
  }
  if (projection.position >= wanted) return;
  const head = await headOf(projection);
  throw new NotYet(
    `${projection.name} has folded up to position ${projection.position}, not yet up to ${wanted}; ` +
      'ask again, or let the request wait with the header Prefer: wait=5.',
    projection.position,
    head,
  );
}

/** How long an answer waits for the head of a log that may be away. */
const HEAD_TIMEOUT_MS = 1000;

async function headOf({ log }: QueriedProjection): Promise<Position | null> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, HEAD_TIMEOUT_MS, null);
  });
  // What keeps the head from being read does not change the answer.
  const head = Promise.resolve(log?.head?.() ?? null).catch(() => null);
  return Promise.race([head, timeout]).finally(() => {
    clearTimeout(timer);
  });
}

function whereOf({ position: at, event }: ProjectionFault): string {
  return event === undefined
    ? `before position ${at}, as it cannot read the log,`
    : `at position ${at}, which it cannot fold,`;
}
