/** Answers with a state of the past. */
import type { Position } from '../../event-log/event.js';
import type { FoldState } from '../../fold/fold-state.js';
import { send, whileConnected, type HttpRequest, type HttpResponse } from '../kernel/exchange.js';
import { matchesEntityTag } from '../kernel/headers.js';
import type { Past } from '../../projection/past/past.js';
import { AfterHead } from '../../projection/past/past-problems.js';
import type { PointInTime } from './time-parameter.js';

/** A state, and the position that it is the state at. */
export interface ProjectedState<Context> {
  readonly position: Position;
  readonly state: FoldState<Context>;
}

/** What a query is answered with. */
export interface Representation<Context> {
  /** As `text/plain; charset=utf-8`. */
  readonly type: string;
  readonly body: (projected: ProjectedState<Context>) => string;
}

/**
 * The entity tag tells the position and what folds up to it, so that whoever has the answer already is told so without a fold;
 * it is the same until another machine, or another set of events that are passed over, makes another state of the same past.
 *
 * @throws AfterHead and what `Past.at` throws
 */
export async function answerAsOf<Context>(
  past: Past<Context>,
  point: PointInTime,
  request: HttpRequest,
  response: HttpResponse,
  { type, body }: Representation<Context>,
): Promise<void> {
  const at = await positionOf(past, point);
  const head = await past.head();
  if (at > head) throw new AfterHead(at, head);
  const entityTag = `"${await past.entityTagAt(at)}"`;
  const headers = {
    'content-type': type,
    etag: entityTag,
    'leftfold-position': String(at),
    'cache-control': 'no-cache',
  };
  if (matchesEntityTag(request.headers['if-none-match'], entityTag)) {
    send(response, 304, headers);
    return;
  }
  const folded = await whileConnected(response, (signal) => past.at(at, { signal }));
  if (folded !== undefined) send(response, 200, headers, body(folded));
}

export function positionOf(past: Pick<Past, 'positionAt'>, point: PointInTime): Position | Promise<Position> {
  return 'position' in point ? point.position : past.positionAt(point.time);
}
