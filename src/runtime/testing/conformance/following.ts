/** Follows a log as documented: read to the head, wait for it to advance, read again. */
import type { EventStore } from '../../event-log/event-store.js';
import { EVERYTHING, START, type Position, type Query, type StoredEvent } from '../../event-log/event.js';
import { never } from './reading.js';

export interface Following {
  readonly query?: Query;
  /** Default: the start. */
  readonly after?: Position;
  /** Resolves with the position to stop at, once it is known. */
  readonly until: Promise<Position>;
}

/** The events that a follower sees, in that order. */
export async function follow(
  store: EventStore,
  { query = EVERYTHING, after = START, until }: Following,
): Promise<readonly StoredEvent[]> {
  const known = new AbortController();
  void until
    .catch(() => undefined)
    .finally(() => {
      known.abort();
    });
  const seen: StoredEvent[] = [];
  for (let position = after; ;) {
    const head = await store.head();
    for await (const page of store.read(query, { after: position, through: head })) seen.push(...page);
    position = head;
    if (known.signal.aborted && position >= (await until)) return seen;
    await advancedUnless(known.signal, store, position);
  }
}

/** Waits for the head to advance, or for the signal. */
async function advancedUnless(known: AbortSignal, store: EventStore, position: Position): Promise<void> {
  if (known.aborted) return store.advanced(position, never);
  await store.advanced(position, known).catch((error: unknown) => {
    if (!known.aborted) throw error;
  });
}
