/** Runs the projections of one process: starts them, and stops them before the log closes. */
import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { EventEmitter2 } from '@nestjs/event-emitter';
import type { EventLog } from '../event-log/event-log.js';
import type { Signals } from '../event-log/signals.js';
import type { ProjectionDefinition } from './define-projection.js';
import { listenForSkip } from './skip-listener.js';
import { fingerprintIn } from '../fold/machine-fingerprint.js';
import { Projection } from './projection.js';
import { createRuntime, type RuntimeActor } from './runtime.machine.js';
import { skipContracts } from './skipping.js';
import { NoSnapshots, type SnapshotStore } from './snapshots/snapshot-store.js';
import {
  MIN_SHARE,
  SHARE_IN_REPLAY,
  SHARE_WHEN_LIVE,
  Snapshots,
  type SnapshotPace,
} from './snapshots/snapshots.js';
import type { EntityProjectionDefinition } from './entities/define-entity-projection.js';
import type { EntityDatabases } from './entities/entity-database.js';
import { EntityPlace } from './entities/entity-place.js';
import { EntityProjection } from './entities/entity-projection.js';
import { SqliteDatabases } from './entities/sqlite/sqlite-databases.js';
import type { AnyReadModel, AnyReadModelDefinition, TablesLocation } from './read-models/any-read-model.js';
import { ProjectionReports, type ProjectionEvents } from './projection-reports.js';
import { unknownSkips } from './unknown-skips.js';
import type { FoldDependencies } from './operations/fold-dependencies.js';
import type { WorkerSettings } from './operations/worker-executor.js';

export interface ProjectionSettings {
  /** The store of one projection's snapshots; each projection needs its own. */
  readonly snapshotsOf: (projection: string) => SnapshotStore;
  /** When snapshots are saved. */
  readonly pace: SnapshotPace;
  /** The store of an unfinished rebuild's own snapshots. Default: none are kept, so an interrupted rebuild begins anew. */
  readonly rebuildSnapshotsOf?: (projection: string) => SnapshotStore;
  /** Where one entity projection has its databases. Default: in memory. */
  readonly entityDatabasesOf?: (projection: string) => EntityDatabases;
  /** Where the tables of one read model are. Default: in memory. */
  readonly tablesOf?: (readModel: string) => TablesLocation;
  /** For rebuilds and audits in worker processes. Without it they run in this thread. */
  readonly workers?: WorkerSettings;
  /** Identifies the build of the program. Without it, a state that another build has folded is not audited. */
  readonly build?: string;
  /** Minutes between two audits of all projections. Default: 0, only on request. */
  readonly auditMinutes?: number;
  /** Other processes run projections over this log too, so that skips name some that do not run here. Default: none do. */
  readonly sharesLog?: boolean;
}

/** A projection of any kind. */
export type AnyProjection = Projection | EntityProjection | AnyReadModel;

