/** What a fold beside the live one stands on, wherever it runs: the log, the definition, and where snapshots are. */
import type { EventLog } from '../../event-log/event-log.js';
import type { Position, Query } from '../../event-log/event.js';
import type { ProjectionDefinition } from '../define-projection.js';
import { Folding, type Folded } from '../folding.js';
import { fingerprintIn } from '../machine-fingerprint.js';
import type { Snapshot, SnapshotStore, Unreadable } from '../snapshot-store.js';
import { isUnreadable } from '../snapshot-store.js';

export interface Ground {
  readonly log: EventLog;
  readonly definition: ProjectionDefinition;
  /** Those of the live projection; they are only read here. */
  readonly snapshots: SnapshotStore;
  /** Those of a rebuild on its way, in a place of their own. */
  readonly shadows: SnapshotStore;
}

/**
 * A fold on its way, which passes over what the live one passes over. Shadows and audits get theirs here and nowhere
 * else; the positions that are passed over, which are none yet, are its third argument.
 */
export function foldingOn({ definition }: Ground, from?: Folded): Promise<Folding> {
  return Promise.resolve(new Folding(definition.fold, from));
}

export function consumedOn({ definition }: Ground): Query {
  return [{ types: definition.consumes.map((contract) => contract.type) }];
}

/** Whether this machine has folded it from this log, and not beyond where the log is looked at. */
export function isOurs(
  found: Snapshot | Unreadable,
  { log, definition }: Ground,
  through: Position,
): found is Snapshot {
  return (
    !isUnreadable(found) &&
    found.log === log.identity &&
    found.machine === fingerprintIn(log.contracts, definition) &&
    found.position <= through
  );
}
