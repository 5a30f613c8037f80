/** What the monolith's worker processes work with: its contexts, and its log and snapshots once more. */
import type { Settings } from '../settings.js';
import { openStoreForReading } from '../open-store.js';
import type { WorkerBootstrap } from '../../runtime/projection/operations/worker-bootstrap.js';
import { rebuildStoreIn, snapshotStoreIn } from '../data-folder.js';

export interface WorkerBootstrapOptions extends Pick<Settings, 'store' | 'data'> {
  /** URL of a module that exports `contexts`. */
  readonly contextsFile: string;
}

export default async function createBootstrap(options: unknown): Promise<WorkerBootstrap> {
  const { store, data, contextsFile } = options as WorkerBootstrapOptions;
  const { contexts } = (await import(contextsFile)) as { readonly contexts: readonly unknown[] };
  return {
    contexts,
    openLog: () => openStoreForReading({ store, data }),
    snapshotsOf: (projection) => snapshotStoreIn(data, projection),
    rebuildSnapshotsOf: (projection) => rebuildStoreIn(data, projection),
  };
}
