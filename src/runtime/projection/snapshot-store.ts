/** Where one projection keeps its snapshots, apart from every other projection's. */
import type { Folded } from './folding.js';

export interface Snapshot extends Folded {
  /** The log that was folded; a snapshot of another log is none of this one's. */
  readonly log: string;
  /** The fingerprint of the machine that folded it; another machine may mean something else by the same state. */
  readonly machine: string;
}

/** A snapshot that is there, but cannot be used. */
export interface Unreadable {
  readonly name: string;
  readonly reason: string;
}

export abstract class SnapshotStore {
  /** Keeps it so that it survives power loss, and lets go of the oldest. Resolves to its size in bytes. */
  abstract save(snapshot: Snapshot): Promise<number>;

  /** The snapshots, newest first, each read when it is asked for. One that is damaged tells why. */
  abstract newestFirst(): AsyncIterable<Snapshot | Unreadable>;

  /** Lets go of every snapshot but those that are to be kept. */
  abstract clear(isKept?: (found: Snapshot | Unreadable) => boolean): Promise<void>;
}

export function isUnreadable(found: Snapshot | Unreadable): found is Unreadable {
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

  override clear(): Promise<void> {
    return Promise.resolve();
  }
}
