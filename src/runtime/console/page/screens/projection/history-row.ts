/** A moment of a plot: the numbers of the view at a position. */
import { numbersOf } from '../../numbers.js';

export interface HistoryRow {
  readonly position: number;
  readonly numbers: ReadonlyMap<string, number>;
}

type ViewAt = Readonly<Record<string, unknown>> & { readonly position: number };

/** More than these are thinned out: a plot shows no more. */
export const MAX_ROWS = 2000;

/** With the state that is live now, where it is newer than what is there. */
export function withLive(rows: readonly HistoryRow[], live: ViewAt): readonly HistoryRow[] {
  const last = rows.at(-1);
  if (last !== undefined && live.position <= last.position) return rows;
  const kept = rows.length < MAX_ROWS ? rows : rows.filter((_, index) => index % 2 === 0);
  return [...kept, rowOf(live)];
}

export function rowOf({ position, ...view }: ViewAt): HistoryRow {
  return { position, numbers: numbersOf(view) };
}
