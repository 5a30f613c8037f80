/** An entity projection that runs: what is asked of it, its lifecycle, and the past of its entities. */
import { setTimeout as pause } from 'node:timers/promises';
import type { EventLog } from '../../event-log/event-log.js';
import type { StoreStatus } from '../../event-log/event-store.js';
import type { Position } from '../../event-log/event.js';
import { errorText } from '../error-text.js';
import type { ProjectionFault } from '../fault.js';
import type { Skipped } from '../folding.js';
import { LifecycleState } from '../lifecycle-state.js';
import type { Drift } from '../operations/comparison-points.js';
import {
  lifecycleOf,
  type Lifecycle,
  type ProjectionActor,
  type ProjectionStatus,
} from '../projection.machine.js';
import { DatabaseClosed, DatabaseDamaged } from './database-damage.js';
import { DatabaseTrouble } from './database-trouble.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import { isOfSameEvents } from './entity-checkpoint.js';
import { EntityFollower, type EntityObserver } from './entity-follower.js';
import type { EntityDatabase } from './entity-database.js';
import type { EntityFolding } from './entity-folding.js';
import { EntityPast } from './entity-past.js';
import type { EntityPlace } from './entity-place.js';
import { EntityDatabaseAway } from './entity-problems.js';
import type { EntityPage, EntityQuery, RelatedEntities, RelatedQuery } from './entity-query.js';
import type { StoredEntity, Unkeyed } from './entity.js';
import { ServedEntities } from './served-entities.js';

const NEVER = new AbortController().signal;

/** @throws the signal's reason once it is aborted */
function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}

export class EntityProjection<Context = unknown> {
  readonly #lifecycle = new LifecycleState();
  readonly #served: ServedEntities<Context>;
  readonly #follower: EntityFollower<Context>;
  #drift: Drift | undefined;
  #running: Promise<void> = Promise.resolve();

  /** What its entities were. @internal */
  readonly past: EntityPast<Context>;

  /** @internal */
  readonly place: EntityPlace;

  /** @internal `ProjectionHost` makes them. */
  constructor(
    readonly definition: EntityProjectionDefinition<Context>,
    /** @internal */
    readonly log: EventLog,
    place: EntityPlace,
    private readonly observer: EntityObserver,
    now: () => Date = () => new Date(),
  ) {
    this.place = place;
    this.#served = new ServedEntities(definition, log, place, observer);
    this.#follower = new EntityFollower(definition, log, place, this.#served, observer, now);
    this.past = new EntityPast(definition, log, () => this.skipped, this.#served);
  }

  get name(): string {
    return this.definition.name;
  }

  /** How far the log has been folded and written. */
  get position(): Position {
    return this.#follower.folded.position;
  }

  /** What was kept that it began from; 0 once this process has folded all of it itself. */
  get restoredFrom(): Position {
    return this.#follower.restoredFrom;
  }

  get status(): ProjectionStatus {
    return this.#lifecycle.status;
  }

  /** Resolves once it has recovered, or has stopped before it had. */
  get settled(): Promise<void> {
    return this.#lifecycle.settled;
  }

  /** Why it stopped; also while it resumes, until it is past that. */
  get fault(): ProjectionFault | undefined {
    return this.#lifecycle.faultAt(this.position);
  }

  get skipped(): Skipped {
    return this.#served.skipped;
  }

  get logStatus(): StoreStatus | undefined {
    return this.log.status();
  }

  get eventsPerSecond(): number {
    return this.#follower.rate.perSecond();
  }

  get drift(): Drift | undefined {
    return this.#drift;
  }

  audited(drift: Drift | undefined): void {
    this.#drift = drift;
  }

  /** How many entities there are, and how many of them have stopped. */
  get count(): { readonly entities: number; readonly faulted: number } {
    return this.#served.count;
  }

  /** Events that were passed over since they are about no entity that could be told. @internal */
  get unkeyed(): Unkeyed {
    return this.#served.unkeyed;
  }

  /** Whether an entity stopped at this position, while the projection went on. */
  hasEntityFaultAt(at: Position): Promise<boolean> {
    if (this.unkeyed.first.some(({ position }) => position === at)) return Promise.resolve(true);
    return this.reading(({ folding }) => folding.database.hasFaultAt(at));
  }

  /** Why its database cannot be used now, in a sentence. It is tried again until it can. */
  get trouble(): string | undefined {
    return this.#follower.trouble?.message;
  }

  /**
   * Whether it answers: not before it has folded what there was when it began, nor while it folds anew what it has answered with before.
   */
  get isAnswering(): boolean {
    return this.status !== 'recovering' && !this.#follower.isBehindShown;
  }

  /** How far its database is, and the digest of all its entities then. Nothing while none is open. */
  get folded(): { readonly position: Position; readonly digest: string } {
    return this.#served.folded;
  }

  /** Of all entities: equal in two processes that have folded the same. */
  get digest(): string {
    return this.folded.digest;
  }

  /**
   * What is folded now: queries read its database.
   *
   * @internal
   * @throws EntityDatabaseAway before it is open, and after the end
   */
  get folding(): EntityFolding<Context> {
    const { folding } = this.#served;
    if (folding === undefined) throw new EntityDatabaseAway(this.name, this.position);
    return folding;
  }

  /** If it was used lately. @internal @throws EntityDatabaseAway */
  cached(key: string): StoredEntity<Context> | undefined {
    return this.folding.cached(key);
  }

  /** @throws EntityDatabaseAway also when the database is found damaged; it is then folded anew */
  find(key: string): Promise<StoredEntity<Context> | undefined> {
    return this.reading(({ folding }) => folding.find(key));
  }

  /**
   * A page of a list, and one moment's position and count with it. Values are as columns have them (`columnValue`).
   *
   * @internal
   * @throws EntityDatabaseAway, EntityQueriesBusy, EntityQueryTooSlow; the signal's reason once it is aborted
   */
  list(query: EntityQuery, signal: AbortSignal = NEVER): Promise<EntityPage> {
    return this.reading(({ folding }) => folding.database.list(query, signal));
  }

  /** Those that belong to entities of some keys of another projection, a few of each. @internal @throws as `list` */
  related(query: RelatedQuery, signal: AbortSignal = NEVER): Promise<RelatedEntities> {
    return this.reading(({ folding }) => folding.database.related(query, signal));
  }

  /** Reads of the database; one that is found damaged is folded anew. @internal @throws EntityDatabaseAway */
  async reading<Read>(read: (projection: this) => Promise<Read>): Promise<Read> {
    try {
      return await read(this);
    } catch (error) {
      if (error instanceof DatabaseDamaged) this.#startAnew(error.message);
      else if (error instanceof DatabaseTrouble)
        throw new EntityDatabaseAway(
          this.name,
          this.position,
          `The database of ${this.name} cannot be used now: ${error.message}.`,
          { cause: error },
        );
      else if (!(error instanceof DatabaseClosed)) throw error;
      throw new EntityDatabaseAway(this.name, this.position);
    }
  }

  /** Does the work while nothing is opened, folded or written. @internal */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#follower.exclusively(work);
  }

