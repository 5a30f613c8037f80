/** When one projection's snapshots are taken, and which one is good to begin from. */
import { START, type Position } from '../event-log/event.js';
import type { Folded } from './folding.js';
import { isUnreadable, type Snapshot, type SnapshotStore, type Unreadable } from './snapshot-store.js';

/** At least so long lies between two snapshots, in milliseconds. */
const PAUSE = 1000;

export interface SnapshotObserver {
  taken(position: Position, bytes: number): void;
  unreadable(name: string, reason: string): void;
  failed(error: unknown): void;
}

export class Snapshots {
  #newest: Position = START;
  #offered: Folded | undefined;
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

  /** The newest good one. Each that is passed over is reported. */
  async newest(): Promise<Snapshot | undefined> {
    const head = await this.log.head();
    try {
      for await (const found of this.store.newestFirst()) {
        const unusable = isUnreadable(found) ? found : this.#whyUnusable(found, head);
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
  offer(folded: Folded): void {
    this.#offered = folded;
    if (folded.position - this.#newest < this.every || this.#pending !== undefined) return;
    const pause = Math.max(this.#takenAt + PAUSE - performance.now(), 0);
    this.#pending = setTimeout(() => {
      this.#saving = this.#saveOffered(folded).finally(() => {
        this.#pending = undefined;
        this.#saving = undefined;
      });
    }, pause).unref();
  }

  /** Takes one more, unless the newest is of this very position. Resolves when it is kept, or has failed. */
  async takeLast(folded: Folded): Promise<void> {
    clearTimeout(this.#pending);
    await this.#saving;
    if (folded.position > this.#newest) await this.#save(folded);
  }

  /**
   * Another fold has taken the place of the one whose snapshots these are. What was offered of the old one is forgotten;
   * once the new one is kept, those that `isKept` does not want are let go, so that the old state cannot come back.
   *
   * @returns whether that is so; a failure is told to the observer
   */
  async beginAnew(folded: Folded, isKept: (found: Snapshot) => boolean): Promise<boolean> {
    clearTimeout(this.#pending);
    this.#offered = folded;
    await this.#saving;
    this.#pending = undefined;
    if (!(await this.#save(folded))) return false; // an old one is better than none
    const machine = this.machine();
    await this.store.clear(
      (found) =>
        isUnreadable(found) ||
        found.machine !== machine ||
        found.log !== this.log.identity ||
        found.position >= folded.position ||
        isKept(found),
    );
    return true;
  }

  #whyUnusable(found: Snapshot, head: Position): Unreadable | undefined {
    const name = `the snapshot at position ${found.position}`;
    if (found.log !== this.log.identity || found.position > head)
      return { name, reason: 'it was made from another log' };
    if (found.machine !== this.machine()) {
      return { name, reason: 'it was made by another machine, or from events in other revisions' };
    }
    return undefined;
  }

  async #saveOffered(folded: Folded): Promise<void> {
    await this.#save(this.#offered ?? folded);
  }

  /** @returns whether it is kept */
  async #save(folded: Folded): Promise<boolean> {
    this.#takenAt = performance.now();
    try {
      const bytes = await this.store.save({ ...folded, log: this.log.identity, machine: this.machine() });
      this.#newest = folded.position;
      this.observer.taken(folded.position, bytes);
      return true;
    } catch (error) {
      this.observer.failed(error);
      return false;
    }
  }
}
