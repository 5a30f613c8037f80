/** A snapshot store in memory, which fails when a test wants it to. */
import { SnapshotStore, type Snapshot, type Unreadable } from '../../src/runtime/projection/snapshot-store.js';

export class RememberedSnapshots extends SnapshotStore {
  readonly kept: (Snapshot | Unreadable)[] = [];
  /** How often it was asked to save, successfully or not. */
  asked = 0;
  /** What saving fails with, as long as there is something. */
  failure: Error | undefined;

  constructor(...newestFirst: readonly (Snapshot | Unreadable)[]) {
    super();
    this.kept.push(...newestFirst);
  }

  override save(snapshot: Snapshot): Promise<number> {
    this.asked += 1;
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.kept.unshift(snapshot);
    return Promise.resolve(100);
  }

  override async *newestFirst(): AsyncIterable<Snapshot | Unreadable> {
    for (const found of this.kept) yield await Promise.resolve(found);
  }
}
