/** Where in the folder of all data each projection keeps what. */
import { join } from 'node:path';
import { FileSnapshotStore } from './runtime/projection/file-snapshot-store.js';
import type { SnapshotStore } from './runtime/projection/snapshot-store.js';

const folderOf = (data: string, projection: string): string => join(data, 'projections', projection);

export function snapshotsIn(data: string, projection: string): SnapshotStore {
  return new FileSnapshotStore(folderOf(data, projection));
}

/** Of a rebuild that is under way. */
export function shadowsIn(data: string, projection: string): SnapshotStore {
  return new FileSnapshotStore(join(folderOf(data, projection), 'rebuild'));
}
