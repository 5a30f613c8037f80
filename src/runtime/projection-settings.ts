/** What the projections of an application run with, from its options: snapshot stores, their pace, and workers. */
import { buildIdOf } from './build-id.js';
import type { EventStore } from './event-log/event-store.js';
import { isInMemory, isPostgres } from './checked-options.js';
import { entitiesOf, entityDatabasesOf } from './entity-databases.js';
import type { LeftfoldOptions, SnapshotOptions } from './leftfold-options.js';
import type { ProjectionSettings } from './projection/projection-host.js';
import { DEFAULT_LIMITS, snapshotFolder } from './projection/snapshots/file-snapshot-store.js';
import { rebuildStoreIn, snapshotStoreIn } from './projection/snapshots/snapshot-folders.js';
import { NoSnapshots, type SnapshotStore } from './projection/snapshots/snapshot-store.js';
import type { TablesLocation } from './projection/read-models/any-read-model.js';
import type { WorkerEntryOptions } from './worker-entry.js';

/** What the projections run with, from checked options. */
export function projectionSettings(
  {
    store: location,
    snapshots = {},
    entities,
    readModels = {},
    auditMinutes = 0,
    sharesLog = false,
    workers,
    build: given,
  }: LeftfoldOptions,
  store: EventStore,
): ProjectionSettings {
  const { every = 1000, seconds, spacing, folder, storeOf } = snapshots;
  // Snapshots of a log that ends with the process would never be read.
  const isKept = !isInMemory(store);
  const isRestored = isKept && (storeOf ?? folder) !== undefined;
  const build = isRestored ? (given ?? buildIdOf(process.argv[1])) : undefined;
  const settings = {
    ...(build !== undefined && { build }),
    pace: { every, ...(seconds !== undefined && { seconds }), ...(spacing !== undefined && { spacing }) },
    auditMinutes,
    sharesLog,
    snapshotsOf: storeOf ?? (isKept && folder !== undefined ? snapshotsIn(folder, snapshots) : noSnapshots),
    rebuildSnapshotsOf:
      isKept && folder !== undefined ? (name: string) => rebuildStoreIn(folder, name) : noSnapshots,
    ...(isKept && { entityDatabasesOf: entityDatabasesOf(location, folder, entities) }),
    ...(isKept && { tablesOf: tablesIn(readModels.database ?? databaseOf(location), folder) }),
  };
  if (workers === undefined || !isKept) return settings;
  const { contexts, store: url = location, ...limits } = workers;
  if (typeof url !== 'string' || folder === undefined) return settings;
  return {
    ...settings,
    workers: {
      ...limits,
      bootstrap: new URL('./worker-entry.js', import.meta.url).href,
      options: {
        store: url,
        folder,
        contexts,
        entities: entitiesOf(location, entities),
      } satisfies WorkerEntryOptions,
    },
  };
}

/** The database that the log is in, where that is one for read models too. */
function databaseOf(location: LeftfoldOptions['store']): string | undefined {
  return typeof location === 'string' && isPostgres(location) ? location : undefined;
}

/** @param folder undefined: in memory, unless there is a database */
function tablesIn(
  database: string | undefined,
  folder: string | undefined,
): (readModel: string) => TablesLocation {
  if (database !== undefined) return () => ({ kind: 'postgres', url: database });
  if (folder === undefined) return () => ({ kind: 'memory' });
  return (name) => ({ kind: 'sqlite', folder: snapshotFolder(folder, name) });
}

const noSnapshots = (): SnapshotStore => new NoSnapshots();

function snapshotsIn(folder: string, { spacing, bytes }: SnapshotOptions): (name: string) => SnapshotStore {
  const limits = { spacing: spacing ?? DEFAULT_LIMITS.spacing, bytes: bytes ?? DEFAULT_LIMITS.bytes };
  return (name) => snapshotStoreIn(folder, name, limits);
}
