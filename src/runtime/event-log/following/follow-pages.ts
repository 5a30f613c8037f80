/** Following is pulling: there is one path for old and new events, and so no hand-over between the two to get wrong. */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { ContractRegistry } from '../contracts/contract-registry.js';
import { UpcastedQuery } from '../contracts/upcasted-read.js';
import { LogWentBack, StoreUnavailable } from '../errors.js';
import { PAGE_SIZE, type Page, type Position, type Query } from '../event.js';
import type { EventStore } from '../event-store.js';
import { matches, matchesEverything } from '../query.js';
import type { RecentEvents } from './recent-events.js';

/** How often a follower tries again while the store cannot be reached. */
const RETRY_INTERVAL_MS = 250;

/** What following needs of a log. */
export interface FollowedLog {
  readonly store: Pick<EventStore, 'read' | 'advanced'>;
  /** Where the log ends. */
  readonly head: () => Promise<Position>;
  readonly contracts: ContractRegistry;
  readonly recent: RecentEvents;
  /** Aborted when the log closes: ends all following. */
  readonly closing: AbortSignal;
  /** Aborted with a `LogWentBack` when the log is found to have another past. */
  readonly past: AbortSignal;
  /** Told when this follower finds it. */
  readonly wentBack: (error: LogWentBack) => void;
}

/**
 * Reads to the head, waits for it to advance, reads again. Recent events come from memory, all others from the store.
 * Ends when the log closes.
 *
 * @throws the signal's reason once it is aborted
 * @throws LogWentBack when the log no longer continues what was read
 */
export async function* pagesAfter(
  after: Position,
  query: Query,
  { store, head: readHead, contracts, recent, closing, past, wentBack }: FollowedLog,
  signal?: AbortSignal,
): AsyncGenerator<Page, void, undefined> {
  // A signal of this follower alone: waits add and remove listeners, which on a shared one costs every follower.
  const stopped = AbortSignal.any(signal === undefined ? [closing, past] : [signal, closing, past]);
  // Without this listener, each wait would add the first and remove the last one: see `WaitablePosition`.
  stopped.addEventListener('abort', doNothing);
  const isAll = matchesEverything(query);
  const reader = recent.addReader(after);
  try {
    while (!stopped.aborted) {
      const page = recent.pageAfter(reader.position, PAGE_SIZE);
      if (page !== undefined) {
        recent.advance(reader, page.through);
        yield isAll ? page : { ...page, events: page.events.filter((event) => matches(query, event)) };
        if (page.events.length === PAGE_SIZE) await nextTurn(); // there may be many more
        continue;
      }
      try {
        const head = await readHead();
        // Where it was told to begin need not be in the log yet; what it has read was there.
        if (head < reader.position && reader.position > after) {
          wentBack(new LogWentBack(reader.position, head));
        }
        stopped.throwIfAborted();
        if (reader.position < head) {
          const upcasted = new UpcastedQuery(query, contracts);
          for await (const stored of store.read(upcasted.stored, { after: reader.position, through: head })) {
            stopped.throwIfAborted();
            const { error, ...known } = upcasted.upcast(stored);
            recent.advance(reader, known.through);
            yield known;
            if (error !== undefined) throw error;
          }
          stopped.throwIfAborted();
          if (reader.position < head) {
            recent.advance(reader, head);
            yield { events: [], through: head };
          }
        }
        await store.advanced(reader.position, stopped);
        // An append of this process adds its events to the recent ones in this turn; then the store need not be read.
        await nextTurn();
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        await pause(RETRY_INTERVAL_MS, undefined, { signal: stopped });
      }
    }
  } catch (error) {
    if (!stopped.aborted) throw error;
  } finally {
    stopped.removeEventListener('abort', doNothing);
    recent.removeReader(reader);
  }
  signal?.throwIfAborted();
  if (!closing.aborted) past.throwIfAborted();
}

const doNothing = (): void => undefined;
