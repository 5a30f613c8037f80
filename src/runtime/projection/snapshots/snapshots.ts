/** When one projection's snapshots are saved, and which one a fold begins from. */
import { START, type Position } from '../../event-log/event.js';
import type { EventLog } from '../../event-log/event-log.js';
import { NOTHING_SKIPPED, type Folded, type Skipped } from '../folding.js';
import { fingerprintWithout, machineIn } from '../skipping.js';
import {
  isUnreadable,
  type Snapshot,
  type SnapshotEntry,
  type SnapshotIdentity,
  type SnapshotStore,
  type UnreadableSnapshot,
} from './snapshot-store.js';
import { CpuBudget } from './cpu-budget.js';
import { findUsableSnapshot } from './usable-snapshot.js';

/** Between two snapshots that are saved for the number of events since the last one. */
const MIN_INTERVAL_MS = 1000;

/** One is being written, one waits for it. Bounds how many states are held in memory. */
const MAX_PENDING_WRITES = 2;

/** How long a replay waits for a snapshot to be written, so that a disk that hangs does not stop it. */
const MAX_REPLAY_WAIT_MS = 5000;

/**
 * The share of the thread's time that all snapshots of a process together may take: in a replay, and while a projection follows the
 * log. The second is small because a request that arrives while a state is serialized waits for it; well under 1 % do.
 */
export const SHARE_IN_REPLAY = 1 / 5;
export const SHARE_WHEN_LIVE = 1 / 200;
/** The least share of one projection, however many there are, so that each still gets snapshots. */
export const MIN_SHARE = 1 / 1000;

export interface SnapshotPace {
  /** In events: after so many there is a snapshot, but at most one a second. */
  readonly every: number;
  /** After so many seconds there is a snapshot if anything is new. Default: 10. */
  readonly seconds?: number;
  /** In positions: in a replay there is a snapshot after so many, if the share allows it. Default: 10,000. */
  readonly spacing?: number;
  /** The share of the thread's time that these snapshots may take. Default: a fifth. */
  readonly share?: () => number;
}

export interface SnapshotObserver {
  saved(position: Position, bytes: number): void;
  /** Of one that cannot be used. */
  unreadable(name: string, reason: string): void;
  /** Of all of them, once it is known where the fold begins. Default: nothing. */
  passedOver?(unusable: readonly UnreadableSnapshot[], beginsAt: Position): void;
  failed(error: unknown): void;
}

/** A state to save, and what was skipped on the way to it. */
interface PendingSnapshot {
  readonly folded: Folded;
  readonly skipped: Skipped;
}

export class Snapshots {
  /** Of the newest that is saved. */
  #newest: Position = START;
  /** Of the newest that is saved or waits to be written. */
  #requested: Position = START;
  #latest: PendingSnapshot | undefined;
  /** When the first event was folded that is in no snapshot. */
  #newSince: number | undefined;
  #savedAt = -Infinity;
  /** The positions of what this process has saved. */
  #saved = new Set<Position>();
  #failedAt = -Infinity;
  #timer: { readonly handle: NodeJS.Timeout; readonly at: number } | undefined;
  /** Snapshots are written one after the other. */
  #pendingWrites = 0;
  #writes: Promise<void> = Promise.resolve();
  readonly #every: number;
  readonly #maxAgeMs: number;
  readonly #spacing: number;
  readonly #budget: CpuBudget;

  constructor(
    private readonly store: SnapshotStore,
    { every, seconds = 10, spacing = 10_000, share = () => SHARE_IN_REPLAY }: SnapshotPace,
    /** A snapshot of another log, or of another past of it, is not used. */
    private readonly log: Pick<EventLog, 'identity' | 'head' | 'hashAt'>,
    /** The fingerprint of what folds now; a function because it is known only once every module has registered its contracts. */
    private readonly machine: () => string,
    private readonly observer: SnapshotObserver,
  ) {
    this.#every = every;
    this.#maxAgeMs = seconds * 1000;
    this.#spacing = spacing;
    this.#budget = new CpuBudget(share);
  }

