/** The past of one subject or entity: its events, and what it was after each. */
import type { ClientEvent, HistoryPoint } from '../../../../client/index.js';
import { changesBetween, type Change } from '../../difference.js';

export interface Step {
  readonly position: number;
  readonly type: string;
  readonly time: string;
  /** Absent where the event cannot be read. */
  readonly event?: ClientEvent;
  /** What it was then; absent where no list keeps that. */
  readonly view?: unknown;
  /** What the event has changed; absent where it is not known what was before. */
  readonly changes?: readonly Change[];
  /** Whether the event ended it. */
  readonly isForgotten: boolean;
}

/**
 * @param events in any order @param points oldest first
 * @param isFromStart whether there was nothing before the first point
 * @returns newest first
 */
export function stepsOf(
  events: readonly ClientEvent[],
  points: readonly HistoryPoint[],
  isFromStart: boolean,
): readonly Step[] {
  const byPosition = new Map<number, Step>();
  for (const event of events) {
    const { position, type, time } = event;
    byPosition.set(position, { position, type, time, event, isForgotten: false });
  }
  let before: unknown = isFromStart ? {} : undefined;
  for (const { position, time, type, view, forgotten } of points) {
    const known = byPosition.get(position);
    byPosition.set(position, {
      ...known,
      position,
      time,
      type: known?.type ?? String(type),
      isForgotten: forgotten === true,
      ...(view !== undefined && { view }),
      ...(view !== undefined && before !== undefined && { changes: changesBetween(before, view) }),
    });
    before = forgotten === true ? {} : view;
  }
  return [...byPosition.values()].sort((one, other) => other.position - one.position);
}
