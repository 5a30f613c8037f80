/** A read model that runs: its tables for queries, its lifecycle, and what is asked of it. */
import type { Kysely, Transaction } from 'kysely';
import type { EventLog } from '../../event-log/event-log.js';
import type { StoreStatus } from '../../event-log/event-store.js';
import type { Position } from '../../event-log/event.js';
import type { ProjectionFault } from '../fault.js';
import type { Skipped } from '../folding.js';
import { LifecycleState } from '../lifecycle-state.js';
import type { AuditReport } from '../operations/audit.js';
import type { Drift } from '../operations/comparison-points.js';
import type { RebuildReport } from '../operations/rebuild.js';
import {
  lifecycleOf,
  type Lifecycle,
  type ProjectionActor,
  type ProjectionStatus,
} from '../projection.machine.js';
import { NOTHING_FOLDED, digestText } from '../snapshots/rolling-digest.js';
import { AnsweringTables, queriesOver } from './answering-tables.js';
import {
  AnyReadModel,
  type ReadModelObserver,
  type ReadModelOperationOptions,
  type TablesLocation,
} from './any-read-model.js';
import { DatabaseAway } from './database-trouble.js';
import { HandlerQueries, transactionOver } from './handler-queries.js';
import { HandlerWatch, SLOW_HANDLER_MS } from './handler-watch.js';
import { PostgresPlace } from './postgres-place.js';
import type { ReadModelDefinition } from './read-model-definition.js';
import { ReadModelFollower } from './read-model-follower.js';
import { auditTables, rebuildTables, type OperatedReadModel } from './read-model-operations.js';
import { ReadModelAway } from './read-model-problems.js';
import { ReadModelTables } from './read-model-tables.js';
import { SqlitePlace } from './sqlite-place.js';
import type { Tables, TablesPlace } from './tables.js';
import { requireOutsideTables, withinTables } from './within-tables.js';
import { SELECT_CHECKPOINT, checkpointOf } from './tables-checkpoint.js';

/** What was read, and how far the log was in the tables then. */
export interface ReadResult<Result> {
  readonly position: Position;
  readonly result: Result;
}

export class ReadModel<Database = unknown> extends AnyReadModel {
  /**
   * For queries; it cannot write. A query throws `ReadModelAway` (503) while the tables are built for the first time, and while
   * the database cannot be reached. Each query reads the tables as they are then: use `read` where several have to agree.
   */
  readonly db: Kysely<Database>;

  readonly #lifecycle = new LifecycleState();
  readonly #place: TablesPlace;
  readonly #answering: AnsweringTables;
  readonly #follower: ReadModelFollower<Database>;
  readonly #operated: OperatedReadModel<Database>;
  readonly #transactionOver: (queries: HandlerQueries) => Transaction<Database>;
  #drift: Drift | undefined;
  #running: Promise<void> = Promise.resolve();

