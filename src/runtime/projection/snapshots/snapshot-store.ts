/** Where the snapshots of one projection are stored. Each projection has a store of its own. */
import type { Position } from '../../event-log/event.js';
import type { Folded } from '../folding.js';

export interface Snapshot extends Folded {
  /** The identity of the log that was folded. A snapshot of another log is never used. */
  readonly log: string;
  /** The hash of the commit that holds its position: a log with another one there has another past. */
  readonly hash: string;
  /** The fingerprint of the machine that folded it. To another machine the same state may mean something else. */
  readonly machine: string;
  /** The state's SHA-256 (`state-digest.ts`) when it was saved; set by stores on what they read. */
  readonly stateDigest?: string;
}

/** What a store knows of a snapshot without reading its state. */
export type SnapshotIdentity = Pick<Snapshot, 'position' | 'log' | 'machine'>;

/** A snapshot that exists but cannot be read. */
export interface UnreadableSnapshot {
  readonly name: string;
  readonly reason: string;
}

/** A snapshot in a listing. */
export interface SnapshotEntry {
  readonly position: Position;
  readonly bytes: number;
  /** When it was saved. */
  readonly time: Date;
}

export abstract class SnapshotStore {
  /** Where an operator finds them: a folder, a schema. For log lines. */
  readonly place?: string | undefined;

  /**
   * Saves it, drops those that the retention no longer keeps, and resolves to its size in bytes. A snapshot that is lost in a power
   * failure only costs a longer fold. Serializing the state must be done before this returns the promise, because snapshots
   * are paced by the time until then (`CpuBudget`).
   */
  abstract save(snapshot: Snapshot): Promise<number>;

  /**
   * The snapshots, newest first, each read when the iteration reaches it. A damaged one is returned with the reason.
   *
   * @param through only those at this position or an earlier one; default: all
   */
  abstract newestFirst(through?: Position): AsyncIterable<Snapshot | UnreadableSnapshot>;

  /** All snapshots, newest first, including unreadable ones. */
  abstract list(): Promise<readonly SnapshotEntry[]>;

  /**
   * The build of the program for which the snapshots were last found to be what the log folds to. A store that does not keep it is
   * audited after each start from a snapshot.
   */
  auditedBuild?(): Promise<string | undefined>;

  /** Keeps it. */
  noteAudited?(build: string): Promise<void>;

  /** Deletes every snapshot for which `isKept` is not true, without reading states: there may be hundreds of large ones. */
  abstract clear(isKept?: (found: SnapshotIdentity | UnreadableSnapshot) => boolean): Promise<void>;
}

export function isUnreadable(found: SnapshotIdentity | UnreadableSnapshot): found is UnreadableSnapshot {
  return 'reason' in found;
}

/** Stores nothing: for logs in memory, which do not outlive the process either. */
export class NoSnapshots extends SnapshotStore {
  override save(): Promise<number> {
    return Promise.resolve(0);
  }

  override async *newestFirst(): AsyncIterable<Snapshot> {
    // none
  }

  override list(): Promise<readonly SnapshotEntry[]> {
    return Promise.resolve([]);
  }

  override clear(): Promise<void> {
    return Promise.resolve();
  }
}
