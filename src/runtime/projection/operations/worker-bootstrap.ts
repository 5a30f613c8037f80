/** How a worker process gets its log, projections and snapshots: from a module that the application names by URL. */
import { EventLog } from '../../event-log/event-log.js';
import type { EventStore } from '../../event-log/event-store.js';
import type { EntityProjectionDefinition } from '../entities/define-entity-projection.js';
import type { EntityDatabases } from '../entities/entity-database.js';
import { contractsIn, definitionsIn, entityDefinitionsIn } from '../module-definitions.js';
import { skipContracts } from '../skipping.js';
import type { SnapshotStore } from '../snapshots/snapshot-store.js';
import type { FoldDependencies } from './fold-dependencies.js';

/** What such a module makes of the application's options. */
export interface WorkerBootstrap {
  /** Nest modules; their projections and contracts are found without starting an application. */
  readonly contexts: readonly unknown[];
  /** Opens the log for reading, beside the process that writes it. */
  readonly openLog: () => EventStore | Promise<EventStore>;
  readonly snapshotsOf: (projection: string) => SnapshotStore;
  /** The store of an unfinished rebuild's own snapshots. */
  readonly rebuildSnapshotsOf: (projection: string) => SnapshotStore;
  /** Where an entity projection has its databases. Without it none is folded there. */
  readonly entityDatabasesOf?: (projection: string) => EntityDatabases;
}

/** The type of the module's default export. */
export type CreateWorkerBootstrap = (options: unknown) => WorkerBootstrap | Promise<WorkerBootstrap>;

export interface OpenedDependencies {
  /** Names, of those with one state each. */
  readonly projections: readonly string[];
  /** By name. */
  readonly entityProjections: ReadonlyMap<string, EntityProjectionDefinition>;
  readonly log: EventLog;
  readonly entityDatabasesOf: NonNullable<WorkerBootstrap['entityDatabasesOf']>;
  /** @throws Error when there is no projection of this name */
  readonly of: (projection: string) => FoldDependencies;
  readonly close: () => Promise<void>;
}

export async function openDependencies({
  contexts,
  openLog,
  snapshotsOf,
  rebuildSnapshotsOf,
  entityDatabasesOf = (projection) => {
    throw new Error(`it is not known where ${projection} has its databases`);
  },
}: WorkerBootstrap): Promise<OpenedDependencies> {
  const definitions = definitionsIn(contexts);
  const log = new EventLog(await openLog());
  log.contracts.register([...contractsIn(contexts), ...skipContracts]);
  return {
    projections: [...definitions.keys()],
    entityProjections: entityDefinitionsIn(contexts),
    log,
    entityDatabasesOf,
    of: (projection) => {
      const definition = definitions.get(projection);
      if (definition === undefined) throw new Error(`there is no projection ${projection}`);
      return {
        log,
        definition,
        snapshots: snapshotsOf(projection),
        rebuildSnapshots: rebuildSnapshotsOf(projection),
      };
    },
    close: () => log.close(),
  };
}
