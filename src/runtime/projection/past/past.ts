/** What a projection's state was, and what it would be without some events. Records nothing and sends no signal. */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventLog } from '../../event-log/event-log.js';
import { position, type Page, type Position, type Query, type RecordedEvent } from '../../event-log/event.js';
import { positionAt, timeAt } from '../../event-log/position-at-time.js';
import type { ProjectionDefinition, View } from '../define-projection.js';
import { FoldFailed, Folding, NOTHING_SKIPPED, beginning, type Folded, type Skipped } from '../folding.js';
import { foldInSlices } from '../folding-slices.js';
import { fingerprintIn } from '../../fold/machine-fingerprint.js';
import { ConcurrentFolds } from './concurrent-folds.js';
import { AfterHead, CannotBeFolded, CannotBeWithout } from './past-problems.js';
import type { Snapshot } from '../snapshots/snapshot-store.js';

export interface FoldOptions {
  /** Ends the fold, which throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called after each page with how far the fold has come, and where it began. */
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
  readonly #folds: ConcurrentFolds;

  constructor(
    readonly definition: ProjectionDefinition<Context>,
    private readonly log: Pick<EventLog, 'read' | 'head' | 'hashAt' | 'commits' | 'contracts'>,
    private readonly snapshots: {
      before(through: Position, skipped: Skipped): Promise<Snapshot | undefined>;
    },
    /** What the projection skips, live as well as here. */
    private readonly skipped: () => Skipped = () => NOTHING_SKIPPED,
  ) {
    this.#folds = new ConcurrentFolds(definition.name);
    this.#consumed = [{ types: definition.consumes.map((contract) => contract.type) }];
  }

  /** For an ETag: differs by position and the log's past up to it, by what folds (machine, contracts) and by what is skipped up to there. */
  async entityTagAt(at: Position): Promise<string> {
    const skipped = [...this.skipped()].filter((each) => each <= at).sort((one, other) => one - other);
    const hash = await this.log.hashAt(at);
    const folded = `${hash} ${fingerprintIn(this.log.contracts, this.definition)} ${skipped.join()}`;
    return `${at}-${createHash('sha256').update(folded).digest('base64url').slice(0, 12)}`;
  }

  head(): Promise<Position> {
    return this.log.head();
  }

  /** The last position at this time, in milliseconds since 1970; see `position-at-time.ts`. */
  positionAt(time: number): Promise<Position> {
    return positionAt(this.log, time);
  }

  /**
   * The state after the event at this position; 0 is the beginning of the log. Possible up to the log's head, even where the
   * projection itself lags behind it.
   *
   * @throws AfterHead
   * @throws CannotBeFolded when the projection cannot fold an event up to there
   * @throws PastBusy at once, when four folds are running already
   */
  async at(at: Position, options: FoldOptions = {}): Promise<Folded<Context>> {
    await this.#requireRecorded(at);
    return this.#folds.run(async () => {
      const folding = new Folding(this.definition.fold, await this.#startingPoint(at), this.skipped());
      for await (const page of this.#pages(folding.position, at, options)) await foldPage(folding, page);
      return folding.folded;
    });
  }

  /**
   * The states at `from`, `from + step`, … up to `to`, all from one fold, which goes on as the consumer iterates.
   *
   * @throws as `at` does
   */
  async *series(
    { from, to, step }: { readonly from: Position; readonly to: Position; readonly step: number },
    options: FoldOptions = {},
  ): AsyncIterable<PastPoint<Context>> {
    await this.#requireRecorded(to);
    const release = this.#folds.begin();
    try {
      const folding = new Folding(this.definition.fold, await this.#startingPoint(from), this.skipped());
      let next = from;
      for await (const { events, through } of this.#pages(folding.position, to, options)) {
        let rest = events;
        for (; next <= through && next <= to; next = position(next + step)) {
          const split = rest.findIndex((event) => event.position > next);
          const until = split < 0 ? rest : rest.slice(0, split);
          rest = split < 0 ? [] : rest.slice(split);
          await foldPage(folding, { events: until, through: next });
          yield { folded: folding.folded, time: await this.#timeOf(next, until.at(-1)) };
        }
        await foldPage(folding, { events: rest, through });
      }
    } finally {
      release();
    }
  }

  /**
   * The state at a position, and what it would be without the events at these positions.
   *
   * @throws as `at` does; AfterHead also for an event to leave out
   * @throws CannotBeWithout when what is left cannot be folded
   */
  async whatIf(
    leftOut: ReadonlySet<Position>,
    at: Position,
    options: FoldOptions = {},
  ): Promise<WhatIf<Context>> {
    await this.#requireRecorded(at, ...leftOut);
    return this.#folds.run(async () => {
      const { fold } = this.definition;
      const first = Math.min(...leftOut);
      const from = await this.#startingPoint(position(Math.min(first - 1, at)));
      const skipped = this.skipped();
      const is = new Folding(fold, from, skipped);
      const wouldBe = new Folding(fold, from, new Set([...skipped, ...leftOut]));
      for await (const page of this.#pages(from.position, at, options)) {
        await foldPage(is, page);
        await foldPage(wouldBe, page, CannotBeWithout);
      }
      return { is: is.folded, wouldBe: wouldBe.folded };
    });
  }

  async #requireRecorded(...positions: readonly Position[]): Promise<void> {
    const head = await this.log.head();
    for (const each of positions) if (each > head) throw new AfterHead(each, head);
  }

  async #startingPoint(at: Position): Promise<Folded<Context>> {
    const snapshot = at === 0 ? undefined : await this.snapshots.before(at, this.skipped());
    return snapshot === undefined ? beginning(this.definition.fold) : (snapshot as Folded<Context>);
  }

  /** Gives other work its turn after each page. The last page is empty and goes through to the end. */
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
}

/** Gives other work its turn when the events of the page take long. */
async function foldPage<Context>(
  folding: Folding<Context>,
  page: Page,
  Failure = CannotBeFolded,
): Promise<void> {
  try {
    const slices = foldInSlices(folding, page);
    while (slices.next().done !== true) await nextTurn();
  } catch (error) {
    throw error instanceof FoldFailed ? new Failure(error) : error;
  }
}

/** The answer to a what-if, over HTTP and on the command line. */
export interface WhatIfAnswer {
  /** The position of both states. */
  readonly position: Position;
  readonly without: readonly Position[];
  readonly is: View;
  readonly wouldBe: View;
}

export function whatIfAnswer<Context>(
  definition: ProjectionDefinition<Context>,
  without: ReadonlySet<Position>,
  { is, wouldBe }: WhatIf<Context>,
): WhatIfAnswer {
  return {
    position: is.position,
    without: [...without].sort((one, other) => one - other),
    is: definition.view(is.state, is.position),
    wouldBe: definition.view(wouldBe.state, 'never'),
  };
}
