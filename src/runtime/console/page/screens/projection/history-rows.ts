/** The numbers of a projection's past, in as many rows as a plot can show. */
import { numbersOf } from '../../numbers.js';
import { ask } from '../../server.js';
import type { View } from './moment.js';

export interface HistoryRow {
  readonly position: number;
  readonly numbers: ReadonlyMap<string, number>;
}

interface HistoryPage {
  readonly points: readonly (View & { readonly position: number })[];
  readonly next?: string;
}

/** Every request of a long past is bounded by the server, in points and in time. */
export async function readHistory(link: string, signal: AbortSignal): Promise<readonly HistoryRow[]> {
  const rows: HistoryRow[] = [];
  let next: string | undefined = `${link}/history`;
  while (next !== undefined) {
    const page: HistoryPage = await ask<HistoryPage>(next, { signal, isLink: true });
    rows.push(...page.points.map(rowOf));
    ({ next } = page);
  }
  return rows;
}

/** With the state that is live now, where it is newer: the end of the line goes on, up to what was read. */
export function withPoint(
  rows: readonly HistoryRow[],
  live: (View & { readonly position: number }) | undefined,
): readonly HistoryRow[] {
  const last = rows.at(-1);
  if (live === undefined || (last !== undefined && live.position <= last.position)) return rows;
  return [...rows, rowOf(live)];
}

function rowOf({ position, ...view }: View & { readonly position: number }): HistoryRow {
  return { position, numbers: numbersOf(view) };
}
