/** The points of one entity's history, a page of them. */
import type { Position } from '../../event-log/event.js';
import type { EntityPoint } from '../../projection/entities/entity-past.js';
import type { EntityProjection } from '../../projection/entities/entity-projection.js';

/** The most points of one answer. */
export const MAX_POINTS = 1000;

export async function pointsOf(
  { past, log }: EntityProjection,
  key: string,
  {
    after,
    limit,
    signal,
  }: { readonly after: Position; readonly limit: number; readonly signal: AbortSignal },
): Promise<{ readonly points: readonly EntityPoint[]; readonly isMore: boolean; readonly head: Position }> {
  const head = await log.head();
  const points: EntityPoint[] = [];
  for await (const point of past.points(key, { through: head, signal })) {
    if (point.position <= after) continue;
    if (points.length === limit) return { points, isMore: true, head };
    points.push(point);
  }
  return { points, isMore: false, head };
}

/** What ended the entity has no view. */
export function written({ position: at, time, type, view }: EntityPoint): object {
  return { position: at, time, type, ...(view === undefined ? { forgotten: true } : { view }) };
}
