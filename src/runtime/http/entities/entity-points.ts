/** The points of one entity's history, a page of them. */
import type { Position } from '../../event-log/event.js';
import type { EntityPoint } from '../../projection/entities/entity-past-fold.js';
import type { EntityProjection } from '../../projection/entities/entity-projection.js';
import { MAX_PAGE_LENGTH } from '../../projection/entities/entity-query.js';

/** The most points of one answer. */
export const MAX_POINTS = 1000;

interface PageOfPoints {
  /** Each as JSON. */
  readonly points: readonly string[];
  /** Of the last one; undefined when there is none. */
  readonly last: Position | undefined;
  readonly isMore: boolean;
  readonly head: Position;
  /** Where the entity has stopped: there are no points from there on. */
  readonly faultAt?: Position;
}

export async function pointsOf(
  { past, log }: EntityProjection,
  key: string,
  {
    after,
    limit,
    signal,
  }: { readonly after: Position; readonly limit: number; readonly signal: AbortSignal },
): Promise<PageOfPoints> {
  const head = await log.head();
  const faultAt = await past.faultAt(key, head);
  const stopped = faultAt === undefined ? {} : { faultAt };
  const points: string[] = [];
  let length = 0;
  let last: Position | undefined;
  for await (const point of past.points(key, { after, through: head, signal })) {
    if (points.length === limit || length > MAX_PAGE_LENGTH)
      return { points, last, isMore: true, head, ...stopped };
    const text = written(point);
    points.push(text);
    length += text.length;
    last = point.position;
  }
  return { points, last, isMore: false, head, ...stopped };
}

/** What ended the entity has no view. */
function written({ position: at, time, type, view }: EntityPoint): string {
  return JSON.stringify({
    position: at,
    time,
    type,
    ...(view === undefined ? { forgotten: true } : { view }),
  });
}
