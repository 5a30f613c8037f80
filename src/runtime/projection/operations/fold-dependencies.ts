/** What a fold beside the live projection needs, in whichever process it runs: the log, the definition, the snapshots. */
import type { EventLog } from '../../event-log/event-log.js';
import type { Position } from '../../event-log/event.js';
import { fingerprintIn } from '../../fold/machine-fingerprint.js';
import type { ProjectionDefinition } from '../define-projection.js';
import type { Skipped } from '../folding.js';
import { Past } from '../past/past.js';
import { fingerprintWithout, skippedBy } from '../skipping.js';
import type { SnapshotStore } from '../snapshots/snapshot-store.js';
import { findUsableSnapshot, type SnapshotRequirements } from '../snapshots/usable-snapshot.js';

export interface FoldDependencies {
  readonly log: EventLog;
  readonly definition: ProjectionDefinition;
  /** Those of the live projection; only read here. */
  readonly snapshots: SnapshotStore;
  /** Those of an unfinished rebuild, in a store of their own. */
  readonly rebuildSnapshots: SnapshotStore;
}

/** Which events the projection skips, as the log says now. */
export function readSkipped({ log, definition }: FoldDependencies): Promise<Skipped> {
  return skippedBy(log, definition.name);
}

/** Identifies what has folded a state at this position: the machine, its contracts, and the events skipped up to there. */
export function fingerprintAt({ log, definition }: FoldDependencies, skipped: Skipped, at: Position): string {
  return fingerprintWithout(skipped, at, fingerprintIn(log.contracts, definition));
}

/** Which snapshots a fold up to this position can begin from or be compared with. */
export function snapshotRequirements(
  { log, definition }: FoldDependencies,
  skipped: Skipped,
  through: Position,
): SnapshotRequirements {
  return {
    log: log.identity,
    machine: fingerprintIn(log.contracts, definition),
    head: through,
    hashAt: (at) => log.hashAt(at),
    skipped,
  };
}

/** The past of a projection that need not run in this process. Snapshots are read, never changed. */
export async function createPast(dependencies: FoldDependencies): Promise<Past> {
  const { log, definition, snapshots } = dependencies;
  const skipped = await readSkipped(dependencies);
  return new Past(
    definition,
    log,
    {
      before: async (through) =>
        findUsableSnapshot(snapshots, snapshotRequirements(dependencies, skipped, await log.head()), through),
    },
    () => skipped,
  );
}

/** Two folds that skip different events cannot be compared, and neither can continue from the other. */
export class SkippedDuringFold extends Error {
  constructor({ definition }: FoldDependencies) {
    super(`an event was skipped for ${definition.name} while the log was folded; ask again`);
  }
}
