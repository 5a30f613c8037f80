/** What a projection's state was, and what it would be had some events not been. Records nothing and signals nothing. */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventLog } from '../../event-log/event-log.js';
import { position, type Page, type Position, type Query, type RecordedEvent } from '../../event-log/event.js';
import { positionAt, timeAt } from '../../event-log/position-at-time.js';
import type { ProjectionDefinition } from '../define-projection.js';
import { FoldFailed, Folding, NOTHING_SKIPPED, beginning, type Folded, type Skipped } from '../folding.js';
import { fingerprintIn } from '../../fold/machine-fingerprint.js';
import { AfterHead, CannotBeFolded, CannotBeWithout, PastBusy } from './past-problems.js';
import type { Snapshot } from '../snapshots/snapshot-store.js';

/** So many folds into the past run at a time for one projection; each has a page of events and a state in memory. */
const MAX_CONCURRENT_FOLDS = 4;

export interface FoldOptions {
  /** Ends the fold; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** Told after each page how far the fold has come, and where it began. */
  readonly onPage?: (at: Position, from: Position) => void;
}

export interface PastPoint<Context> {
  readonly folded: Folded<Context>;
  /** When the event at the position was recorded; undefined at the beginning of the log. */
  readonly time: string | undefined;
}

export interface WhatIf<Context> {
  readonly is: Folded<Context>;
  readonly wouldBe: Folded<Context>;
}

export class Past<Context = unknown> {
  readonly #consumed: Query;
  #running = 0;

  constructor(
    readonly definition: ProjectionDefinition<Context>,
    private readonly log: Pick<EventLog, 'read' | 'head' | 'commits' | 'contracts'>,
    private readonly snapshots: {
      before(through: Position, skipped: Skipped): Promise<Snapshot | undefined>;
    },
    /** Events that the projection passes over, live as well as here. */
    private readonly skipped: () => Skipped = () => NOTHING_SKIPPED,
  ) {
    this.#consumed = [{ types: definition.consumes.map((contract) => contract.type) }];
  }

  /** The same text for the same state at this position, and another one once another machine folds it, or less or more is passed over. */
  tagAt(at: Position): string {
    const skipped = [...this.skipped()].filter((each) => each <= at).sort((one, other) => one - other);
    const folded = `${fingerprintIn(this.log.contracts, this.definition)} ${skipped.join()}`;
    return `${at}-${createHash('sha256').update(folded).digest('base64url').slice(0, 12)}`;
  }

  /** Where the head of the log stands. */
  head(): Promise<Position> {
    return this.log.head();
  }

  /** The last position at this moment, in milliseconds since 1970; see `moment.ts`. */
  positionAt(moment: number): Promise<Position> {
    return positionAt(this.log, moment);
  }

  /**
   * The state after the event at this position; 0 is the beginning. Whatever the projection has folded so far, this goes
   * up to the log's head.
   *
   * @throws AfterHead
   * @throws CannotBeFolded when the projection cannot fold an event up to there
   * @throws PastBusy at once, when as many folds as may be are under way
   */
  async at(at: Position, options: FoldOptions = {}): Promise<Folded<Context>> {
    await this.#requireRecorded(at);
    return this.#alone(async () => {
      const folding = new Folding(this.definition.fold, await this.#nearest(at), this.skipped());
      for await (const page of this.#pages(folding.position, at, options)) take(folding, page);
      return folding.folded;
    });
  }

  /**
   * The states at `from`, `from + step`, … up to `to`, each after the one before in one fold. Who takes them lets the fold go on.
   *
   * @throws as `at` does
   */
  async *series(
    { from, to, step }: { readonly from: Position; readonly to: Position; readonly step: number },
    options: FoldOptions = {},
  ): AsyncIterable<PastPoint<Context>> {
    await this.#requireRecorded(to);
    const leave = this.#enter();
    try {
      const folding = new Folding(this.definition.fold, await this.#nearest(from), this.skipped());
      let next = from;
      for await (const { events, through } of this.#pages(folding.position, to, options)) {
        let rest = events;
        for (; next <= through && next <= to; next = position(next + step)) {
          const cut = rest.findIndex((event) => event.position > next);
          const until = cut < 0 ? rest : rest.slice(0, cut);
          rest = cut < 0 ? [] : rest.slice(cut);
          take(folding, { events: until, through: next });
          yield { folded: folding.folded, time: await this.#timeOf(next, until.at(-1)) };
        }
        take(folding, { events: rest, through });
      }
    } finally {
      leave();
    }
  }

  /**
   * The state at a position, and beside it what it would be had the events at these positions not been.
   *
   * @throws as `at` does; AfterHead also for one that is left out
   * @throws CannotBeWithout when what is left cannot be folded
   */
  async without(
    leftOut: ReadonlySet<Position>,
    at: Position,
    options: FoldOptions = {},
  ): Promise<WhatIf<Context>> {
    await this.#requireRecorded(at, ...leftOut);
    return this.#alone(async () => {
      const { fold } = this.definition;
      const first = Math.min(...leftOut);
      const from = await this.#nearest(position(Math.min(first - 1, at)));
      const skipped = this.skipped();
      const is = new Folding(fold, from, skipped);
      const wouldBe = new Folding(fold, from, new Set([...skipped, ...leftOut]));
      for await (const page of this.#pages(from.position, at, options)) {
        take(is, page);
        take(wouldBe, page, CannotBeWithout);
      }
      return { is: is.folded, wouldBe: wouldBe.folded };
    });
  }

  async #requireRecorded(...positions: readonly Position[]): Promise<void> {
    const head = await this.log.head();
    for (const each of positions) if (each > head) throw new AfterHead(each, head);
  }

  async #nearest(at: Position): Promise<Folded<Context>> {
    const snapshot = at === 0 ? undefined : await this.snapshots.before(at, this.skipped());
    return snapshot === undefined ? beginning(this.definition.fold) : (snapshot as Folded<Context>);
  }

  /** Everything between, and others get their turn after each page. Ends with a page that goes to the end. */
  async *#pages(after: Position, through: Position, { signal, onPage }: FoldOptions): AsyncIterable<Page> {
    if (after < through) {
      for await (const events of this.log.read(this.#consumed, { after, through })) {
        const last = events.at(-1)?.position ?? after;
        yield { events, through: last };
        onPage?.(last, after);
        await nextTurn();
        signal?.throwIfAborted();
      }
    }
    signal?.throwIfAborted();
    yield { events: [], through };
  }

  async #timeOf(at: Position, last: RecordedEvent | undefined): Promise<string | undefined> {
    return last?.position === at ? last.time : timeAt(this.log, at);
  }

  async #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const leave = this.#enter();
    try {
      return await work();
    } finally {
      leave();
    }
  }

  #enter(): () => void {
    if (this.#running >= MAX_CONCURRENT_FOLDS) throw new PastBusy(this.definition.name);
    this.#running += 1;
    return () => {
      this.#running -= 1;
    };
  }
}

function take<Context>(folding: Folding<Context>, page: Page, Failure = CannotBeFolded): void {
  try {
    folding.take(page);
  } catch (error) {
    throw error instanceof FoldFailed ? new Failure(error) : error;
  }
}
