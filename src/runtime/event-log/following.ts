/** Following is pulling: there is one path for what is old and what is new, and so no hand-over between the two to get wrong. */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailable } from './errors.js';
import type { Position, Query, Range, RecordedEvent } from './event.js';
import type { EventStore } from './event-store.js';
import { PAGE_SIZE, type Page } from './page.js';
import { matches, meansEverything } from './query.js';
import type { Tail } from './tail.js';

/** How often a follower tries again while the store cannot be reached, in milliseconds. */
const RETRY_INTERVAL = 250;

/** What following needs of a log. */
export interface FollowedLog {
  readonly store: Pick<EventStore, 'head' | 'advanced'>;
  /** The events in their current revision. */
  readonly read: (query: Query, range: Range) => AsyncIterable<Page>;
  /** The newest of them, in memory. */
  readonly tail: Tail;
}

/**
 * Reads to the head, waits for it to advance, reads again.
 *
 * @throws the signal's reason once it is aborted while there is nothing to read
 */
export async function* pagesAfter(
  from: Position,
  query: Query,
  { store, read, tail }: FollowedLog,
  stopped: AbortSignal,
): AsyncIterable<Page> {
  const isMeant = meansEverything(query) ? undefined : (event: RecordedEvent) => matches(query, event);
  let after = from;
  while (!stopped.aborted) {
    const recent = tail.since(after, PAGE_SIZE);
    if (recent !== undefined) {
      yield isMeant === undefined ? recent : { ...recent, events: recent.events.filter(isMeant) };
      after = recent.through;
      if (recent.events.length === PAGE_SIZE) await nextTurn(); // there may be much more
      continue;
    }
    try {
      const head = await store.head();
      if (after < head) {
        for await (const page of read(query, { after, through: head })) {
          stopped.throwIfAborted();
          yield page;
          after = page.through;
        }
        after = head;
        yield { events: [], through: head };
      }
      await store.advanced(after, stopped);
    } catch (error) {
      // A server that is away comes back; who follows goes on from where it stands.
      if (!(error instanceof StoreUnavailable)) throw error;
      await pause(RETRY_INTERVAL, undefined, { signal: stopped });
    }
  }
}
