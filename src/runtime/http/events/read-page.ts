/** One page of events: those at as many positions as are asked for, or as are found among those that may be looked at. */
import { EventUnreadable } from '../../event-log/errors.js';
import type { Position, Query, Range, RecordedEvent } from '../../event-log/event.js';
import type { EventLog } from '../../event-log/event-log.js';
import { inTurns } from '../kernel/thread-turns.js';
import type { IsSought } from './event-filter.js';

/**
 * A page ends early after so much data, in characters of JSON: a thousand events may have up to a megabyte each, and the whole
 * answer is held in memory.
 */
export const MAX_PAGE_BYTES = 4 * 1024 * 1024;

/** What no index knows of is looked for in so many events for one page, and in so much data. */
export const MAX_SEARCHED = 10_000;
const MAX_SEARCHED_BYTES = 64 * 1024 * 1024;

export interface EventsPage {
  readonly events: readonly RecordedEvent[];
  /** Where to go on; undefined at the end of the range. */
  readonly last?: Position;
  /** How many events were looked at, if each had to be. */
  readonly searched?: number;
}

export interface PageOptions {
  readonly limit: number;
  /** Only these. */
  readonly isSought?: IsSought | undefined;
  readonly signal: AbortSignal;
}

/** @throws EventUnreadable when it is the first event of the range; the signal's reason */
export async function readPage(
  log: Pick<EventLog, 'read'>,
  query: Query,
  range: Omit<Range, 'limit'>,
  { limit, isSought, signal }: PageOptions,
): Promise<EventsPage> {
  const events: RecordedEvent[] = [];
  let [bytes, searchedBytes, seen, found] = [0, 0, 0, 0];
  let last: Position | undefined;
  const page = (hasMore: boolean): EventsPage => ({
    events,
    ...(hasMore && last !== undefined && { last }),
    ...(isSought !== undefined && { searched: seen }),
  });
  const most = isSought === undefined ? limit : MAX_SEARCHED;
  const isFull = (): boolean =>
    seen === most || found === limit || bytes >= MAX_PAGE_BYTES || searchedBytes >= MAX_SEARCHED_BYTES;
  try {
    // One more than may be looked at tells whether there is a next page.
    for await (const read of inTurns(log.read(query, { ...range, limit: most + 1 }))) {
      signal.throwIfAborted();
      for (const event of read) {
        // The parts of one event are never parted.
        if (event.position !== last) {
          if (isFull()) return page(true);
          last = event.position;
          seen += 1;
        }
        const json = JSON.stringify(event.data);
        searchedBytes += json.length;
        if (isSought?.(event, json) === false) continue;
        if (events.at(-1)?.position !== event.position) found += 1;
        events.push(event);
        bytes += json.length;
      }
    }
  } catch (error) {
    // What comes before an event that cannot be read is still a page; the next one is refused.
    if (!(error instanceof EventUnreadable) || last === undefined) throw error;
    return page(true);
  }
  return page(false);
}
