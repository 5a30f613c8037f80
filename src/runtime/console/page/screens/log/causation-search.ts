/** Looks for the causes and effects of an event around it, a bounded stretch of the log at a time. */
import { causationIdOf, textIn } from './causation.js';
import type { FetchPage } from './event-pages.js';
import type { EventAnswer } from './event-row.js';
import type { LogFilter } from './log-filter.js';

/** More are not shown. */
const MAX_EVENTS = 200;

export interface CausationFound {
  readonly events: readonly EventAnswer[];
  /** What has been looked through. */
  readonly from: number;
  readonly to: number;
  readonly isComplete: boolean;
}

export class CausationSearch {
  #events: readonly EventAnswer[] = [];
  #before: number | undefined;
  #after: number | undefined;
  #head: number;
  readonly #wheres: readonly LogFilter['where'][];

  /** @param fetchPage looks at a bounded number of events for each page */
  constructor(
    private readonly opened: EventAnswer,
    private readonly fetchPage: FetchPage,
  ) {
    const { position, commit, metadata } = opened;
    const correlationId = textIn(metadata, 'correlationId');
    this.#wheres =
      correlationId === undefined
        ? [{ causationId: commit }, { causationId: String(position) }]
        : [{ correlationId }];
    // Without a correlation nothing tells what a cause has in common with it.
    this.#before = correlationId === undefined ? undefined : position;
    this.#after = position;
    this.#head = position;
  }

  /** A page to each side. */
  async more(signal: AbortSignal): Promise<CausationFound> {
    const { position } = this.opened;
    const found: EventAnswer[] = [];
    if (this.#before !== undefined) {
      const range = { before: this.#before, backwards: true };
      for (const where of this.#wheres) {
        const page = await this.#page(where, range, signal);
        found.push(...page.events);
        this.#before = page.next;
      }
    }
    if (this.#after !== undefined) {
      const nexts: (number | undefined)[] = [];
      const after = this.#after;
      for (const where of this.#wheres) {
        const page = await this.#page(where, { after }, signal);
        found.push(...page.events);
        nexts.push(page.next);
        this.#head = page.head;
      }
      const reached = nexts.filter((next) => next !== undefined);
      this.#after = reached.length === 0 ? undefined : Math.min(...reached);
    }
    const hasCorrelation = this.#wheres.some(({ correlationId }) => correlationId !== undefined);
    this.#events = [...this.#events, ...found].slice(0, MAX_EVENTS);
    return {
      events: this.#events,
      from: this.#before ?? (hasCorrelation ? 1 : position),
      to: this.#after ?? this.#head,
      isComplete:
        (this.#before === undefined && this.#after === undefined) || this.#events.length === MAX_EVENTS,
    };
  }

  #page(where: LogFilter['where'], range: object, signal: AbortSignal): ReturnType<FetchPage> {
    return this.fetchPage({ types: [], tags: [], where }, { ...range, limit: 100 }, signal);
  }
}

/** The position that the event names as its cause, if it names one. */
export function namedCause(event: EventAnswer): number | undefined {
  const id = causationIdOf(event) ?? '';
  return /^[1-9]\d{0,14}$/.test(id) && Number(id) < event.position ? Number(id) : undefined;
}
