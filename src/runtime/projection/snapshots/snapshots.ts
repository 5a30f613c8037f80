/** When one projection's snapshots are taken, and which one is good to begin from. */
import { START, type Position } from '../../event-log/event.js';
import { NOTHING_SKIPPED, type Folded, type Skipped } from '../folding.js';
import { fingerprintWithout, machineIn } from '../skipping.js';
import {
  isUnreadable,
  type Snapshot,
  type SnapshotEntry,
  type SnapshotIdentity,
  type SnapshotStore,
} from './snapshot-store.js';
import { CpuBudget } from './cpu-budget.js';
import { findUsableSnapshot } from './usable-snapshot.js';

/** At least so long lies between two snapshots that are taken for their number of events, in milliseconds. */
const PAUSE = 1000;

/** One is being written and one waits for its turn; of more than that no state is held in memory. */
const MAX_CONCURRENT_WRITES = 2;

/** A replay waits no longer than this for its snapshots, in milliseconds: a disk that hangs does not keep it from going on. */
const MAX_REPLAY_WAIT_MS = 5000;

/**
 * What all snapshots of a process together may take of its thread's time: while a projection is on its way to the head, and when
 * it follows, where whoever asks something at that moment waits for them. Well below a hundredth of them do.
 */
export const SHARE_IN_REPLAY = 1 / 5;
export const SHARE_WHEN_LIVE = 1 / 200;
/** What those of one projection may take at least, however many there are, so that the next one is never far. */
export const MIN_SHARE = 1 / 1000;

export interface SnapshotPace {
  /** How many events apart they are taken, and no more often than once a second. */
  readonly every: number;
  /** After so long there is one of whatever is new, however little. Default: 10. */
  readonly seconds?: number;
  /** So many positions apart there is one however fast the log goes by, as in a replay, if the share allows it. Default: 10,000. */
  readonly spacing?: number;
  /** What these snapshots may take of the thread's time. Default: a fifth. */
  readonly share?: () => number;
}

export interface SnapshotObserver {
  saved(position: Position, bytes: number): void;
  unreadable(name: string, reason: string): void;
  failed(error: unknown): void;
}

/** A state, and what was passed over on the way to it. */
interface PendingSnapshot {
  readonly folded: Folded;
  readonly skipped: Skipped;
}

export class Snapshots {
  /** The newest that is kept. */
  #newest: Position = START;
  /** Of which there is one, or will be when it has been written. */
  #asked: Position = START;
  #offered: PendingSnapshot | undefined;
  /** When the first was offered that is in no snapshot. */
  #newSince: number | undefined;
  #takenAt = -Infinity;
  #failedAt = -Infinity;
  #timer: { readonly handle: NodeJS.Timeout; readonly at: number } | undefined;
  /** How many are being written, or wait for that: one after the other, and never more than two. */
  #writing = 0;
  #written: Promise<void> = Promise.resolve();
  readonly #every: number;
  readonly #patience: number;
  readonly #spacing: number;
  readonly #share: CpuBudget;

