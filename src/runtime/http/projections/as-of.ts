/** Answers with a state of the past. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Position } from '../../event-log/event.js';
import { matchesEntityTag } from '../kernel/headers.js';
import type { Folded } from '../../projection/folding.js';
import type { Past } from '../../projection/past/past.js';
import { AfterHead } from '../../projection/past/past-problems.js';
import type { PointInTime } from './time-parameter.js';

/**
 * The entity tag tells the position and what folds up to it, so that whoever has the answer already is told so without a fold;
 * it is the same until another machine, or another set of events that are passed over, makes another state of the same past.
 *
 * @throws AfterHead and what `Past.at` throws
 */
export async function answeredAsOf<Context>(
  past: Past<Context>,
  moment: PointInTime,
  request: FastifyRequest,
  reply: FastifyReply,
  body: (folded: Folded<Context>) => string,
): Promise<void> {
  const at = await positionOf(past, moment);
  const entityTag = `"${past.entityTagAt(at)}"`;
  const head = await past.head();
  if (at > head) throw new AfterHead(at, head);
  void reply
    .header('etag', entityTag)
    .header('leftfold-position', String(at))
    .header('cache-control', 'no-cache');
  if (matchesEntityTag(request.headers['if-none-match'], entityTag)) {
    void reply.status(304).send();
    return;
  }
  const folded = await untilGone(reply, (signal) => past.at(at, { signal }));
  if (folded !== undefined) void reply.status(200).send(body(folded));
}

export function positionOf(
  past: Pick<Past, 'positionAt'>,
  moment: PointInTime,
): Position | Promise<Position> {
  return 'position' in moment ? moment.position : past.positionAt(moment.time);
}

/** Does the work for as long as the client is there. Resolves to nothing once it is gone: nobody is there to be answered. */
export async function untilGone<Result>(
  reply: FastifyReply,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result | undefined> {
  const gone = new AbortController();
  const abort = (): void => {
    gone.abort();
  };
  reply.raw.once('close', abort);
  try {
    return await work(gone.signal);
  } catch (error) {
    if (gone.signal.aborted) return undefined;
    throw error;
  } finally {
    reply.raw.removeListener('close', abort);
  }
}
