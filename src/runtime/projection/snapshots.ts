/** When one projection's snapshots are taken, and which one is good to begin from. */
import { START, type Position } from '../event-log/event.js';
import type { FoldState } from './fold.js';
import { isUnreadable, type Snapshot, type SnapshotStore } from './snapshot-store.js';

export interface SnapshotObserver {
  taken(position: Position, bytes: number): void;
  unreadable(name: string, reason: string): void;
  failed(error: unknown): void;
}

export class Snapshots {
  #newest: Position = START;
  #saving: Promise<void> | undefined;

  constructor(
    private readonly store: SnapshotStore,
    private readonly every: number,
    /** Which log this is, and where its head stands: a snapshot from elsewhere or from after it is none. */
    private readonly log: { readonly identity: string; head(): Promise<Position> },
    private readonly observer: SnapshotObserver,
  ) {}

  /** The newest good one. Each that is passed over is reported. */
  async newest(): Promise<Snapshot | undefined> {
    const head = await this.log.head();
    for await (const found of this.store.newestFirst()) {
      if (isUnreadable(found)) {
        this.observer.unreadable(found.name, found.reason);
      } else if (found.log !== this.log.identity || found.position > head) {
        this.observer.unreadable(
          `the snapshot at position ${found.position}`,
          'it was made from another log',
        );
      } else {
        this.#newest = found.position;
        return found;
      }
    }
    return undefined;
  }

  /** Takes one if it is time and none is being written. Nobody waits for it: a snapshot only saves work later. */
  offer(position: Position, state: FoldState): void {
    if (position - this.#newest < this.every || this.#saving !== undefined) return;
    this.#saving = this.#save(position, state).finally(() => {
      this.#saving = undefined;
    });
  }

  /** Takes one more, unless the newest is of this very position. Resolves when it is kept, or has failed. */
  async takeLast(position: Position, state: FoldState): Promise<void> {
    await this.#saving;
    if (position > this.#newest) await this.#save(position, state);
  }

  async #save(position: Position, state: FoldState): Promise<void> {
    try {
      const bytes = await this.store.save({ position, log: this.log.identity, state });
      this.#newest = position;
      this.observer.taken(position, bytes);
    } catch (error) {
      this.observer.failed(error);
    }
  }
}
