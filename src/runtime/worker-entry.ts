/** What a worker process folds: the application's contexts, over its log and snapshots opened once more. */
import { rebuildStoreIn, snapshotStoreIn } from './projection/snapshots/snapshot-folders.js';
import type { WorkerBootstrap } from './projection/operations/worker-bootstrap.js';
import { BUILT_IN_DRIVERS } from './built-in-drivers.js';
import type { EntityOptions } from './leftfold-options.js';
import { entityDatabasesOf } from './entity-databases.js';
import { StoreDrivers, type StoreDriver } from './stores/drivers.js';

export interface WorkerEntryOptions {
  /** URL of the store. */
  readonly store: string;
  /** The folder of all snapshots. */
  readonly folder: string;
  /** URL of a module that exports `contexts`, and `drivers` where the store needs some. */
  readonly contexts: string;
  /** Where entity projections have their databases. */
  readonly entities: Partial<EntityOptions>;
}

interface WorkerModule {
  readonly contexts: readonly unknown[];
  readonly drivers?: readonly StoreDriver[];
}

export default async function workerEntry(options: unknown): Promise<WorkerBootstrap> {
  const { store, folder, contexts: file, entities } = options as WorkerEntryOptions;
  const { contexts, drivers = [] } = (await import(file)) as WorkerModule;
  return {
    contexts,
    openLog: () => new StoreDrivers([...BUILT_IN_DRIVERS, ...drivers]).openForReading(store),
    snapshotsOf: (projection) => snapshotStoreIn(folder, projection),
    rebuildSnapshotsOf: (projection) => rebuildStoreIn(folder, projection),
    entityDatabasesOf: entityDatabasesOf(store, folder, entities),
  };
}
