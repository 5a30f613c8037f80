/** The numbers of a projection's past, in as many rows as a plot can show. */
import { ask } from '../../server.js';
import { rowOf, type HistoryRow } from './history-row.js';
import type { View } from './moment.js';

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
