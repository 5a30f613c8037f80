/** Which snapshots a fold can begin from or be compared with: whole, of this log and its past, and made by this machine. */
import type { Position } from '../../event-log/event.js';
import { NOTHING_SKIPPED, type Skipped } from '../folding.js';
import { fingerprintWithout, machineIn } from '../skipping.js';
import {
  isUnreadable,
  type Snapshot,
  type SnapshotStore,
  type UnreadableSnapshot,
} from './snapshot-store.js';

export interface SnapshotRequirements {
  readonly log: string;
  /** The fingerprint of what folds now. */
  readonly machine: string;
  /** The head of the log. A snapshot after it was made from another log. */
  readonly head: Position;
  /** The hash of the commit that holds a position in the log as it is now. */
  readonly hashAt: (position: Position) => Promise<string | undefined>;
  /** What the projection skips now. Default: nothing. */
  readonly skipped?: Skipped;
}

/**
 * The newest snapshot that meets the requirements.
 *
 * @param through only those at this position or an earlier one
 * @param onUnusable is told of each newer one that cannot be used, and why
 * @throws what the store throws when it cannot list its snapshots
 */
export async function findUsableSnapshot(
  store: SnapshotStore,
  requirements: SnapshotRequirements,
  through?: Position,
  onUnusable: (unusable: UnreadableSnapshot) => void = () => undefined,
): Promise<Snapshot | undefined> {
  for await (const found of store.newestFirst(through)) {
    const unusable = isUnreadable(found) ? found : await whyUnusable(found, requirements);
    if (unusable !== undefined) onUnusable(unusable);
    else if (!isUnreadable(found)) return found;
  }
  return undefined;
}

/** The snapshot, if it meets the requirements. */
export async function ifUsable(
  found: Snapshot | UnreadableSnapshot,
  requirements: SnapshotRequirements,
): Promise<Snapshot | undefined> {
  if (isUnreadable(found) || (await whyUnusable(found, requirements)) !== undefined) return undefined;
  return found;
}

async function whyUnusable(
  found: Snapshot,
  { log, machine, head, hashAt, skipped = NOTHING_SKIPPED }: SnapshotRequirements,
): Promise<UnreadableSnapshot | undefined> {
  const name = `the snapshot at position ${found.position}`;
  if (found.log !== log || found.position > head) return { name, reason: 'it was made from another log' };
  if (machineIn(found.machine) !== machine) {
    return {
      name,
      reason: 'it was folded by other code: the machine, its version or a revision of its events has changed',
    };
  }
  if (found.machine !== fingerprintWithout(skipped, found.position, machine)) {
    return { name, reason: 'it was folded when other events were skipped' };
  }
  // At the beginning of the log, where a rebuild leaves its first snapshot, there is no commit yet.
  if (found.position > 0 && found.hash !== (await hashAt(found.position))) {
    return { name, reason: 'the log has another past there: was a backup restored?' };
  }
  return undefined;
}
