/** Folds the whole history with a new version of a machine, and compares with the newest snapshot that the old one left. */
import type { Position } from '../../event-log/event.js';
import type { Folded } from '../folding.js';
import { isUnreadable, type Snapshot } from '../snapshots/snapshot-store.js';
import { stateDigest } from '../snapshots/state-digest.js';
import { fingerprintAt, readSkipped, type FoldDependencies } from './fold-dependencies.js';
import { foldThrough, startFolding } from './parallel-fold.js';
import type { JobControl } from './run-job.js';

export interface RehearsalReport {
  /** The new machine's, at the head. */
  readonly snapshot: Snapshot;
  /** What was compared; absent when there was no snapshot of this log. */
  readonly compared?: {
    readonly position: Position;
    /** Fingerprint of the machine that made the old snapshot. */
    readonly machine: string;
    readonly isEqual: boolean;
    readonly before: Folded['state'];
    readonly after: Folded['state'];
  };
}

/**
 * The old machine's code is gone; its newest snapshot is all that can be compared with. So the two states are compared at
 * that snapshot's position, and not at the head.
 *
 * @throws FoldFailed when the new machine cannot fold the history
 */
export async function runRehearsal(
  dependencies: FoldDependencies,
  control: JobControl,
): Promise<RehearsalReport> {
  const head = control.target();
  const before = await newestSnapshot(dependencies, head);
  const skipped = await readSkipped(dependencies);
  const folding = startFolding(dependencies, skipped);
  if (before !== undefined) await foldThrough(folding, dependencies, before.position, control.afterSlice);
  const compared = before && {
    position: before.position,
    machine: before.machine,
    isEqual: stateDigest(before.state) === stateDigest(folding.state),
    before: before.state,
    after: folding.state,
  };
  await foldThrough(folding, dependencies, head, control.afterSlice);
  return {
    snapshot: {
      ...folding.folded,
      log: dependencies.log.identity,
      hash: (await dependencies.log.hashAt(folding.position)) ?? '',
      machine: fingerprintAt(dependencies, skipped, folding.position),
    },
    ...(compared !== undefined && { compared }),
  };
}

/** By any machine. */
async function newestSnapshot(
  { snapshots, log }: FoldDependencies,
  head: Position,
): Promise<Snapshot | undefined> {
  for await (const found of snapshots.newestFirst()) {
    if (!isUnreadable(found) && found.log === log.identity && found.position <= head) return found;
  }
  return undefined;
}
