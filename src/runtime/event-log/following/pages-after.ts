/** Following is pulling: there is one path for what is old and what is new, and so no hand-over between the two to get wrong. */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailable } from '../errors.js';
import type { Position, Query, Range, RecordedEvent } from '../event.js';
import type { EventStore } from '../event-store.js';
import { PAGE_SIZE, type Page } from '../page.js';
import { matches, matchesEverything } from '../query.js';
import type { RecentEvents } from './recent-events.js';

/** How often a follower tries again while the store cannot be reached, in milliseconds. */
const RETRY_INTERVAL_MS = 250;

/** What following needs of a log. */
export interface FollowedLog {
  readonly store: Pick<EventStore, 'head' | 'advanced'>;
  /** The events in their current revision. */
  readonly read: (query: Query, range: Range) => AsyncIterable<Page>;
  /** The newest of them, in memory, for those who have not been given them yet. */
  readonly tail: RecentEvents;
}

/**
 * Reads to the head, waits for it to advance, reads again.
 *
 * @param stopped a signal of this follower alone
 * @throws the signal's reason once it is aborted while there is nothing to read
 */
export async function* pagesAfter(
  from: Position,
  query: Query,
  { store, read, tail }: FollowedLog,
  stopped: AbortSignal,
): AsyncIterable<Page> {
  const isMeant = matchesEverything(query) ? undefined : (event: RecordedEvent) => matches(query, event);
  const place = tail.enter(from);
  // Each wait listens, and a signal that loses its last listener makes a new table of them: see `WaitablePosition`.
  stopped.addEventListener('abort', doNothing);
  try {
    while (!stopped.aborted) {
      const recent = tail.since(place.at, PAGE_SIZE);
      if (recent !== undefined) {
        tail.move(place, recent.through);
        yield isMeant === undefined ? recent : { ...recent, events: recent.events.filter(isMeant) };
        if (recent.events.length === PAGE_SIZE) await nextTurn(); // there may be much more
        continue;
      }
      try {
        const head = await store.head();
        if (place.at < head) {
          for await (const page of read(query, { after: place.at, through: head })) {
            stopped.throwIfAborted();
            tail.move(place, page.through);
            yield page;
          }
          tail.move(place, head);
          yield { events: [], through: head };
        }
        await store.advanced(place.at, stopped);
        // Who recorded it here puts it in the tail in this turn: it need not be read from the store.
        await nextTurn();
      } catch (error) {
        // A server that is away comes back; who follows goes on from where it stands.
        if (!(error instanceof StoreUnavailable)) throw error;
        await pause(RETRY_INTERVAL_MS, undefined, { signal: stopped });
      }
    }
  } finally {
    stopped.removeEventListener('abort', doNothing);
    tail.leave(place);
  }
}

const doNothing = (): void => undefined;
