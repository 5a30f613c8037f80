/** A projection's own snapshots merged with those that a rehearsal made for the next version of its machine. */
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
 * Two stores, so that the retention of one does not drop the other's: a rehearsed snapshot is at the head, after all those of the
 * running process, and made by another machine. `save` saves to the projection's own store.
 */
export class MergedSnapshotStore extends SnapshotStore {
  override readonly place: string | undefined;

  constructor(
    private readonly own: SnapshotStore,
    private readonly rehearsed: SnapshotStore,
  ) {
    super();
    this.place = own.place;
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

  override async auditedBuild(): Promise<string | undefined> {
    return this.own.auditedBuild?.();
  }

  override async noteAudited(build: string): Promise<void> {
    await this.own.noteAudited?.(build);
  }

  override async clear(isKept?: (found: SnapshotIdentity | UnreadableSnapshot) => boolean): Promise<void> {
    await this.own.clear(isKept);
    await this.rehearsed.clear(isKept);
  }
}

/** Unreadable snapshots come first, so that they are reported. */
function positionOf(found: Snapshot | UnreadableSnapshot): Position | typeof Infinity {
  return isUnreadable(found) ? Infinity : found.position;
}
