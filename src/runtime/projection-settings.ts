/** What the projections of an application run with, from its options: snapshot stores, their pace, and workers. */
import type { EventStore } from './event-log/event-store.js';
import { InvalidSetting } from './invalid-setting.js';
import type { LeftfoldOptions, SnapshotOptions } from './leftfold-options.js';
import type { ProjectionSettings } from './projection/projection-host.js';
import { DEFAULT_LIMITS } from './projection/snapshots/file-snapshot-store.js';
import { rebuildStoreIn, snapshotStoreIn } from './projection/snapshots/snapshot-folders.js';
import { NoSnapshots, type SnapshotStore } from './projection/snapshots/snapshot-store.js';
import { MemoryStore } from './stores/memory.store.js';
import type { WorkerEntryOptions } from './worker-entry.js';

/** @throws InvalidSetting when they do not fit together */
export function checkedOptions(options: LeftfoldOptions): LeftfoldOptions {
  const { store, snapshots = {}, workers } = options;
  const { folder, storeOf } = snapshots;
  if (folder !== undefined && storeOf !== undefined)
    throw new InvalidSetting('snapshots', 'has either a folder or storeOf');
  // No worker could open such a store again: there is none, whatever is set.
  if (workers === undefined || isInMemory(store)) return options;
  if (storeOf !== undefined)
    throw new InvalidSetting('workers', 'need snapshots.folder: a worker cannot open what storeOf gives');
  if (folder === undefined || typeof (workers.store ?? store) !== 'string')
    throw new InvalidSetting(
      'workers',
      'need the URL of a store and a folder of snapshots: a worker opens both again',
    );
  return options;
}

/** What the projections run with, from checked options. */
export function projectionSettings(
  { store: location, snapshots = {}, auditMinutes = 0, workers }: LeftfoldOptions,
  store: EventStore,
): ProjectionSettings {
  const { every = 1000, seconds, spacing, folder, storeOf } = snapshots;
  // Snapshots of a log that ends with the process would never be read.
  const isKept = !isInMemory(store);
  const settings = {
    pace: { every, ...(seconds !== undefined && { seconds }), ...(spacing !== undefined && { spacing }) },
    auditMinutes,
    snapshotsOf: storeOf ?? (isKept && folder !== undefined ? snapshotsIn(folder, snapshots) : noSnapshots),
    rebuildSnapshotsOf:
      isKept && folder !== undefined ? (name: string) => rebuildStoreIn(folder, name) : noSnapshots,
  };
  if (workers === undefined || !isKept) return settings;
  const { contexts, store: url = location, ...limits } = workers;
  if (typeof url !== 'string' || folder === undefined) return settings;
  return {
    ...settings,
    workers: {
      ...limits,
      bootstrap: new URL('./worker-entry.js', import.meta.url).href,
      options: { store: url, folder, contexts } satisfies WorkerEntryOptions,
    },
  };
}

function isInMemory(store: EventStore | string): boolean {
  return typeof store === 'string' ? /^memory:/i.test(store) : store instanceof MemoryStore;
}

const noSnapshots = (): SnapshotStore => new NoSnapshots();

function snapshotsIn(folder: string, { spacing, bytes }: SnapshotOptions): (name: string) => SnapshotStore {
  const limits = { spacing: spacing ?? DEFAULT_LIMITS.spacing, bytes: bytes ?? DEFAULT_LIMITS.bytes };
  return (name) => snapshotStoreIn(folder, name, limits);
}
