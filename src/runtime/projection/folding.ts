/** A fold and how far it has come: position, state and digest, which always belong together. */
import { START, position, type Page, type Position, type RecordedEvent } from '../event-log/event.js';
import type { Fold, FoldState } from '../fold/fold-state.js';
import { DigestRoller, NOTHING_FOLDED, type RollingDigest } from './snapshots/rolling-digest.js';

/** A state, and the position up to which the log was folded to it. */
export interface Folded<Context = unknown> {
  readonly position: Position;
  readonly state: FoldState<Context>;
  /** Of the events that led to it. */
  readonly digest: RollingDigest;
}

/** Positions of events that a projection skips. */
export type Skipped = ReadonlySet<Position>;

export const NOTHING_SKIPPED: Skipped = new Set();

/** Why a projection stopped: the event that it could not fold, and what was thrown. */
export class FoldFailed extends Error {
  constructor(
    readonly position: Position,
    /** The first at that position. */
    readonly event: RecordedEvent | undefined,
    cause: unknown,
  ) {
    super(`the event at position ${position} cannot be folded`, { cause });
  }
}

/**
 * Used for live following, replays, audits, rebuilds and states of the past, so that they cannot differ. Knows neither the
 * log nor snapshots: it is given page after page.
 */
export class Folding<Context = unknown> {
  #position: Position;
  #state: FoldState<Context>;
  #digest: RollingDigest;

  constructor(
    private readonly fold: Fold<Context>,
    from: Folded<Context> = beginning(fold),
    private readonly skipped: Skipped = NOTHING_SKIPPED,
  ) {
    this.#position = from.position;
    this.#state = from.state;
    this.#digest = from.digest;
  }

  get position(): Position {
    return this.#position;
  }

  get state(): FoldState<Context> {
    return this.#state;
  }

  get folded(): Folded<Context> {
    return { position: this.#position, state: this.#state, digest: this.#digest };
  }

  /**
   * Folds a page, or its part before an event that cannot be folded. Several events may have one position; they are folded
   * all or none. A skipped event does not change the digest.
   *
   * @throws FoldFailed
   */
  take({ events, through }: Page): void {
    const { fold } = this;
    // Most projections skip nothing, and then no event need be looked up.
    const skipped = this.skipped.size > 0 ? this.skipped : undefined;
    const roller = new DigestRoller(this.#digest);
    let state = this.#state;
    let current: RecordedEvent | undefined;
    try {
      for (const event of events) {
        current = event;
        if (skipped?.has(event.position) === true) continue;
        state = fold.step(state, event);
        roller.add(event);
      }
    } catch (error) {
      throw this.#failed(events, current?.position ?? through, error);
    }
    this.#state = state;
    this.#digest = roller.value;
    this.#position = through;
  }

  /** Folds what came before again: that happens once, where keeping the state before each position would cost always. */
  #failed(events: readonly RecordedEvent[], at: Position, error: unknown): FoldFailed {
    const before = events.filter((event) => event.position < at);
    this.take({ events: before, through: position(at - 1) });
    return new FoldFailed(
      at,
      events.find((event) => event.position === at),
      error,
    );
  }
}

/** Before the first event. */
export function beginning<Context>(fold: Fold<Context>): Folded<Context> {
  return { position: START, state: fold.initial, digest: NOTHING_FOLDED };
}
