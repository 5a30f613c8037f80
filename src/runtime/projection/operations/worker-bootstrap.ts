/** What a worker process finds its log, its projections and their snapshots with: a module that the app names by URL. */
import { EventLog } from '../../event-log/event-log.js';
import type { EventStore } from '../../event-log/event-store.js';
import { contractsIn, definitionsIn } from '../definitions-in.js';
import { eventSkipped } from '../skipping.js';
import type { SnapshotStore } from '../snapshots/snapshot-store.js';
import type { FoldDependencies } from './fold-dependencies.js';

/** What such a module makes of the app's options. */
export interface WorkerBootstrap {
  /** Nest modules; the projections and contracts are those that they bring along. */
  readonly contexts: readonly unknown[];
  /** Opens the log for reading, beside whoever writes it. */
  readonly openLog: () => EventStore | Promise<EventStore>;
  readonly snapshotsOf: (projection: string) => SnapshotStore;
  /** Where a rebuild keeps its own until it is done. */
  readonly shadowsOf: (projection: string) => SnapshotStore;
}

/** What its default export is. */
export type MakeWorkerBootstrap = (options: unknown) => WorkerBootstrap | Promise<WorkerBootstrap>;

export interface OpenDependencies {
  /** The names of the projections that there are. */
  readonly projections: readonly string[];
  /** @throws Error when there is no projection of this name */
  readonly of: (projection: string) => FoldDependencies;
  readonly close: () => Promise<void>;
}

export async function openDependencies({
  contexts,
  openLog,
  snapshotsOf,
  shadowsOf,
}: WorkerBootstrap): Promise<OpenDependencies> {
  const definitions = definitionsIn(contexts);
  const log = new EventLog(await openLog());
  log.contracts.register([...contractsIn(contexts), eventSkipped]);
  return {
    projections: [...definitions.keys()],
    of: (projection) => {
      const definition = definitions.get(projection);
      if (definition === undefined) throw new Error(`there is no projection ${projection}`);
      return { log, definition, snapshots: snapshotsOf(projection), shadows: shadowsOf(projection) };
    },
    close: () => log.close(),
  };
}
