/** The whole log as rows, one for each position: those around what is seen are fetched, and some pages are kept. */
import { isRefusal } from '../../asked.js';
import { eventRows, type EventRow } from './event-row.js';
import type { FetchPage } from './event-pages.js';

export const PAGE_SIZE = 100;
/** Some 6,000 rows, of at most a kilobyte or two. */
const MAX_PAGES = 60;
/** While somebody drags the scroll bar, what flies past is not asked for. */
const DELAY_MS = 60;
const RETRY_MS = 2000;

const EVERYTHING = { types: [], tags: [], where: {} };

interface Page {
  readonly rows: ReadonlyMap<number, EventRow>;
  /** Up to where it is known what stands in it. */
  readonly upTo: number;
}

/** `gone`: upcasters have made nothing of the event. */
export type Row = EventRow | 'loading' | 'gone';

export class Positions {
  /** In the order of their use: the first one was used longest ago. */
  readonly #pages = new Map<number, Page>();
  readonly #fetching = new Map<number, AbortController>();
  #wanted: readonly number[] = [];
  #head = 0;
  #error: unknown;
  #retry: ReturnType<typeof setTimeout> | undefined;

  /** @param changed called when rows have come, or could not */
  constructor(
    private readonly fetchPage: FetchPage,
    private readonly changed: () => void,
    private readonly delayMs = DELAY_MS,
  ) {}

  /** Why the rows that are wanted last could not be had. */
  get error(): unknown {
    return this.#error;
  }

  get pageCount(): number {
    return this.#pages.size;
  }

  rowAt(position: number): Row {
    const page = this.#pages.get(pageOf(position));
    const row = page?.rows.get(position);
    if (row !== undefined) return row;
    return page !== undefined && position <= page.upTo ? 'gone' : 'loading';
  }

  /** Fetches what is not known of these positions, and gives up what was wanted before. @param head of the log */
  want(first: number, last: number, head: number): void {
    if (head < this.#head) this.#pages.clear(); // another log, such as one restored from a backup
    this.#head = head;
    const pages: number[] = [];
    for (let page = pageOf(Math.max(1, first)); page <= pageOf(Math.min(last, head)); page += 1)
      pages.push(page);
    this.#wanted = pages;
    for (const [page, ending] of this.#fetching) {
      if (pages.includes(page)) continue;
      ending.abort();
      this.#fetching.delete(page);
    }
    for (const page of pages) this.#fetch(page, this.#pages.has(page) ? 0 : this.delayMs);
  }

  close(): void {
    this.#wanted = [];
    clearTimeout(this.#retry);
    for (const ending of this.#fetching.values()) ending.abort();
    this.#fetching.clear();
  }

  #fetch(page: number, delayMs: number): void {
    const known = this.#pages.get(page);
    if (known !== undefined) this.#use(page, known);
    if (this.#fetching.has(page) || this.#isComplete(page)) return;
    const ending = new AbortController();
    this.#fetching.set(page, ending);
    void this.#load(page, known, ending, delayMs);
  }

  /** As far as the log goes. */
  #isComplete(page: number): boolean {
    const upTo = this.#pages.get(page)?.upTo ?? 0;
    return upTo >= Math.min(this.#head, lastOf(page));
  }

  async #load(
    page: number,
    known: Page | undefined,
    ending: AbortController,
    delayMs: number,
  ): Promise<void> {
    const { signal } = ending;
    const isGivenUp = (): boolean => signal.aborted;
    try {
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      if (isGivenUp()) return;
      const after = known?.upTo ?? firstOf(page) - 1;
      const range = { after, before: lastOf(page) + 1, limit: PAGE_SIZE };
      const { events, next, head } = await this.fetchPage(EVERYTHING, range, signal);
      if (isGivenUp()) return;
      const rows = new Map(known?.rows);
      for (const row of eventRows(events)) rows.set(row.position, row);
      this.#error = undefined;
      this.#fetching.delete(page);
      const upTo = next ?? Math.min(head, lastOf(page));
      this.#use(page, { rows, upTo });
      // It was cut short, or the log has grown.
      if (upTo > after && this.#wanted.includes(page)) this.#fetch(page, 0);
      else if (!this.#isComplete(page)) this.#fetchAgainLater();
    } catch (error) {
      if (isGivenUp()) return;
      this.#error = error;
      this.#fetching.delete(page);
      if (!isRefusal(error)) this.#fetchAgainLater();
    }
    this.changed();
  }

  #fetchAgainLater(): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      for (const each of this.#wanted) this.#fetch(each, 0);
    }, RETRY_MS);
  }

  #use(number: number, page: Page): void {
    this.#pages.delete(number);
    this.#pages.set(number, page);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= MAX_PAGES) break;
      this.#pages.delete(oldest);
    }
  }
}

/** Page 0 has the positions 1 to 100. */
function pageOf(position: number): number {
  return Math.floor((position - 1) / PAGE_SIZE);
}

function firstOf(page: number): number {
  return page * PAGE_SIZE + 1;
}

function lastOf(page: number): number {
  return (page + 1) * PAGE_SIZE;
}
