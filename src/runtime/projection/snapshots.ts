/** When one projection's snapshots are taken, and which one is good to begin from. */
import { START, type Position } from '../event-log/event.js';
import { NOTHING_SKIPPED, type Folded, type Skipped } from './folding.js';
import { fingerprintWithout } from './skipping.js';
import type { Snapshot, SnapshotEntry, SnapshotStore } from './snapshot-store.js';
import { usableSnapshot } from './usable-snapshot.js';

/** At least so long lies between two snapshots that are taken for their number of events, in milliseconds. */
const PAUSE = 1000;

export interface SnapshotPace {
  /** How many events apart they are taken, and no more often than once a second. */
  readonly every: number;
  /** After so long there is one of whatever is new, however little. Default: 10. */
  readonly seconds?: number;
  /** So many positions apart there is one however fast the log goes by, as in a replay. Default: 10,000. */
  readonly spacing?: number;
}

export interface SnapshotObserver {
  taken(position: Position, bytes: number): void;
  unreadable(name: string, reason: string): void;
  failed(error: unknown): void;
}

/** A state, and what was passed over on the way to it. */
interface Offered {
  readonly folded: Folded;
  readonly skipped: Skipped;
}

export class Snapshots {
  /** The newest that is kept. */
  #newest: Position = START;
  /** Of which there is one, or will be when it has been written. */
  #asked: Position = START;
  #offered: Offered | undefined;
  /** When the first was offered that is in no snapshot. */
  #newSince: number | undefined;
  #takenAt = -Infinity;
  #failedAt = -Infinity;
  #timer: { readonly handle: NodeJS.Timeout; readonly at: number } | undefined;
  /** How many are being written, or wait for that: one after the other. */
  #writing = 0;
  #written: Promise<void> = Promise.resolve();
  readonly #every: number;
  readonly #patience: number;
  readonly #spacing: number;

  constructor(
    private readonly store: SnapshotStore,
    { every, seconds = 10, spacing = 10_000 }: SnapshotPace,
    /** Which log this is, and where its head stands: a snapshot from elsewhere or from after it is none. */
    private readonly log: { readonly identity: string; head(): Promise<Position> },
    /** The fingerprint of what folds now; known once every module has registered its contracts. */
    private readonly machine: () => string,
    private readonly observer: SnapshotObserver,
  ) {
    this.#every = every;
    this.#patience = seconds * 1000;
    this.#spacing = spacing;
  }

  /** The newest good one that was folded without what is skipped now. Each that is passed over is reported. */
  async newest(skipped: Skipped = NOTHING_SKIPPED): Promise<Snapshot | undefined> {
    this.#newest = this.#asked = START;
    try {
      const found = await this.#usable(skipped, undefined, ({ name, reason }) => {
        this.observer.unreadable(name, reason);
      });
      if (found !== undefined) this.#newest = this.#asked = found.position;
      return found;
    } catch (error) {
      this.observer.failed(error); // there is still the log
      return undefined;
    }
  }

  /** The newest good one of this position or before it. Nobody is told of any: who asks about the past leaves no trace. */
  async before(through: Position, skipped: Skipped = NOTHING_SKIPPED): Promise<Snapshot | undefined> {
    try {
      return await this.#usable(skipped, through);
    } catch {
      return undefined; // there is still the log
    }
  }

  /**
   * Sees to it that one is taken when it is time. Nobody waits for it: a snapshot only saves work, and under load its
   * flushes would cost the log more than that. Only a stretch as long as the spacing is not let by, for its own
   * state would be gone: it is what a fold into the past begins from.
   */
  offer(folded: Folded, skipped: Skipped = NOTHING_SKIPPED): void {
    this.#offered = { folded, skipped };
    if (folded.position <= this.#asked) return;
    this.#newSince ??= performance.now();
    if (folded.position - this.#asked >= this.#spacing && performance.now() >= this.#failedAt + PAUSE)
      this.#take(this.#offered);
    else this.#schedule();
  }

  /** Takes one more, unless the newest is of this very position. Resolves when it is kept, or has failed. */
  async takeLast(folded: Folded, skipped: Skipped = NOTHING_SKIPPED): Promise<void> {
    this.#unschedule();
    await this.#written;
    this.#unschedule();
    if (folded.position > this.#newest) await this.#save({ folded, skipped });
  }

  /** Those that are there, newest first, good or not. */
  kept(): Promise<readonly SnapshotEntry[]> {
    return this.store.list();
  }

  async #usable(
    skipped: Skipped,
    through?: Position,
    passedOver?: Parameters<typeof usableSnapshot>[3],
  ): Promise<Snapshot | undefined> {
    const origin = { log: this.log.identity, machine: this.machine(), head: await this.log.head(), skipped };
    return usableSnapshot(this.store, origin, through, passedOver);
  }

  #schedule(): void {
    if (this.#writing > 0 || this.#offered === undefined || this.#newSince === undefined) return;
    const isFar = this.#offered.folded.position - this.#newest >= this.#every;
    const at = isFar
      ? Math.max(this.#takenAt, this.#failedAt) + PAUSE
      : Math.max(this.#newSince + this.#patience, this.#failedAt + PAUSE);
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#unschedule();
    const handle = setTimeout(
      () => {
        this.#timer = undefined;
        if (this.#offered !== undefined) this.#take(this.#offered);
      },
      Math.max(at - performance.now(), 0),
    ).unref();
    this.#timer = { handle, at };
  }

  #unschedule(): void {
    clearTimeout(this.#timer?.handle);
    this.#timer = undefined;
  }

  #take(offered: Offered): void {
    this.#unschedule();
    this.#asked = offered.folded.position;
    this.#newSince = undefined;
    this.#writing += 1;
    const askedAt = performance.now();
    this.#written = this.#written.then(async () => {
      // What failed for the one before would fail for all that wait behind it.
      if (this.#failedAt < askedAt) await this.#save(offered);
      this.#writing -= 1;
      if (this.#writing > 0 || this.#offered === undefined || this.#offered.folded.position <= this.#newest)
        return;
      this.#newSince ??= performance.now();
      this.#schedule();
    });
  }

  async #save({ folded, skipped }: Offered): Promise<void> {
    this.#takenAt = performance.now();
    try {
      const machine = fingerprintWithout(skipped, folded.position, this.machine());
      const bytes = await this.store.save({ ...folded, log: this.log.identity, machine });
      this.#newest = folded.position;
      this.observer.taken(folded.position, bytes);
    } catch (error) {
      this.#failedAt = performance.now();
      this.#asked = this.#newest;
      this.observer.failed(error);
    }
  }
}
