/** Which snapshot a fold may begin from: the newest that is whole, of this log, and by this machine. */
import type { Position } from '../../event-log/event.js';
import { NOTHING_SKIPPED, type Skipped } from '../folding.js';
import { fingerprintWithout, machineIn } from '../skipping.js';
import { isUnreadable, type Snapshot, type SnapshotStore, type Unreadable } from './snapshot-store.js';

/** What a snapshot must go with. */
export interface Origin {
  readonly log: string;
  /** The fingerprint of what folds now. */
  readonly machine: string;
  /** Where the log's head stands. */
  readonly head: Position;
  /** What the projection passes over now. Default: nothing. */
  readonly skipped?: Skipped;
}

/**
 * @param through of this position or an earlier one
 * @param passedOver is told of each that cannot be used, and why
 * @throws what the store throws when it cannot even say what there is
 */
export async function usableSnapshot(
  store: SnapshotStore,
  origin: Origin,
  through?: Position,
  passedOver: (unusable: Unreadable) => void = () => undefined,
): Promise<Snapshot | undefined> {
  for await (const found of store.newestFirst(through)) {
    const unusable = isUnreadable(found) ? found : whyUnusable(found, origin);
    if (unusable !== undefined) passedOver(unusable);
    else if (!isUnreadable(found)) return found;
  }
  return undefined;
}

function whyUnusable(
  found: Snapshot,
  { log, machine, head, skipped = NOTHING_SKIPPED }: Origin,
): Unreadable | undefined {
  const name = `the snapshot at position ${found.position}`;
  if (found.log !== log || found.position > head) return { name, reason: 'it was made from another log' };
  if (machineIn(found.machine) !== machine) {
    return { name, reason: 'it was made by another machine, or from events in other revisions' };
  }
  if (found.machine !== fingerprintWithout(skipped, found.position, machine)) {
    return { name, reason: 'it was folded when other events were skipped' };
  }
  return undefined;
}
