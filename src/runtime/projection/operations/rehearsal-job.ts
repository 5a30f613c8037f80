/** Folds the whole history with a machine that is to come, and holds it against what the one before it has kept. */
import type { Position } from '../../event-log/event.js';
import type { Folded } from '../folding.js';
import { isUnreadable, type Snapshot } from '../snapshots/snapshot-store.js';
import { stateDigest } from '../snapshots/state-digest.js';
import { foldThrough } from './fold-through.js';
import { foldingOn, machineOn, skippedOn, type FoldDependencies } from './fold-dependencies.js';
import type { JobObserver } from './run-job.js';

export interface RehearsalReport {
  /** The new machine's, at the head. */
  readonly snapshot: Snapshot;
  /** What was compared; absent when nothing was kept of this log before. */
  readonly compared?: {
    readonly position: Position;
    /** Fingerprint of the machine that has kept it. */
    readonly machine: string;
    readonly isEqual: boolean;
    readonly before: Folded['state'];
    readonly after: Folded['state'];
  };
}

/**
 * The old machine's code is not there any more; what there is of it is its newest snapshot. So the two states are compared where
 * that stands, and not at the head.
 *
 * @throws FoldFailed when the new machine cannot fold the history
 */
export async function runRehearsal(ground: FoldDependencies, watch: JobObserver): Promise<RehearsalReport> {
  const head = watch.target();
  const { log } = ground;
  const before = await newestOf(ground, head);
  const skipped = await skippedOn(ground);
  const folding = foldingOn(ground, skipped);
  if (before !== undefined) await foldThrough(folding, ground, before.position, watch.turn);
  const compared = before && {
    position: before.position,
    machine: before.machine,
    isEqual: stateDigest(before.state) === stateDigest(folding.state),
    before: before.state,
    after: folding.state,
  };
  await foldThrough(folding, ground, head, watch.turn);
  return {
    snapshot: {
      ...folding.folded,
      log: log.identity,
      machine: machineOn(ground, skipped, folding.position),
    },
    ...(compared !== undefined && { compared }),
  };
}

/** By whichever machine. */
async function newestOf({ snapshots, log }: FoldDependencies, head: Position): Promise<Snapshot | undefined> {
  for await (const found of snapshots.newestFirst()) {
    if (!isUnreadable(found) && found.log === log.identity && found.position <= head) return found;
  }
  return undefined;
}