  /** The newest usable snapshot. The newer ones that cannot be used are reported to the observer, all at once. */
  async newest(skipped: Skipped = NOTHING_SKIPPED): Promise<Snapshot | undefined> {
    this.#newest = this.#requested = START;
    try {
      const passedOver: UnreadableSnapshot[] = [];
      const found = await this.#usable(skipped, undefined, (unusable) => {
        passedOver.push(unusable);
        this.observer.unreadable(unusable.name, unusable.reason);
      });
      if (passedOver.length > 0) this.observer.passedOver?.(passedOver, found?.position ?? START);
      if (found !== undefined) this.#newest = this.#requested = found.position;
      return found;
    } catch (error) {
      this.observer.failed(error); // the fold begins at the beginning of the log
      return undefined;
    }
  }

  /** The newest usable snapshot at this position or before it. Reports nothing: questions about the past have no effect. */
  async before(through: Position, skipped: Skipped = NOTHING_SKIPPED): Promise<Snapshot | undefined> {
    try {
      return await this.#usable(skipped, through);
    } catch {
      return undefined; // the fold begins at the beginning of the log
    }
  }

  /**
   * Saves a snapshot of this state, now or later, if one is due.
   *
   * @returns what a replay should wait for before it folds on, if anything. After `spacing` positions the state must be saved now,
   *   since folds into the past begin from it; if the snapshot before is still being written and the replay did not wait, it would
   *   leave most of them out. While following the log there is no need to wait.
   */
  schedule(folded: Folded, skipped: Skipped = NOTHING_SKIPPED): Promise<void> | undefined {
    this.#latest = { folded, skipped };
    if (folded.position <= this.#requested) return undefined;
    this.#newSince ??= performance.now();
    if (folded.position - this.#requested < this.#spacing || !this.#canSave()) {
      this.#startTimer();
      return undefined;
    }
    const before = this.#pendingWrites > 0 ? this.#writes : undefined;
    this.#enqueue(this.#latest);
    return before && atMost(MAX_REPLAY_WAIT_MS, before);
  }

  /** Saves this state unless the newest snapshot has its position. Resolves when it is saved or has failed. */
  async saveLast(folded: Folded, skipped: Skipped = NOTHING_SKIPPED): Promise<void> {
    this.#stopTimer();
    await this.#writes;
    this.#stopTimer();
    if (folded.position > this.#newest) await this.#save({ folded, skipped });
  }

  /** Deletes what this process saved: while it did, the log was replaced by one with another past. */
  async forgetSaved(): Promise<void> {
    this.#stopTimer();
    this.#latest = undefined;
    this.#newSince = undefined;
    await this.#writes;
    this.#stopTimer();
    const saved = this.#saved;
    this.#saved = new Set();
    await this.store.clear((found) => isUnreadable(found) || !saved.has(found.position));
  }

  /** All snapshots, newest first, including unusable ones. */
  list(): Promise<readonly SnapshotEntry[]> {
    return this.store.list();
  }

  async #usable(
    skipped: Skipped,
    through?: Position,
    onUnusable?: Parameters<typeof findUsableSnapshot>[3],
  ): Promise<Snapshot | undefined> {
    const requirements = {
      log: this.log.identity,
      machine: this.machine(),
      head: await this.log.head(),
      hashAt: (at: Position) => this.log.hashAt(at),
      skipped,
    };
    return findUsableSnapshot(this.store, requirements, through, onUnusable);
  }

  /** Whether another one can be saved at once. */
  #canSave(): boolean {
    return this.#pendingWrites < MAX_PENDING_WRITES && this.#waitMs() === 0;
  }

  /** Until the next one may be saved, because of the budget or after a failure. */
  #waitMs(): number {
    return Math.max(this.#budget.wait(), this.#failedAt + MIN_INTERVAL_MS - performance.now(), 0);
  }

  #startTimer(): void {
    if (this.#pendingWrites > 0 || this.#latest === undefined || this.#newSince === undefined) return;
    const isDue = this.#latest.folded.position - this.#newest >= this.#every;
    const wanted = isDue ? this.#savedAt + MIN_INTERVAL_MS : this.#newSince + this.#maxAgeMs;
    const at = Math.max(wanted, performance.now() + this.#waitMs());
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#stopTimer();
    const handle = setTimeout(
      () => {
        this.#timer = undefined;
        if (this.#latest !== undefined) this.#enqueue(this.#latest);
      },
      Math.max(at - performance.now(), 0),
    ).unref();
    this.#timer = { handle, at };
  }

  #stopTimer(): void {
    clearTimeout(this.#timer?.handle);
    this.#timer = undefined;
  }

  #enqueue(pending: PendingSnapshot): void {
    this.#stopTimer();
    this.#requested = pending.folded.position;
    this.#newSince = undefined;
    this.#pendingWrites += 1;
    const requestedAt = performance.now();
    this.#writes = this.#writes.then(async () => {
      // After a failure the ones that were already waiting would fail, too.
      if (this.#failedAt < requestedAt) await this.#save(pending);
      this.#pendingWrites -= 1;
      if (
        this.#pendingWrites > 0 ||
        this.#latest === undefined ||
        this.#latest.folded.position <= this.#newest
      )
        return;
      this.#newSince ??= performance.now();
      this.#startTimer();
    });
  }

  /**
   * For a rebuilt state: saves it, then deletes the old state's snapshots except those for which `isKept` is true, so that a restart
   * does not bring the old state back. Old states that wait to be saved are forgotten.
   *
   * @returns whether the new state is saved and the old snapshots are gone; a failure is reported to the observer
   */
  async replaceAll(
    folded: Folded,
    isKept: (found: SnapshotIdentity) => boolean,
    skipped: Skipped = NOTHING_SKIPPED,
  ): Promise<boolean> {
    this.#stopTimer();
    this.#latest = { folded, skipped };
    this.#newSince = undefined;
    this.#requested = folded.position;
    await this.#writes;
    this.#stopTimer();
    if (!(await this.#save({ folded, skipped }))) return false; // old snapshots are better than none
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

  /** @returns whether it is saved; a failure is reported to the observer */
  async #save({ folded, skipped }: PendingSnapshot): Promise<boolean> {
    this.#savedAt = performance.now();
    try {
      const machine = fingerprintWithout(skipped, folded.position, this.machine());
      const hash = await this.log.hashAt(folded.position);
      if (hash === undefined) return false; // the log went back: whoever folds finds that too
      const snapshot = { ...folded, log: this.log.identity, hash, machine };
      const bytes = await this.#budget.spend(() => this.store.save(snapshot));
      this.#newest = folded.position;
      this.#saved.add(folded.position);
      this.observer.saved(folded.position, bytes);
      return true;
    } catch (error) {
      this.#failedAt = performance.now();
      this.#requested = this.#newest;
      this.observer.failed(error);
      return false;
    }
  }
}

/** Resolves when the work is done, or after so long. */
async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const time = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds).unref();
  });
  await Promise.race([work, time]);
  clearTimeout(timer);
}
