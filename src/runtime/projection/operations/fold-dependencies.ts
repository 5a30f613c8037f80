/** What a fold beside the live one stands on, wherever it runs: the log, the definition, and where snapshots are. */
import type { EventLog } from '../../event-log/event-log.js';
import type { Position, Query } from '../../event-log/event.js';
import type { ProjectionDefinition } from '../define-projection.js';
import { Folding, type Folded, type Skipped } from '../folding.js';
import { fingerprintIn } from '../../fold/machine-fingerprint.js';
import { Past } from '../past/past.js';
import { fingerprintWithout, skippedBy } from '../skipping.js';
import type { Snapshot, SnapshotStore, Unreadable } from '../snapshots/snapshot-store.js';
import { isUnreadable } from '../snapshots/snapshot-store.js';
import { usableSnapshot } from '../snapshots/usable-snapshot.js';

export interface FoldDependencies {
  readonly log: EventLog;
  readonly definition: ProjectionDefinition;
  /** Those of the live projection; they are only read here. */
  readonly snapshots: SnapshotStore;
  /** Those of a rebuild on its way, in a place of their own. */
  readonly shadows: SnapshotStore;
}

/** What the live projection passes over, as the log has it now. */
export function skippedOn({ log, definition }: FoldDependencies): Promise<Skipped> {
  return skippedBy(log, definition.name);
}

/** A fold on its way, which passes over what the live one passes over. Shadows and audits get theirs here and nowhere else. */
export function foldingOn({ definition }: FoldDependencies, skipped: Skipped, from?: Folded): Folding {
  return new Folding(definition.fold, from, skipped);
}

/** What passes over different events cannot be compared, nor can one go on from the other. */
export class SkippedMeanwhile extends Error {
  constructor({ definition }: FoldDependencies) {
    super(`an event was skipped for ${definition.name} while the log was folded; ask again`);
  }
}

/** The past of a projection that need not run here. It begins from the snapshots that there are, and leaves them as they are. */
export async function pastOn(ground: FoldDependencies): Promise<Past> {
  const { log, definition, snapshots } = ground;
  const skipped = await skippedOn(ground);
  const before = async (through: Position): Promise<Snapshot | undefined> => {
    const machine = fingerprintIn(log.contracts, definition);
    return usableSnapshot(
      snapshots,
      { log: log.identity, machine, head: await log.head(), skipped },
      through,
    );
  };
  return new Past(definition, log, { before }, () => skipped);
}

/** What identifies a state at this position that this machine has folded. */
export function machineOn({ log, definition }: FoldDependencies, skipped: Skipped, at: Position): string {
  return fingerprintWithout(skipped, at, fingerprintIn(log.contracts, definition));
}

export function consumedOn({ definition }: FoldDependencies): Query {
  return [{ types: definition.consumes.map((contract) => contract.type) }];
}

/** Whether this machine has folded it from this log, passing over the same, and not beyond where the log is looked at. */
export function isOurs(
  found: Snapshot | Unreadable,
  ground: FoldDependencies,
  through: Position,
  skipped: Skipped,
): found is Snapshot {
  return (
    !isUnreadable(found) &&
    found.log === ground.log.identity &&
    found.machine === machineOn(ground, skipped, found.position) &&
    found.position <= through
  );
}
