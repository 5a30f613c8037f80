/** Where in the folder of all data each projection keeps what. */
import { join } from 'node:path';
import { FileSnapshotStore } from './runtime/projection/file-snapshot-store.js';
import { WithRehearsed } from './runtime/projection/rehearsed-snapshots.js';
import type { SnapshotStore } from './runtime/projection/snapshot-store.js';

const folderOf = (data: string, projection: string): string => join(data, 'projections', projection);

/** What a projection begins from: its own, and what was rehearsed for it. */
export function snapshotsIn(data: string, projection: string): SnapshotStore {
  return new WithRehearsed(keptIn(data, projection), rehearsedIn(data, projection));
}

/** What the projection itself has kept. */
export function keptIn(data: string, projection: string): SnapshotStore {
  return new FileSnapshotStore(folderOf(data, projection));
}

export function rehearsedIn(data: string, projection: string): SnapshotStore {
  return new FileSnapshotStore(join(folderOf(data, projection), 'rehearsed'));
}

/** Of a rebuild that is under way. */
export function shadowsIn(data: string, projection: string): SnapshotStore {
  return new FileSnapshotStore(join(folderOf(data, projection), 'rebuild'));
}
