/** A driver that keeps the log. It knows bytes and positions; contracts and upcasters are above it. */
import type {
  Commit,
  CommitId,
  NewCommit,
  Position,
  Query,
  Range,
  RecordedCommit,
  StoredEvent,
} from './event.js';

export abstract class EventStore {
  /** Tells this log from every other, so that a snapshot of one is never taken for one of another. */
  abstract readonly identity: string;

  /**
   * Records all of the commit's events or none. Resolves once they survive power loss. A repeated
   * commit id, however late, returns the first commit's positions and records nothing.
   * Appends are recorded in the order in which they were asked for, and resolve in that order.
   *
   * @throws AppendConditionFailed when an event that the condition excludes stands in the log
   * @throws StorageFull when there is no room; it works again once there is
   * @throws StoreUnavailable when the server that keeps the log cannot be reached; every other method but `advanced` may
   *   throw it too
   * @throws LogClosed after `close`
   */
  abstract append(commit: NewCommit): Promise<Commit>;

  /** The commit of this id, however old; undefined when nothing was recorded under it. */
  abstract find(id: CommitId): Promise<Commit | undefined>;

  /**
   * Committed events in position order, a page at a time. Never shows half a commit that is not wholly recorded.
   *
   * @throws LogDamaged instead of giving out an event of a commit that does not fit its hash
   */
  abstract read(query: Query, range: Range): AsyncIterable<readonly StoredEvent[]>;

  /**
   * Whole commits in their order, a page at a time, from the first that ends after `after` to the last that begins
   * up to `through`. Each is checked against its hash and against the one before it.
   *
   * @throws LogDamaged at the first that does not fit; those before it have been given out
   */
  abstract commits(range?: Pick<Range, 'after' | 'through'>): AsyncIterable<readonly RecordedCommit[]>;

  /** The position of the last committed event; 0 when the log is empty. */
  abstract head(): Promise<Position>;

  /**
   * Resolves when the head stands after `position`. The only thing following needs.
   *
   * @throws the signal's reason once it is aborted
   */
  abstract advanced(position: Position, signal: AbortSignal): Promise<void>;

  /** Records what was asked for, then lets go of everything. Appends after it are refused. */
  abstract close(): Promise<void>;
}
