/** A projection's own snapshots, and beside them those that a rehearsal has made for a machine that is to come. */
import type { Position } from '../../event-log/event.js';
import {
  SnapshotStore,
  isUnreadable,
  type Snapshot,
  type SnapshotEntry,
  type SnapshotIdentity,
  type UnreadableSnapshot,
} from './snapshot-store.js';

/**
 * Two stores, so that neither pushes out the other's: a rehearsed one stands at the head, after all that the running process
 * has kept, and was made by another machine. What is saved goes to the projection's own.
 */
export class MergedSnapshotStore extends SnapshotStore {
  constructor(
    private readonly own: SnapshotStore,
    private readonly rehearsed: SnapshotStore,
  ) {
    super();
  }

  override save(snapshot: Snapshot): Promise<number> {
    return this.own.save(snapshot);
  }

  override async *newestFirst(through?: Position): AsyncIterable<Snapshot | UnreadableSnapshot> {
    const own = this.own.newestFirst(through)[Symbol.asyncIterator]();
    let next = await own.next();
    for await (const rehearsed of this.rehearsed.newestFirst(through)) {
      while (next.done !== true && positionOf(next.value) >= positionOf(rehearsed)) {
        yield next.value;
        next = await own.next();
      }
      yield rehearsed;
    }
    for (; next.done !== true; next = await own.next()) yield next.value;
  }

  override async list(): Promise<readonly SnapshotEntry[]> {
    const entries = await Promise.all([this.own.list(), this.rehearsed.list()]);
    return entries.flat().sort((one, other) => other.position - one.position);
  }

  override async clear(isKept?: (found: SnapshotIdentity | UnreadableSnapshot) => boolean): Promise<void> {
    await this.own.clear(isKept);
    await this.rehearsed.clear(isKept);
  }
}

/** What cannot be read says so where it stands, before all that can. */
function positionOf(found: Snapshot | UnreadableSnapshot): Position | typeof Infinity {
  return isUnreadable(found) ? Infinity : found.position;
}
