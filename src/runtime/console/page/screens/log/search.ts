/**
 * Events that fit a filter, newest first: looked for backwards from the head, page after page, for as long as more rows are wanted;
 * and forwards, for what is recorded while one looks.
 *
 *     searching ─▶ enough ⇄ searching ─▶ ended
 *         └─▶ stopped, failed, full ─▶ searching (goOn)
 */
import { eventRows, type EventRow } from './event-row.js';
import type { AnsweredPage, FetchPage, PageRange } from './event-pages.js';
import type { LogFilter } from './log-filter.js';

/** Some 10 MB. */
export const MAX_ROWS = 20_000;
export const PAGE_SIZE = 100;
/** After so many pages in a row without an event it stops, and goes on when somebody says so. The server looks at up to 10,000 events for each. */
export const MAX_EMPTY_PAGES = 100;

/** `enough`: as many as are wanted; `full`: as many as are kept; `ended`: up to where the log begins. */
export type SearchStatus = 'searching' | 'enough' | 'stopped' | 'failed' | 'full' | 'ended';

export interface SearchState {
  readonly rows: readonly EventRow[];
  readonly status: SearchStatus;
  /** Everything from this position on has been looked through. */
  readonly downTo: number;
  /** Everything up to this one has. */
  readonly upTo: number;
  /** How many rows have come before the first since it began. */
  readonly added: number;
  readonly error?: unknown;
}

export class Search {
  #state: SearchState;
  #wanted = PAGE_SIZE;
  #run: AbortController | undefined;
  #isCatchingUp = false;
  readonly #closed = new AbortController();

  /** @param from the newest position that is looked at */
  constructor(
    private readonly filter: LogFilter,
    from: number,
    private readonly fetchPage: FetchPage,
    private readonly changed: () => void,
  ) {
    this.#state = { rows: [], status: 'enough', downTo: from + 1, upTo: from, added: 0 };
  }

  get state(): SearchState {
    return this.#state;
  }

  /** Looks for more while there are fewer rows than that, unless somebody has stopped it. */
  want(rows: number): void {
    this.#wanted = rows;
    if (this.#state.status === 'enough' && rows > this.#state.rows.length) void this.#searchDown();
  }

  stop(): void {
    if (this.#state.status !== 'searching') return;
    this.#run?.abort();
    this.#set({ status: 'stopped' });
  }

  goOn(): void {
    const { status } = this.#state;
    if (status !== 'stopped' && status !== 'failed') return;
    this.#wanted = Math.max(this.#wanted, this.#state.rows.length + 1);
    void this.#searchDown();
  }

  /** Looks through what has been recorded since. @throws what the request throws */
  async catchUp(head: number): Promise<void> {
    if (this.#isCatchingUp || head <= this.#state.upTo) return;
    this.#isCatchingUp = true;
    try {
      while (this.#state.upTo < head) {
        const { upTo } = this.#state;
        const page = await this.#page({ after: upTo, before: head + 1 }, this.#closed.signal);
        this.#put(eventRows(page.events), page.next ?? head);
      }
    } finally {
      this.#isCatchingUp = false;
    }
  }

  close(): void {
    this.#closed.abort(new DOMException('nobody looks any more', 'AbortError'));
    this.#run?.abort();
  }

  async #searchDown(): Promise<void> {
    const run = new AbortController();
    this.#run = run;
    this.#set({ status: 'searching', error: undefined });
    try {
      let emptyPages = 0;
      while (this.#state.status === 'searching') {
        if (emptyPages >= MAX_EMPTY_PAGES) {
          this.#set({ status: 'stopped' });
          return;
        }
        const before = this.#state.downTo;
        if (before <= 1) {
          this.#set({ status: 'ended' });
          return;
        }
        const page = await this.#page({ before, backwards: true }, run.signal);
        if (run.signal.aborted) return;
        emptyPages = page.events.length === 0 ? emptyPages + 1 : 0;
        this.#take(page);
      }
    } catch (error) {
      if (!run.signal.aborted) this.#set({ status: 'failed', error });
    }
  }

  #take({ events, next }: AnsweredPage): void {
    const rows = [...this.#state.rows, ...eventRows(events)];
    const status = statusAfter(rows.length, this.#wanted, next);
    this.#set({ rows, status, downTo: next ?? 1 });
  }

  /** New ones stand first; the oldest are let go where they become too many. */
  #put(ascending: readonly EventRow[], upTo: number): void {
    const all = [...ascending.toReversed(), ...this.#state.rows];
    const rows = all.slice(0, MAX_ROWS);
    const oldest = rows.at(-1);
    const isCut = rows.length < all.length && oldest !== undefined;
    const added = this.#state.added + ascending.length;
    // What is on its way would stand below those that were let go.
    if (isCut) this.#run?.abort();
    this.#set({ rows, upTo, added, ...(isCut && { status: 'full', downTo: oldest.position }) });
  }

  #page(range: PageRange, signal: AbortSignal): Promise<AnsweredPage> {
    return this.fetchPage(this.filter, { ...range, limit: PAGE_SIZE }, signal);
  }

  #set(changes: Partial<SearchState>): void {
    if (this.#closed.signal.aborted) return;
    this.#state = { ...this.#state, ...changes };
    this.changed();
  }
}

function statusAfter(rows: number, wanted: number, next: number | undefined): SearchStatus {
  if (next === undefined) return 'ended';
  if (rows >= MAX_ROWS) return 'full';
  return rows >= wanted ? 'enough' : 'searching';
}
