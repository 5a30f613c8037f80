/** What the monolith's worker processes work with: its contexts, and its log and snapshots once more. */
import type { Config } from '../settings.js';
import { openStoreForReading } from '../open-store.js';
import type { Workshop } from '../../runtime/projection/operations/worker-bootstrap.js';
import { shadowsIn, snapshotsIn } from '../data-folder.js';

export interface WorkshopOptions extends Pick<Config, 'store' | 'data'> {
  /** URL of a module that exports `contexts`. */
  readonly contextsFile: string;
}

export default async function workshop(options: unknown): Promise<Workshop> {
  const { store, data, contextsFile } = options as WorkshopOptions;
  const { contexts } = (await import(contextsFile)) as { readonly contexts: readonly unknown[] };
  return {
    contexts,
    openLog: () => openStoreForReading({ store, data }),
    snapshotsOf: (projection) => snapshotsIn(data, projection),
    shadowsOf: (projection) => shadowsIn(data, projection),
  };
}
