/** A store as today's contracts see it: it is asked in their terms, and answers with events of their revisions. */
import type { ContractRegistry } from './contract-registry.js';
import { AppendConditionFailed, EventUnreadable } from '../errors.js';
import {
  START,
  position,
  type Commit,
  type NewCommit,
  type Position,
  type Query,
  type Range,
  type RecordedEvent,
  type StoredEvent,
} from '../event.js';
import type { EventStore } from '../event-store.js';
import type { Page } from '../page.js';
import { matches, matchesEverything } from '../query.js';
import { areCurrent, isKnown, upcasted } from './upcasting.js';

/** More commits in a row than this do not come between looking at the log and appending to it. */
const MAX_ATTEMPTS = 10;

export class UpcastingStore {
  constructor(
    private readonly store: EventStore,
    private readonly contracts: ContractRegistry,
  ) {}

  /**
   * Appends under a condition on events as they are seen today. The store, which knows only what was recorded, is
   * given a stricter one; where that fails, the log is looked at as it is seen, and if nothing there breaks the
   * condition, the append is tried again from there on. A condition that means everything is broken by whatever was
   * recorded, also by what has become nothing since.
   */
  async append(commit: NewCommit): Promise<Commit> {
    const { condition } = commit;
    if (condition === undefined || !this.contracts.hasPast || matchesEverything(condition.query)) {
      return this.store.append(commit);
    }
    const query = this.contracts.asStored(condition.query);
    let { after } = condition;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.store.append({ ...commit, condition: { query, after } });
      } catch (error) {
        if (!(error instanceof AppendConditionFailed) || attempt === MAX_ATTEMPTS) throw error;
        const head = await this.store.head();
        const breaking = await this.#firstMeant(condition.query, after, head);
        if (breaking !== undefined) throw new AppendConditionFailed(breaking);
        after = head;
      }
    }
  }

  /**
   * What the query means, in the range, a page at a time. All that upcasters made of one recorded event stands in
   * one page.
   *
   * @throws EventUnreadable after everything before the event that cannot be read
   */
  async *read(query: Query, range: Range): AsyncIterable<Page> {
    const stored = this.contracts.asStored(query);
    const { limit = Infinity, ...unlimited } = range;
    let wanted = limit;
    // What a store would count is not what is meant, once it is upcasted.
    for await (const page of this.store.read(stored, this.contracts.hasPast ? unlimited : range)) {
      const { events, through, error } = this.#seen(page, query, stored, range.backwards === true);
      const { first, left } = atMost(wanted, events);
      yield { events: first, through: left === 0 ? (first.at(-1)?.position ?? through) : through };
      if (left === 0) return;
      if (error !== undefined) throw error;
      wanted = left;
    }
  }

  /** What is meant of a page, as it is seen today, up to the first event that cannot be read. */
  #seen(
    page: readonly StoredEvent[],
    query: Query,
    stored: Query,
    backwards: boolean,
  ): Page & { readonly error?: EventUnreadable } {
    const { contractOf } = this.contracts;
    const through = page.at(-1)?.position ?? START;
    if (stored === query && areCurrent(page, contractOf)) {
      return { events: page, through };
    }
    const events: RecordedEvent[] = [];
    for (const event of page) {
      // Of a revision that nobody here knows, and not what is asked for: no trouble of who asks.
      if (!isKnown(event, contractOf) && !matches(query, event)) continue;
      try {
        const meant = upcasted(event, contractOf).filter((each) => matches(query, each));
        events.push(...(backwards ? meant.reverse() : meant));
      } catch (error) {
        if (!(error instanceof EventUnreadable)) throw error;
        return { events, through: position(event.position - 1), error };
      }
    }
    return { events, through };
  }

  /** Where the first event stands that the query means; one that cannot be read may be it. */
  async #firstMeant(query: Query, after: Position, through: Position): Promise<Position | undefined> {
    try {
      for await (const { events } of this.read(query, { after, through, limit: 1 })) {
        if (events[0] !== undefined) return events[0].position;
      }
      return undefined;
    } catch (error) {
      if (error instanceof EventUnreadable) return position(error.position);
      throw error;
    }
  }
}

/** The events at the first so many positions, and how many positions that leaves to be filled. */
function atMost(
  wanted: number,
  events: readonly RecordedEvent[],
): { readonly first: readonly RecordedEvent[]; readonly left: number } {
  let left = wanted;
  let last: Position | undefined;
  for (const [index, event] of events.entries()) {
    if (event.position === last) continue;
    if (left === 0) return { first: events.slice(0, index), left };
    left -= 1;
    last = event.position;
  }
  return { first: events, left };
}
