/** Where one projection keeps its snapshots, apart from every other projection's. */
import type { Position } from '../../event-log/event.js';
import type { Folded } from '../folding.js';

export interface Snapshot extends Folded {
  /** The log that was folded; a snapshot of another log is none of this one's. */
  readonly log: string;
  /** The fingerprint of the machine that folded it; another machine may mean something else by the same state. */
  readonly machine: string;
  /** The state's SHA-256 (`state-digest.ts`) when it was saved. Only what a store gives back has it; audits hold the state against it. */
  readonly stateDigest?: string;
}

/** What a snapshot says of itself; whether all of it is as it was saved, only reading it tells. */
export type SnapshotIdentity = Pick<Snapshot, 'position' | 'log' | 'machine'>;

/** A snapshot that is there, but cannot be used. */
export interface UnreadableSnapshot {
  readonly name: string;
  readonly reason: string;
}

/** What can be told of a snapshot without reading it. */
export interface SnapshotEntry {
  readonly position: Position;
  readonly bytes: number;
  /** When it was taken. */
  readonly time: Date;
}

export abstract class SnapshotStore {
  /**
   * Keeps it so that it survives power loss, and lets go of those that are least missed. Resolves to its size in bytes. What takes
   * the thread's time, above all writing the state out, is done before it returns: snapshots are paced by that.
   */
  abstract save(snapshot: Snapshot): Promise<number>;

  /**
   * The snapshots, newest first, each read when it is asked for. One that is damaged tells why.
   *
   * @param through only those of this position or an earlier one; default: all
   */
  abstract newestFirst(through?: Position): AsyncIterable<Snapshot | UnreadableSnapshot>;

  /** What is there, newest first, whether it can be used or not. */
  abstract list(): Promise<readonly SnapshotEntry[]>;

  /** Lets go of every snapshot but those that are to be kept. No state is read for that: there may be hundreds, and large ones. */
  abstract clear(isKept?: (found: SnapshotIdentity | UnreadableSnapshot) => boolean): Promise<void>;
}

export function isUnreadable(found: SnapshotIdentity | UnreadableSnapshot): found is UnreadableSnapshot {
  return 'reason' in found;
}

/** For logs that do not outlive the process either: there is nothing to come back to. */
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
