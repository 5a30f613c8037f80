/** What the rest of the runtime knows of a read model. Without the types of Kysely, which only applications with read models install. */
import type { AnyContract } from '../../event-log/contracts/event-contract.js';
import type { EventLog } from '../../event-log/event-log.js';
import type { StoreStatus } from '../../event-log/event-store.js';
import type { Position } from '../../event-log/event.js';
import type { ProjectionFault } from '../fault.js';
import type { Skipped } from '../folding.js';
import type { AuditReport } from '../operations/audit.js';
import type { Drift } from '../operations/comparison-points.js';
import type { RebuildReport } from '../operations/rebuild.js';
import type { SlowHandler } from './handler-watch.js';
import type {
  Lifecycle,
  ProjectionActor,
  ProjectionObserver,
  ProjectionStatus,
} from '../projection.machine.js';

/** A definition of tables of any kind. `defineReadModel` makes them. */
export interface AnyReadModelDefinition {
  readonly kind: 'read model';
  readonly name: string;
  readonly version: number;
  /** Identifies the version, the consumed revisions, and the source of `schema` and `handle`. */
  readonly fingerprint: string;
  readonly consumes: readonly AnyContract[];
  /** @internal */
  start(log: EventLog, location: TablesLocation, observer: ReadModelObserver): AnyReadModel;
}

/** Where the tables of one read model are. */
export type TablesLocation =
  | { readonly kind: 'memory' }
  | { readonly kind: 'sqlite'; readonly folder: string }
  | { readonly kind: 'postgres'; readonly url: string };

/** What is told of a read model beside what is told of each projection. */
export interface ReadModelObserver extends ProjectionObserver {
  /** What was kept cannot be used, and is built anew from the log. */
  unusable(reason: string): void;
  /** It cannot reach its database, and tries again until it can. Told once. */
  databaseAway(reason: string): void;
  /** A handler takes very long; everything behind its event waits. */
  slowHandler?(slow: SlowHandler): void;
}

export interface ReadModelOperationOptions {
  readonly onProgress: (position: Position, through: () => Position) => void;
  readonly signal: AbortSignal;
}

/** A read model that runs, whatever its tables are. */
export abstract class AnyReadModel {
  abstract readonly definition: AnyReadModelDefinition;
  abstract readonly name: string;
  /** How far the log is in the tables that answer. While there are none yet, how far they are built. */
  abstract readonly position: Position;
  abstract readonly status: ProjectionStatus;
  /** Resolves once it has recovered, or has stopped before it had. */
  abstract readonly settled: Promise<void>;
  /** Why it stopped; also while it resumes, until it is past that. */
  abstract readonly fault: ProjectionFault | undefined;
  abstract readonly skipped: Skipped;
  abstract readonly logStatus: StoreStatus | undefined;
  abstract readonly eventsPerSecond: number;
  /** Found by the last audit. */
  abstract readonly drift: Drift | undefined;
  /** Of the events that its tables were built from. */
  abstract readonly digest: string;
  /** @internal */
  abstract readonly log: EventLog;

  /**
   * Resolves once everything up to the position is in the tables.
   *
   * @throws the signal's reason once it is aborted, or an `AbortError` once the process begins to end
   */
  abstract reached(wanted: Position, signal: AbortSignal): Promise<void>;
  abstract endWaiting(): void;
  /** Tries again from where it stopped; does nothing unless it is faulted. */
  abstract resume(): Promise<void>;
  /** @internal */
  abstract lifecycle(): Lifecycle;
  /** @internal */
  abstract runsAs(actor: ProjectionActor): void;
  /** What its tables take on the disk, in bytes; undefined where that cannot be told, as in memory, or while the database is away. */
  abstract size(): Promise<number | undefined>;
  /** Stops folding and closes the database. */
  abstract stop(): Promise<void>;
  /** @internal */
  abstract rebuild(options: ReadModelOperationOptions): Promise<RebuildReport>;
  /** @internal */
  abstract audit(options: ReadModelOperationOptions): Promise<AuditReport>;
}

export function isReadModel(definition: object): definition is AnyReadModelDefinition {
  return 'kind' in definition && definition.kind === 'read model';
}