  /** @internal `ProjectionHost` makes them. */
  constructor(
    override readonly definition: ReadModelDefinition<Database>,
    /** @internal */
    override readonly log: EventLog,
    location: TablesLocation,
    observer: ReadModelObserver,
    now: () => Date = () => new Date(),
    slowHandlerMs = SLOW_HANDLER_MS,
  ) {
    super();
    this.#place = placeOf(definition.name, location);
    this.#answering = new AnsweringTables(
      () => {
        requireOutsideTables(this.name);
      },
      (reason) => new ReadModelAway(this.name, this.position, reason),
      (tables) => {
        this.#follower.noteDamage(tables);
        this.#lifecycle.send({ type: this.status === 'faulted' ? 'resume' : 'refold' });
      },
      () => {
        // One that has stopped since a later version serves must not build its own again.
        this.#answering.answerFrom(undefined);
        if (this.status !== 'faulted') this.#lifecycle.send({ type: 'refold' });
      },
    );
    const watch = new HandlerWatch((slow) => observer.slowHandler?.(slow), slowHandlerMs);
    const kept = new ReadModelTables(
      definition,
      log,
      this.#place,
      (reason) => {
        observer.unusable(reason);
      },
      watch,
    );
    this.#follower = new ReadModelFollower(definition, log, kept, this.#answering, observer, now);
    this.#operated = {
      definition,
      log,
      kept,
      answering: this.#answering,
      follower: this.#follower,
      status: () => this.status,
    };
    this.db = queriesOver<Database>(this.#answering, this.#place.dialect);
    this.#transactionOver = transactionOver<Database>(this.#place.dialect);
  }

  override get name(): string {
    return this.definition.name;
  }

  override get position(): Position {
    return this.#follower.folded.position;
  }

  override get status(): ProjectionStatus {
    return this.#lifecycle.status;
  }

  override get settled(): Promise<void> {
    return this.#lifecycle.settled;
  }

  override get fault(): ProjectionFault | undefined {
    return this.#lifecycle.faultAt(this.#follower.folding?.checkpoint.position ?? this.position);
  }

  override get skipped(): Skipped {
    return this.#follower.skipped;
  }

  override get logStatus(): StoreStatus | undefined {
    return this.log.status();
  }

  override get eventsPerSecond(): number {
    return this.#follower.rate.perSecond();
  }

  override get drift(): Drift | undefined {
    return this.#drift;
  }

  override get digest(): string {
    return digestText(this.#follower.folding?.checkpoint.digest ?? NOTHING_FOLDED);
  }

  /**
   * Runs queries that see one state of the tables, and tells how far the log is in it. In SQLite one such read is made at a time.
   *
   * @throws ReadModelAway; Error when a query of it is not awaited
   */
  async read<Result>(work: (db: Transaction<Database>) => Promise<Result>): Promise<ReadResult<Result>> {
    const connection = await this.#answering.connection();
    try {
      await connection.begin();
      const { rows } = await connection.executeQuery<object>({
        sql: SELECT_CHECKPOINT,
        parameters: [],
      } as never);
      const { position, serves } = checkpointOf(rows[0] ?? {});
      if (!serves) this.#lookAgain(connection.tables);
      const queries = new HandlerQueries(connection, 'the read');
      const result = await withinTables(this.name, () => work(this.#transactionOver(queries)));
      queries.end();
      return { position, result };
    } finally {
      await connection.release();
    }
  }

  /** Another process has put others in the place of these, and no event has shown it yet. */
  #lookAgain(tables: Tables): void {
    void this.#follower.turns.run(() => {
      const isReplaced =
        this.status === 'following' &&
        this.#answering.tables === tables &&
        this.#follower.folding?.tables === tables;
      if (isReplaced) this.#lifecycle.send({ type: 'refold' });
      return Promise.resolve();
    });
  }

  override reached(wanted: Position, signal: AbortSignal): Promise<void> {
    return this.#follower.folded.reached(wanted, signal);
  }

  override endWaiting(): void {
    this.#follower.folded.endWaiting();
  }

  /** @internal */
  override async rebuild(options: ReadModelOperationOptions): Promise<RebuildReport> {
    const report = await rebuildTables(this.#operated, options);
    this.#drift = undefined;
    return report;
  }

  /** @internal */
  override async audit(options: ReadModelOperationOptions): Promise<AuditReport> {
    const report = await auditTables(this.#operated, options);
    this.#drift = report.drift;
    return report;
  }

  override async size(): Promise<number | undefined> {
    try {
      return await this.#place.size();
    } catch (error) {
      if (error instanceof DatabaseAway) return undefined;
      throw error;
    }
  }

  /** @internal */
  override lifecycle(): Lifecycle {
    return lifecycleOf((tell, ended) => {
      const before = this.#running;
      this.#running = before.then(() =>
        this.#follower.run(tell, ended, this.#lifecycle.lastFault !== undefined),
      );
    });
  }

  /** @internal */
  override runsAs(actor: ProjectionActor): void {
    this.#lifecycle.copyFrom(actor);
  }

  override resume(): Promise<void> {
    return this.#lifecycle.resume();
  }

  override async stop(): Promise<void> {
    this.#lifecycle.send({ type: 'stop' });
    await this.#running;
    this.#answering.answerFrom(undefined);
    await this.#operated.kept.removed;
    await this.#place.close();
  }
}

function placeOf(name: string, location: TablesLocation): TablesPlace {
  switch (location.kind) {
    case 'memory':
      return new SqlitePlace(undefined);
    case 'sqlite':
      return new SqlitePlace(location.folder);
    case 'postgres':
      return new PostgresPlace(location.url, name);
  }
}
