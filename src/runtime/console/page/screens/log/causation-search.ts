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
  /** Whether there are more than are shown. */
  readonly isCut: boolean;
  readonly isComplete: boolean;
}

interface Stretch {
  readonly events: readonly EventAnswer[];
  readonly next: number | undefined;
  readonly head: number;
}

export class CausationSearch {
  #events: readonly EventAnswer[] = [];
  #before: number | undefined;
  #after: number | undefined;
  #head: number;
  #isCut = false;
  readonly #looksBack: boolean;
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
    this.#looksBack = correlationId !== undefined;
    this.#before = this.#looksBack ? position : undefined;
    this.#after = position;
    this.#head = position;
  }

  /** A page to each side. What fails has found nothing, and can be asked for again. */
  async more(signal: AbortSignal): Promise<CausationFound> {
    const before = await this.#backwards(signal);
    const after = await this.#forwards(signal);
    const byPosition = new Map(
      [...this.#events, ...before.events, ...after.events].map((event) => [event.position, event]),
    );
    this.#events = [...byPosition.values()].slice(0, MAX_EVENTS);
    this.#isCut ||= byPosition.size > MAX_EVENTS;
    this.#before = before.next;
    this.#after = after.next;
    this.#head = after.head;
    return {
      events: this.#events,
      from: this.#before ?? (this.#looksBack ? 1 : this.opened.position),
      to: this.#after ?? this.#head,
      isCut: this.#isCut,
      isComplete: this.#isCut || (this.#before === undefined && this.#after === undefined),
    };
  }

  /** With a correlation: then there is one query. */
  async #backwards(signal: AbortSignal): Promise<Stretch> {
    if (this.#before === undefined) return { events: [], next: undefined, head: this.#head };
    const events: EventAnswer[] = [];
    let next: number | undefined = this.#before;
    for (const where of this.#wheres) {
      const page = await this.#page(where, { before: this.#before, backwards: true }, signal);
      events.push(...page.events);
      next = page.next;
    }
    return { events, next, head: this.#head };
  }

  /** As far as each query has come: what one has seen beyond that is found again. */
  async #forwards(signal: AbortSignal): Promise<Stretch> {
    if (this.#after === undefined) return { events: [], next: undefined, head: this.#head };
    const events: EventAnswer[] = [];
    const nexts: number[] = [];
    let head = this.#head;
    for (const where of this.#wheres) {
      const page = await this.#page(where, { after: this.#after }, signal);
      events.push(...page.events);
      if (page.next !== undefined) nexts.push(page.next);
      head = page.head;
    }
    return { events, next: nexts.length === 0 ? undefined : Math.min(...nexts), head };
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
