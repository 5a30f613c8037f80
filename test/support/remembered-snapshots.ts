/** A snapshot store in memory, which fails when a test wants it to. */
import {
  SnapshotStore,
  isUnreadable,
  type Snapshot,
  type SnapshotEntry,
  type SnapshotIdentity,
  type UnreadableSnapshot,
} from '../../src/runtime/projection/snapshots/snapshot-store.js';

export class RememberedSnapshots extends SnapshotStore {
  readonly kept: (Snapshot | UnreadableSnapshot)[] = [];
  /** How often it was asked to save, successfully or not. */
  asked = 0;
  /** What saving fails with, as long as there is something. */
  failure: Error | undefined;
  /** Saving takes until this is resolved. */
  busy: Promise<unknown> = Promise.resolve();
  /** What saving keeps the thread busy with before it returns. */
  work: () => void = () => undefined;

  constructor(...newestFirst: readonly (Snapshot | UnreadableSnapshot)[]) {
    super();
    this.kept.push(...newestFirst);
  }

  override async save(snapshot: Snapshot): Promise<number> {
    this.asked += 1;
    this.work();
    await this.busy;
    if (this.failure !== undefined) throw this.failure;
    this.kept.unshift(snapshot);
    return 100;
  }

  override async *newestFirst(through = Infinity): AsyncIterable<Snapshot | UnreadableSnapshot> {
    for (const found of this.kept)
      if (!('position' in found) || found.position <= through) yield await Promise.resolve(found);
  }

  override list(): Promise<readonly SnapshotEntry[]> {
    const good = this.kept.flatMap((found) => (isUnreadable(found) ? [] : [found.position]));
    return Promise.resolve(good.map((position) => ({ position, bytes: 100, time: new Date(0) })));
  }

  override clear(
    isKept: (found: SnapshotIdentity | UnreadableSnapshot) => boolean = () => false,
  ): Promise<void> {
    this.kept.splice(0, Infinity, ...this.kept.filter(isKept));
    return Promise.resolve();
  }
}
