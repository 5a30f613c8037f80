/** Where in the data folder each projection keeps its snapshots. */
import { join } from 'node:path';
import { FileSnapshotStore, snapshotFolder } from './file-snapshot-store.js';
import type { RetentionLimits } from './retention.js';
import { MergedSnapshotStore } from './merged-snapshot-store.js';
import type { SnapshotStore } from './snapshot-store.js';

/** What a projection begins from: its own, and what was rehearsed for it. */
export function snapshotStoreIn(data: string, projection: string, limits?: RetentionLimits): SnapshotStore {
  return new MergedSnapshotStore(
    ownSnapshotStoreIn(data, projection, limits),
    rehearsedStoreIn(data, projection),
  );
}

/** What the projection itself has kept. */
export function ownSnapshotStoreIn(
  data: string,
  projection: string,
  limits?: RetentionLimits,
): SnapshotStore {
  return new FileSnapshotStore(snapshotFolder(data, projection), limits);
}

export function rehearsedStoreIn(data: string, projection: string): SnapshotStore {
  return new FileSnapshotStore(join(snapshotFolder(data, projection), 'rehearsed'));
}

/** Of a rebuild that is under way. */
export function rebuildStoreIn(data: string, projection: string): SnapshotStore {
  return new FileSnapshotStore(join(snapshotFolder(data, projection), 'rebuild'));
}
