/** What a driver that keeps the log must do. It knows bytes and positions; contracts and upcasters are above it. */
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
import { commitsHolding } from './commits/commits-holding.js';

/** Why a store cannot do all that it should. */
export interface StoreStatus {
  /** Stable, in the manner of a problem's type: `store-unavailable`. */
  readonly code: string;
  /** For people, in one sentence. */
  readonly detail: string;
}

/** What a store takes. */
export interface StoreSize {
  /** `other` for one that does not say. */
  readonly kind: 'memory' | 'lmdb' | 'postgres' | 'remote' | 'other';
  /** On its disk; absent where it cannot be told cheaply. */
  readonly bytes?: number;
  /** Of these, those up to the last that has ever been used; what is after them is room for what comes. */
  readonly usedBytes?: number;
}

export abstract class EventStore {
  /** Differs from that of every other log, so that a snapshot of one is never used for another. */
  abstract readonly identity: string;

  /**
   * Records all of the commit's events or none. Resolves once they survive power loss. A repeated
   * commit id, however late, returns the first commit's positions and records nothing.
   * Appends are recorded, and resolve, in the order of the calls.
   *
   * A commit's time is at least that of the commit before it: an earlier one is replaced by it, unless `isImported`.
   *
   * @throws AppendConditionFailed when the log holds an event that the condition excludes
   * @throws PositionNotInLog when the condition is about what comes after a position beyond the head
   * @throws StorageFull when there is no room; it works again once there is
   * @throws StoreUnavailable when the server that keeps the log cannot be reached; every other method but `advanced` may
   *   throw it too
   * @throws LogClosed after `close`
   */
  abstract append(commit: NewCommit): Promise<Commit>;

  /** The commit of this id, however old; undefined when nothing was recorded under it. */
  abstract find(id: CommitId): Promise<Commit | undefined>;

  /**
   * The events in the range that match the query, in position order, a page at a time. Never an event of a commit that is
   * not yet recorded as a whole.
   *
   * @throws LogDamaged at a commit that does not fit its hash, instead of giving out its events
   */
  abstract read(query: Query, range: Range): AsyncIterable<readonly StoredEvent[]>;

  /**
   * Whole commits in their order, a page at a time, from the first that ends after `after` to the last that begins
   * up to `through`. Each is verified against its hash and against the one before it.
   *
   * @throws LogDamaged at the first that does not fit, after those before it
   */
  abstract commits(range?: Pick<Range, 'after' | 'through'>): AsyncIterable<readonly RecordedCommit[]>;

  /**
   * Whole commits that hold an event of `read(query, range)`, in its direction, a page at a time, each once and verified against
   * its hash. With a limit, as many commits as hold that many events.
   *
   * @throws LogDamaged at a commit that does not fit its hash
   */
  commitsWith(query: Query, range: Range): AsyncIterable<readonly RecordedCommit[]> {
    return commitsHolding(this, query, range);
  }

  /**
   * The position of the last committed event; 0 when the log is empty.
   *
   * @throws LogWentBack, once, when the store finds that the log no longer holds what it has held before
   */
  abstract head(): Promise<Position>;

  /**
   * Resolves when the head is after `position`.
   *
   * @throws the signal's reason once it is aborted
   */
  abstract advanced(position: Position, signal: AbortSignal): Promise<void>;

  /** What keeps the store from reading or appending, as far as it knows now; undefined when nothing does. Asks nobody. */
  status(): StoreStatus | undefined {
    return undefined;
  }

  /** @throws StoreUnavailable */
  size(): Promise<StoreSize> {
    return Promise.resolve({ kind: 'other' });
  }

  /** Finishes the appends that wait, then closes the store. Later appends are refused. */
  abstract close(): Promise<void>;
}