  /**
   * Resolves once everything up to the position is folded and written, and it answers.
   *
   * @throws the signal's reason once it is aborted, or once the process begins to end
   */
  async reached(wanted: Position, signal: AbortSignal): Promise<void> {
    await this.#follower.folded.reached(wanted, signal);
    if (this.status === 'recovering') await Promise.race([this.settled, abortOf(signal)]);
  }

  endWaiting(): void {
    this.#follower.folded.endWaiting();
  }

  /** Whether everything that is folded is written: what is replaced in the same turn misses nothing. @internal */
  get isWritten(): boolean {
    const pending = this.status === 'faulted' ? 0 : (this.#served.folding?.pending ?? 0);
    return !this.#follower.isBusy && pending === 0;
  }

  /** Resolves once it is. @internal @throws the signal's reason once it is aborted */
  async written(signal: AbortSignal): Promise<void> {
    while (!this.isWritten) {
      signal.throwIfAborted();
      await pause(1);
    }
  }

  /**
   * Puts a rebuilt database of the same position in the place of the present one, within `exclusively`.
   *
   * @internal
   * @returns the one before, which the caller closes
   * @throws Error when the two were not folded from the same events, or something is folded and not yet written
   */
  async replaceBy(rebuilt: EntityFolding<Context>): Promise<EntityDatabase | undefined> {
    if (!this.isWritten || !isOfSameEvents(rebuilt.checkpoint, this.folding.checkpoint))
      throw new Error(
        `${this.name} has folded or skipped other events than the rebuild; ask for another one`,
      );
    const before = await this.#served.replaceBy(rebuilt);
    this.#drift = undefined;
    return before;
  }

  /** What was before a rebuilt one is still there. @internal */
  notCleared(error: unknown): void {
    this.observer.notCleared?.(errorText(error));
  }

  /** @internal */
  lifecycle(): Lifecycle {
    return lifecycleOf((tell, ended) => {
      const before = this.#running;
      this.#running = before.then(() =>
        this.#follower.run(tell, ended, this.#lifecycle.lastFault !== undefined),
      );
    });
  }

  /** @internal */
  runsAs(actor: ProjectionActor): void {
    this.#lifecycle.copyFrom(actor);
  }

  /** As that of a projection: tries again from where it stopped. */
  resume(): Promise<void> {
    return this.#lifecycle.resume();
  }

  /** Stops folding and closes the database. */
  async stop(): Promise<void> {
    this.#lifecycle.send({ type: 'stop' });
    await this.#running;
    await this.#served.close();
  }

  /** A query has found the database damaged. */
  #startAnew(damage: string): void {
    if (this.status === 'stopped' || !this.#served.noteDamage(damage)) return;
    this.#lifecycle.send({ type: this.status === 'faulted' ? 'resume' : 'refold' });
  }
}
