/** Reads events in the current revisions of their contracts, whatever revisions they were recorded in. */
import { EventUnreadable } from '../errors.js';
import {
  START,
  position,
  type Page,
  type Position,
  type Query,
  type Range,
  type RecordedEvent,
  type StoredEvent,
} from '../event.js';
import type { EventStore } from '../event-store.js';
import { matches } from '../query.js';
import type { ContractRegistry } from './contract-registry.js';
import { areCurrent, isKnown, upcasted } from './upcasting.js';

/** A page of a store, in current revisions. */
export interface UpcastedPage extends Page {
  /** The event after `through` cannot be read; the page holds what comes before it. */
  readonly error?: EventUnreadable;
}

/** A query on events in their current revisions, and the one that finds all of them in a store. */
export class UpcastedQuery {
  readonly stored: Query;

  constructor(
    private readonly query: Query,
    private readonly contracts: ContractRegistry,
  ) {
    this.stored = contracts.asStored(query);
  }

  /** The events that match, of a page that a store gave for `stored`, up to the first that cannot be read. */
  upcast(page: readonly StoredEvent[], backwards = false): UpcastedPage {
    const { contractOf } = this.contracts;
    const through = page.at(-1)?.position ?? START;
    if (this.stored === this.query && areCurrent(page, contractOf)) return { events: page, through };
    const events: RecordedEvent[] = [];
    for (const event of page) {
      // An event of an unknown revision is an error only for a reader that asked for it.
      if (!isKnown(event, contractOf) && !matches(this.query, event)) continue;
      try {
        const matching = upcasted(event, contractOf).filter((each) => matches(this.query, each));
        events.push(...(backwards ? matching.reverse() : matching));
      } catch (error) {
        if (!(error instanceof EventUnreadable)) throw error;
        return { events, through: position(event.position - 1), error };
      }
    }
    return { events, through };
  }
}

/**
 * The events in the range that match the query, a page at a time. All that upcasters made of one recorded event is in
 * one page. No page is empty.
 *
 * @throws EventUnreadable after everything before the event that cannot be read
 */
export async function* readUpcasted(
  store: Pick<EventStore, 'read'>,
  contracts: ContractRegistry,
  query: Query,
  range: Range,
): AsyncIterable<readonly RecordedEvent[]> {
  const upcastedQuery = new UpcastedQuery(query, contracts);
  const { limit = Infinity, ...unlimited } = range;
  let left = limit;
  // A store counts what was recorded, which with upcasters is not what they make of it.
  const storedRange = contracts.hasUpcasters ? unlimited : range;
  for await (const page of store.read(upcastedQuery.stored, storedRange)) {
    const { events, error } = upcastedQuery.upcast(page, range.backwards);
    const taken = takePositions(events, left);
    if (taken.events.length > 0) yield taken.events;
    left -= taken.count;
    if (left === 0) return;
    if (error !== undefined) throw error;
  }
}

/** The events at the first positions, at most so many of these, and how many they are. */
function takePositions(
  events: readonly RecordedEvent[],
  limit: number,
): { readonly events: readonly RecordedEvent[]; readonly count: number } {
  if (limit === Infinity) return { events, count: 0 };
  let count = 0;
  let last: Position | undefined;
  for (const [index, { position: at }] of events.entries()) {
    if (at === last) continue;
    if (count === limit) return { events: events.slice(0, index), count };
    count += 1;
    last = at;
  }
  return { events, count };
}
