/** A server of tests: events in an array, and every request that was made. */
import type { AnsweredPage, FetchPage, PageRange } from './event-pages.js';
import type { EventAnswer } from './event-row.js';

export function madeUpEvent(position: number, more: Partial<EventAnswer> = {}): EventAnswer {
  return {
    position,
    type: 'a.b',
    revision: 1,
    tags: [],
    data: position,
    metadata: {},
    time: '2026-01-31T12:00:00.000Z',
    commit: `c-${position}`,
    ...more,
  };
}

export class MadeUpPages {
  readonly asked: PageRange[] = [];
  /** Thrown once instead of the next answer. */
  failure: unknown;
  head = 0;
  /** So many positions are looked at for one answer. */
  reach = Infinity;

  /** @param eventAt undefined where none fits */
  constructor(private readonly eventAt: (position: number) => EventAnswer | undefined) {}

  readonly fetch: FetchPage = async (_filter, range, signal) => {
    this.asked.push(range);
    await Promise.resolve();
    signal.throwIfAborted();
    const { failure } = this;
    this.failure = undefined;
    if (failure instanceof Error) throw failure;
    return this.#page(range);
  };

  #page({ after = 0, before = this.head + 1, backwards = false, limit = 100 }: PageRange): AnsweredPage {
    const last = Math.min(before - 1, this.head);
    const events: EventAnswer[] = [];
    for (let nth = 0; nth < last - after; nth += 1) {
      const where = backwards ? last - nth : after + 1 + nth;
      const event = this.eventAt(where);
      if (event !== undefined) events.push(event);
      const isLast = nth + 1 === last - after;
      if (!isLast && (events.length === limit || nth + 1 === this.reach))
        return { events, next: where, head: this.head };
    }
    return { events, head: this.head };
  }
}

/** After everything that waits for nothing but promises. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