  constructor(
    private readonly store: SnapshotStore,
    { every, seconds = 10, spacing = 10_000, share = () => SHARE_IN_REPLAY }: SnapshotPace,
    /** Which log this is, and where its head stands: a snapshot from elsewhere or from after it is none. */
    private readonly log: { readonly identity: string; head(): Promise<Position> },
    /** The fingerprint of what folds now; known once every module has registered its contracts. */
    private readonly machine: () => string,
    private readonly observer: SnapshotObserver,
  ) {
    this.#every = every;
    this.#patience = seconds * 1000;
    this.#spacing = spacing;
    this.#share = new CpuBudget(share);
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
   * Sees to it that one is taken when it is time. Under load nobody waits for it: a snapshot only saves work.
   *
   * @returns in a replay, what to wait for before folding on: after a stretch as long as the spacing the state must be taken now or
   *   never, for it is what a fold into the past begins from. It waits its turn while the one before is being written; were
   *   that not waited for, a fast replay would leave most of them out. Nothing when there is nothing to wait for.
   */
  schedule(folded: Folded, skipped: Skipped = NOTHING_SKIPPED): Promise<void> | undefined {
    this.#offered = { folded, skipped };
    if (folded.position <= this.#asked) return undefined;
    this.#newSince ??= performance.now();
    if (folded.position - this.#asked < this.#spacing || !this.#isFree()) {
      this.#schedule();
      return undefined;
    }
    const before = this.#writing > 0 ? this.#written : undefined;
    this.#take(this.#offered);
    return before && noLongerThan(MAX_REPLAY_WAIT_MS, before);
  }

  /** Takes one more, unless the newest is of this very position. Resolves when it is kept, or has failed. */
  async saveLast(folded: Folded, skipped: Skipped = NOTHING_SKIPPED): Promise<void> {
    this.#unschedule();
    await this.#written;
    this.#unschedule();
    if (folded.position > this.#newest) await this.#save({ folded, skipped });
  }

  /** Those that are there, newest first, good or not. */
  list(): Promise<readonly SnapshotEntry[]> {
    return this.store.list();
  }

  async #usable(
    skipped: Skipped,
    through?: Position,
    passedOver?: Parameters<typeof findUsableSnapshot>[3],
  ): Promise<Snapshot | undefined> {
    const origin = { log: this.log.identity, machine: this.machine(), head: await this.log.head(), skipped };
    return findUsableSnapshot(this.store, origin, through, passedOver);
  }

  /** Whether another one can be taken at once. */
  #isFree(): boolean {
    return this.#writing < MAX_CONCURRENT_WRITES && this.#wait() === 0;
  }

  /** So long there can be none, in milliseconds, because of what snapshots have cost, or of one that failed. */
  #wait(): number {
    return Math.max(this.#share.wait(), this.#failedAt + PAUSE - performance.now(), 0);
  }

  #schedule(): void {
    if (this.#writing > 0 || this.#offered === undefined || this.#newSince === undefined) return;
    const isFar = this.#offered.folded.position - this.#newest >= this.#every;
    const wanted = isFar ? this.#takenAt + PAUSE : this.#newSince + this.#patience;
    const at = Math.max(wanted, performance.now() + this.#wait());
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

  #take(offered: PendingSnapshot): void {
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

  /**
   * Another fold has taken the place of the one whose snapshots these are. What was offered of the old one is forgotten;
   * once the new one is kept, those that `isKept` does not want are let go, so that the old state cannot come back.
   *
   * @returns whether that is so; a failure is told to the observer
   */
  async replaceAll(
    folded: Folded,
    isKept: (found: SnapshotIdentity) => boolean,
    skipped: Skipped = NOTHING_SKIPPED,
  ): Promise<boolean> {
    this.#unschedule();
    this.#offered = { folded, skipped };
    this.#newSince = undefined;
    this.#asked = folded.position;
    await this.#written;
    this.#unschedule();
    if (!(await this.#save({ folded, skipped }))) return false; // an old one is better than none
    const machine = this.machine();
    await this.store.clear(
      (found) =>
        isUnreadable(found) ||
        machineIn(found.machine) !== machine ||
        found.log !== this.log.identity ||
        found.position >= folded.position ||
        isKept(found),
    );
    return true;
  }

  /** @returns whether it is kept */
  async #save({ folded, skipped }: PendingSnapshot): Promise<boolean> {
    this.#takenAt = performance.now();
    try {
      const machine = fingerprintWithout(skipped, folded.position, this.machine());
      const snapshot = { ...folded, log: this.log.identity, machine };
      const bytes = await this.#share.spend(() => this.store.save(snapshot));
      this.#newest = folded.position;
      this.observer.saved(folded.position, bytes);
      return true;
    } catch (error) {
      this.#failedAt = performance.now();
      this.#asked = this.#newest;
      this.observer.failed(error);
      return false;
    }
  }
}

async function noLongerThan(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const time = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds).unref();
  });
  await Promise.race([work, time]);
  clearTimeout(timer);
}
