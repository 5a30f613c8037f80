/** When one projection's snapshots are taken, and which one is good to begin from. */
import { START, type Position } from '../event-log/event.js';
import type { Folded, Skipped } from './folding.js';
import { fingerprintWithout, machineIn } from './skipping.js';
import {
  isUnreadable,
  type Snapshot,
  type SnapshotEntry,
  type SnapshotStore,
  type Unreadable,
} from './snapshot-store.js';

/** At least so long lies between two snapshots, in milliseconds. */
const PAUSE = 1000;

const NONE: Skipped = new Set();

export interface SnapshotObserver {
  taken(position: Position, bytes: number): void;
  unreadable(name: string, reason: string): void;
  failed(error: unknown): void;
}

export class Snapshots {
  #newest: Position = START;
  #offered: { readonly folded: Folded; readonly skipped: Skipped } | undefined;
  #takenAt = -Infinity;
  /** From when it is time for a snapshot until that one is kept. */
  #pending: NodeJS.Timeout | undefined;
  #saving: Promise<void> | undefined;

  constructor(
    private readonly store: SnapshotStore,
    private readonly every: number,
    /** Which log this is, and where its head stands: a snapshot from elsewhere or from after it is none. */
    private readonly log: { readonly identity: string; head(): Promise<Position> },
    /** The fingerprint of what folds now; known once every module has registered its contracts. */
    private readonly machine: () => string,
    private readonly observer: SnapshotObserver,
  ) {}

  /** The newest good one that was folded without what is skipped now. Each that is passed over is reported. */
  async newest(skipped: Skipped = NONE): Promise<Snapshot | undefined> {
    const head = await this.log.head();
    this.#newest = START;
    try {
      for await (const found of this.store.newestFirst()) {
        const unusable = isUnreadable(found) ? found : this.#whyUnusable(found, head, skipped);
        if (unusable !== undefined) this.observer.unreadable(unusable.name, unusable.reason);
        else if (!isUnreadable(found)) {
          this.#newest = found.position;
          return found;
        }
      }
    } catch (error) {
      this.observer.failed(error); // there is still the log
    }
    return undefined;
  }

  /**
   * Takes one if it is time and none is being written; if it was time less than a second ago, a second later.
   * Nobody waits for it: a snapshot only saves work, and under load its flushes would cost the log more than that.
   */
  offer(folded: Folded, skipped: Skipped = NONE): void {
    this.#offered = { folded, skipped };
    if (folded.position - this.#newest < this.every || this.#pending !== undefined) return;
    const pause = Math.max(this.#takenAt + PAUSE - performance.now(), 0);
    this.#pending = setTimeout(() => {
      this.#saving = this.#save(this.#offered ?? { folded, skipped }).finally(() => {
        this.#pending = undefined;
        this.#saving = undefined;
      });
    }, pause).unref();
  }

  /** Takes one more, unless the newest is of this very position. Resolves when it is kept, or has failed. */
  async takeLast(folded: Folded, skipped: Skipped = NONE): Promise<void> {
    clearTimeout(this.#pending);
    await this.#saving;
    if (folded.position > this.#newest) await this.#save({ folded, skipped });
  }

  /** Those that are there, newest first, good or not. */
  kept(): Promise<readonly SnapshotEntry[]> {
    return this.store.list();
  }

  #whyUnusable(found: Snapshot, head: Position, skipped: Skipped): Unreadable | undefined {
    const name = `the snapshot at position ${found.position}`;
    if (found.log !== this.log.identity || found.position > head)
      return { name, reason: 'it was made from another log' };
    if (machineIn(found.machine) !== this.machine()) {
      return { name, reason: 'it was made by another machine, or from events in other revisions' };
    }
    if (found.machine !== fingerprintWithout(skipped, found.position, this.machine())) {
      return { name, reason: 'it was folded when other events were skipped' };
    }
    return undefined;
  }

  async #save({ folded, skipped }: { readonly folded: Folded; readonly skipped: Skipped }): Promise<void> {
    this.#takenAt = performance.now();
    try {
      const machine = fingerprintWithout(skipped, folded.position, this.machine());
      const bytes = await this.store.save({ ...folded, log: this.log.identity, machine });
      this.#newest = folded.position;
      this.observer.taken(folded.position, bytes);
    } catch (error) {
      this.observer.failed(error);
    }
  }
}
