/** Asks the server for pages of the log. */
import type { Client } from '../../../../client/index.js';
import type { EventAnswer } from './event-row.js';
import { bodyOf, type LogFilter } from './log-filter.js';

export interface EventPage {
  readonly events: readonly EventAnswer[];
  /** Where to go on: as `before` of who reads backwards, otherwise as `after`. Absent at the end. */
  readonly next?: number;
  /** How many events were looked at, where each must be. */
  readonly searched?: { readonly events: number };
}

export interface PageRange {
  readonly after?: number | undefined;
  readonly before?: number | undefined;
  readonly backwards?: boolean;
  readonly limit?: number;
}

export interface AnsweredPage extends EventPage {
  /** The position of the last event of the log when it was read. */
  readonly head: number;
}

export type FetchPage = (filter: LogFilter, range: PageRange, signal: AbortSignal) => Promise<AnsweredPage>;

export function fetchPages(client: Client): FetchPage {
  return async (filter, { after, before, backwards, limit }, signal) => {
    const body = {
      ...bodyOf(filter),
      ...(after !== undefined && { after }),
      ...(before !== undefined && { before }),
      ...(backwards !== undefined && { backwards }),
      ...(limit !== undefined && { limit }),
    };
    const answer = await client.request('/events/query', { method: 'POST', body, signal });
    return { ...(answer.body as EventPage), head: headOf(answer.headers) };
  };
}

export function headOf(headers: Headers): number {
  return Number(headers.get('leftfold-position') ?? 0);
}
