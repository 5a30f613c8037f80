/** An entity projection that runs: what is asked of it, its lifecycle, and the past of its entities. */
import { setTimeout as pause } from 'node:timers/promises';
import type { EventLog } from '../../event-log/event-log.js';
import type { StoreStatus } from '../../event-log/event-store.js';
import type { Position } from '../../event-log/event.js';
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
import { DatabaseDamaged } from './database-damage.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import { isOfSameEvents } from './entity-checkpoint.js';
import { EntityFollower, type EntityObserver } from './entity-follower.js';
import type { EntityFolding } from './entity-folding.js';
import { EntityPast } from './entity-past.js';
import type { EntityPlace } from './entity-place.js';
import { EntityDatabaseAway } from './entity-problems.js';
import type { StoredEntity } from './entity.js';
import { ServedEntities } from './served-entities.js';

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
    observer: EntityObserver,
    now: () => Date = () => new Date(),
  ) {
    this.place = place;
    this.#served = new ServedEntities(definition, log, place, (reason) => {
      observer.unusable(reason);
    });
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

  /** Whether an entity stopped at this position, while the projection went on. */
  hasEntityFaultAt(at: Position): boolean {
    const sql = 'SELECT key FROM entities WHERE fault IS NOT NULL AND position = ? LIMIT 1';
    return this.reading(({ folding }) => [...folding.database.select(sql, [at])].length > 0);
  }

  /** Of all entities: equal in two processes that have folded the same. */
  get digest(): string {
    return this.#served.digest;
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

  /** @throws EntityDatabaseAway also when the database is found damaged; it is then folded anew */
  find(key: string): StoredEntity<Context> | undefined {
    return this.reading(({ folding }) => folding.find(key));
  }

  /** Reads of the database; one that is found damaged is folded anew. @internal @throws EntityDatabaseAway */
  reading<Read>(read: (projection: this) => Read): Read {
    try {
      return read(this);
    } catch (error) {
      if (!(error instanceof DatabaseDamaged)) throw error;
      this.#startAnew(error.message);
      throw new EntityDatabaseAway(this.name, this.position);
    }
  }

  /**
   * Resolves once everything up to the position is folded and written.
   *
   * @throws the signal's reason once it is aborted, or once the process begins to end
   */
  reached(wanted: Position, signal: AbortSignal): Promise<void> {
    return this.#follower.folded.reached(wanted, signal);
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
   * Puts a rebuilt database of the same position in the place of the present one, in one turn.
   *
   * @internal
   * @throws Error when the two were not folded from the same events, or something is folded and not yet written
   */
  replaceBy(rebuilt: EntityFolding<Context>): void {
    if (!this.isWritten || !isOfSameEvents(rebuilt.checkpoint, this.folding.checkpoint))
      throw new Error(
        `${this.name} has folded or skipped other events than the rebuild; ask for another one`,
      );
    this.#served.replaceBy(rebuilt);
    this.#drift = undefined;
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
    this.#served.close();
  }

  /** A query has found the database damaged. */
  #startAnew(damage: string): void {
    if (this.status === 'stopped' || !this.#served.noteDamage(damage)) return;
    this.#lifecycle.send({ type: this.status === 'faulted' ? 'resume' : 'refold' });
  }
}