export class ProjectionHost implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** The root actor of this process, for XState inspectors. */
  readonly root: RuntimeActor = createRuntime();
  readonly #logger = new Logger('Projection');
  readonly #reports: ProjectionReports;
  readonly #projections = new Map<string, Projection>();
  readonly #entityProjections = new Map<string, EntityProjection>();
  readonly #readModels = new Map<string, AnyReadModel>();
  readonly #stores = new Map<string, SnapshotStore>();
  /** By projection: stops listening for a skip of the event at which it stopped. */
  readonly #stopListening = new Map<string, () => void>();
  #isEnding = false;
  #lookingForSkips: Promise<void> = Promise.resolve();

  /** @internal `LeftfoldModule` makes it. */
  constructor(
    private readonly log: EventLog,
    emitter: EventEmitter2 | undefined,
    /** @internal */
    readonly settings: ProjectionSettings,
  ) {
    this.#reports = new ProjectionReports(emitter);
    log.contracts.register(skipContracts);
    log.beforeClose(() => this.#stop());
  }

  get projections(): readonly Projection[] {
    return [...this.#projections.values()];
  }

  get entityProjections(): readonly EntityProjection[] {
    return [...this.#entityProjections.values()];
  }

  get readModels(): readonly AnyReadModel[] {
    return [...this.#readModels.values()];
  }

  /** Those of one state, those of many, and read models. */
  get all(): readonly AnyProjection[] {
    return [...this.projections, ...this.entityProjections, ...this.readModels];
  }

  /** Whether the application has begun to shut down. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  find(name: string): Projection | undefined {
    return this.#projections.get(name);
  }

  /** Of one state or of many, or a read model. */
  findAny(name: string): AnyProjection | undefined {
    return this.find(name) ?? this.#entityProjections.get(name) ?? this.#readModels.get(name);
  }

  /** Where it keeps its snapshots, and of which build of the program they are. Of an entity projection, the latter alone. @internal */
  snapshotsOf(projection: string): SnapshotStore {
    const known = this.#stores.get(projection);
    if (known !== undefined) return known;
    const store = this.settings.snapshotsOf(projection);
    this.#stores.set(projection, store);
    return store;
  }

  /** For a fold of this projection in this process, beside the live one. @internal */
  dependenciesOf({ definition }: Projection): FoldDependencies {
    const { rebuildSnapshotsOf = () => new NoSnapshots() } = this.settings;
    return {
      log: this.log,
      definition,
      snapshots: this.snapshotsOf(definition.name),
      rebuildSnapshots: rebuildSnapshotsOf(definition.name),
    };
  }

  /** @throws Error when there is a projection of this name already */
  add<Context>(definition: ProjectionDefinition<Context>): Projection<Context> {
    this.#requireNew(definition);
    const projection: Projection<Context> = new Projection<Context>(
      definition,
      this.log,
      this.#snapshotsOf(definition),
      this.#reports.of(
        definition.name,
        this.#eventsOf(() => projection),
      ),
    );
    this.#projections.set(definition.name, projection);
    return projection;
  }

  /** @throws Error when there is a projection of this name already */
  addEntities<Context>(definition: EntityProjectionDefinition<Context>): EntityProjection<Context> {
    this.#requireNew(definition);
    const { name } = definition;
    const { entityDatabasesOf = () => new SqliteDatabases(undefined) } = this.settings;
    const place = new EntityPlace(entityDatabasesOf(name));
    const observer = this.#reports.ofEntities(
      name,
      this.#eventsOf(() => projection),
    );
    const projection: EntityProjection<Context> = new EntityProjection<Context>(
      definition,
      this.log,
      place,
      observer,
    );
    this.#entityProjections.set(name, projection);
    return projection;
  }

  /** @throws Error when there is a projection of this name already */
  addReadModel(definition: AnyReadModelDefinition): AnyReadModel {
    const { name, consumes } = definition;
    this.#requireNewName(name);
    this.log.contracts.register(consumes);
    const location = this.settings.tablesOf?.(name) ?? { kind: 'memory' };
    const observer = this.#reports.ofReadModel(
      name,
      this.#eventsOf(() => readModel),
    );
    const readModel: AnyReadModel = definition.start(this.log, location, observer);
    this.#readModels.set(name, readModel);
    return readModel;
  }

  #requireNew({ name, consumes, fold }: Pick<ProjectionDefinition, 'name' | 'consumes' | 'fold'>): void {
    this.#requireNewName(name);
    this.log.contracts.consumedBy({ name: `projection ${name}`, consumes, fold });
  }

  #requireNewName(name: string): void {
    if (this.findAny(name) !== undefined) throw new Error(`there are two projections named ${name}`);
  }

  /** A fault is listened to until a skip of its event ends it, in whichever process that is recorded. */
  #eventsOf(projectionOf: () => Parameters<typeof listenForSkip>[0]): ProjectionEvents {
    return {
      faulted: (fault) => {
        const projection = projectionOf();
        const { name } = projection;
        this.#reports.faulted(name, fault);
        this.#stopListening.get(name)?.();
        this.#stopListening.set(name, listenForSkip(projection, fault, this.log));
      },
      resumed: () => {
        this.#stopListening.get(projectionOf().name)?.();
      },
    };
  }

  onApplicationBootstrap(): void {
    this.root.start();
    for (const projection of this.all) {
      this.root.send({ type: 'start', name: projection.name, lifecycle: projection.lifecycle() });
      const actor = this.root.getSnapshot().context.projections[projection.name];
      if (actor !== undefined) projection.runsAs(actor);
    }
    this.#lookingForSkips = this.#reportUnknownSkips();
  }

  /** A misspelt name would otherwise have no effect without a word. Where others share the log, the name may well be theirs. */
  async #reportUnknownSkips(): Promise<void> {
    try {
      const known = this.all.map(({ name }) => name);
      for (const line of await unknownSkips(this.log, known, () => this.#isEnding)) {
        if (this.settings.sharesLog === true) this.#logger.debug(line);
        else this.#logger.warn(line);
      }
    } catch (error) {
      if (!this.#isEnding) this.#logger.error('cannot look for skips of unknown projections', error);
    }
  }

  beforeApplicationShutdown(): void {
    this.#isEnding = true;
    for (const projection of this.all) projection.endWaiting();
  }

  async #stop(): Promise<void> {
    this.#isEnding = true;
    await Promise.all(this.all.map((projection) => projection.stop()));
    await this.#lookingForSkips;
    this.root.stop();
  }

  #snapshotsOf<Context>(definition: ProjectionDefinition<Context>): Snapshots {
    const { name: projection } = definition;
    const { pace } = this.settings;
    const foldedBy = (): string => fingerprintIn(this.log.contracts, definition);
    const store = this.snapshotsOf(projection);
    const share = (): number => {
      const isLive = this.find(projection)?.status === 'following';
      // All projections share one thread.
      const all = isLive ? SHARE_WHEN_LIVE : SHARE_IN_REPLAY;
      return Math.max(all / Math.max(this.#projections.size, 1), MIN_SHARE);
    };
    const observer = this.#reports.ofSnapshots(projection, store);
    return new Snapshots(store, { share, ...pace }, this.log, foldedBy, observer);
  }

  /** Logs and signals that an event was skipped. */
  reportSkipped(skip: Signals['projection.skipped']): void {
    this.#reports.skipped(skip);
  }
}
