/** An entity projection that runs: follows the log, folds each event to its entities, and answers with one or a list of them. */
import type { EventLog } from '../../event-log/event-log.js';
import { LogWentBack } from '../../event-log/errors.js';
import type { StoreStatus } from '../../event-log/event-store.js';
import { setTimeout as pause } from 'node:timers/promises';
import { type Page, type Position, type Query } from '../../event-log/event.js';
import { faultOf, type ProjectionFault } from '../fault.js';
import { FoldedPosition } from '../folded-position.js';
import { FoldFailed, type Skipped } from '../folding.js';
import { LifecycleState } from '../lifecycle-state.js';
import { MovingRate } from '../moving-rate.js';
import type { Drift } from '../operations/comparison-points.js';
import {
  lifecycleOf,
  type FoldingEvent,
  type Lifecycle,
  type ProjectionActor,
  type ProjectionObserver,
  type ProjectionStatus,
} from '../projection.machine.js';
import { isSkip, skipTypes, skippedBy, skippedIn } from '../skipping.js';
import { DatabaseDamaged } from './database-damage.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import { hexadecimal, type StoredEntity } from './entity.js';
import { CheckpointMoved } from './entity-database.js';
import type { EntityFolding } from './entity-folding.js';
import type { EntityPlace } from './entity-place.js';
import { EntityPast } from './entity-past.js';
import { EntityDatabaseAway } from './entity-problems.js';

/** While it is behind, so many events are written in one transaction: fewer transactions, and each entity once in each. */
const BATCH_EVENTS = 4_000;

/** What is told of an entity projection beside what is told of each. */
export interface EntityObserver extends ProjectionObserver {
  /** What was kept cannot be used, and is folded anew from the log. */
  unusable(reason: string): void;
}

export class EntityProjection<Context = unknown> {
  readonly #folded = new FoldedPosition();
  readonly #rate = new MovingRate();
  readonly #lifecycle = new LifecycleState();
  #folding: EntityFolding<Context> | undefined;
  #skipped = new Set<Position>();
  #drift: Drift | undefined;
  #running: Promise<void> = Promise.resolve();
  /** Between folding a page and writing it. */
  #isTaking = false;
  /** Why what is in the database is not to be used any more. */
  #damage: string | undefined;

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
    private readonly now: () => Date = () => new Date(),
  ) {
    this.place = place;
    this.past = new EntityPast(definition, log, () => this.#skipped);
  }

  get name(): string {
    return this.definition.name;
  }

  /** How far the log has been folded and written. */
  get position(): Position {
    return this.#folded.position;
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
    return this.#skipped;
  }

  get logStatus(): StoreStatus | undefined {
    return this.log.status();
  }

  get eventsPerSecond(): number {
    return this.#rate.perSecond();
  }

  get drift(): Drift | undefined {
    return this.#drift;
  }

  audited(drift: Drift | undefined): void {
    this.#drift = drift;
  }

  /** How many entities there are, and how many of them have stopped. */
  get count(): { readonly entities: number; readonly faulted: number } {
    const { entities = 0, faulted = 0 } = this.#folding?.checkpoint ?? {};
    return { entities, faulted };
  }

  /** Whether an entity stopped at this position, while the projection went on. */
  hasEntityFaultAt(at: Position): boolean {
    const sql = 'SELECT key FROM entities WHERE fault IS NOT NULL AND position = ? LIMIT 1';
    return this.reading(({ folding }) => [...folding.database.select(sql, [at])].length > 0);
  }

  /** Of all entities: equal in two processes that have folded the same. */
  get digest(): string {
    return hexadecimal(this.#folding?.checkpoint.digest ?? 0n);
  }

  /** The events that it folds, and skips. */
  get followed(): Query {
    const consumed = this.definition.consumes.map((contract) => contract.type);
    return [{ types: [...new Set([...consumed, ...skipTypes])] }];
  }

  /**
   * What is folded now: queries read its database.
   *
   * @internal
   * @throws EntityDatabaseAway before it is open, and after the end
   */
  get folding(): EntityFolding<Context> {
    if (this.#folding === undefined) throw new EntityDatabaseAway(this.name, this.position);
    return this.#folding;
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
    return this.#folded.reached(wanted, signal);
  }

  endWaiting(): void {
    this.#folded.endWaiting();
  }

  /** Resolves once nothing is folded that is not written: what is replaced in the same turn misses nothing. @internal */
  async written(): Promise<void> {
    const isPending = (): boolean => this.status !== 'faulted' && (this.#folding?.pending ?? 0) > 0;
    while (this.#isTaking || isPending()) await pause(1);
  }

  /** Puts a rebuilt database of the same position in the place of the present one. @internal @throws Error when it is at another */
  async replaceBy(folding: EntityFolding<Context>): Promise<void> {
    const { position: at } = folding.checkpoint;
    if (at !== this.position)
      throw new Error(`${this.name} is at ${this.position}, the rebuilt one at ${at}`);
    const before = this.#folding;
    folding.database.serve();
    this.#folding = folding;
    this.#drift = undefined;
    before?.database.close();
    await this.place.removeOthers(folding.database.file);
  }

  /** @internal */
  lifecycle(): Lifecycle {
    return lifecycleOf((tell, ended) => {
      const before = this.#running;
      this.#running = before.then(() => this.#run(tell, ended));
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
    this.#folding?.database.mergeLog();
    this.#folding?.database.close();
    this.#folding = undefined;
  }

  async #run(tell: (event: FoldingEvent) => void, ended: AbortSignal): Promise<void> {
    try {
      const began = performance.now();
      const isResuming = this.#lifecycle.lastFault !== undefined;
      const skipped = new Set(await skippedBy(this.log, this.name));
      const folding = await this.#open(skipped);
      const target = await this.log.head();
      if (ended.aborted) return;
      const restoredFrom = this.position;
      const caughtUp = (): void => {
        tell({ type: 'caught up' });
        const { position } = this;
        const report = {
          position,
          restoredFrom,
          events: position - restoredFrom,
          milliseconds: performance.now() - began,
        };
        if (isResuming) this.observer.resumed(report);
        else this.observer.recovered(report);
      };
      if (this.position >= target) caughtUp();
      for await (const page of this.log.followPages(this.followed, folding.checkpoint.position, ended)) {
        ended.throwIfAborted();
        const wasBehind = this.position < target;
        if (this.#skipsWhatIsFolded(page)) {
          tell({ type: 'refold' });
          return;
        }
        await this.#take(page, page.through < target);
        if (wasBehind && this.position >= target) {
          this.folding.database.analyze();
          caughtUp();
        }
      }
    } catch (error) {
      if (!ended.aborted) this.#failed(error, tell);
    }
  }

  /** One after the other: while this waits for the log, nothing else is folded. */
  async #take(page: Page, isBehind: boolean): Promise<void> {
    const { folding } = this;
    this.#isTaking = true;
    try {
      const isConsumed = this.definition.consumes.some(isSkip);
      const events = isConsumed ? page.events : page.events.filter((event) => !isSkip(event));
      const failure = foldingFailure(() => {
        folding.take({ ...page, events });
      });
      this.#rate.add(events.length);
      if (failure === undefined && isBehind && folding.pending < BATCH_EVENTS) return;
      const earlier = await this.place.write(folding, this.log, this.#skipped);
      this.#folded.moveTo(folding.checkpoint.position);
      if (earlier !== undefined) throw earlier;
      if (failure !== undefined) throw failure;
    } finally {
      this.#isTaking = false;
    }
  }

  #failed(error: unknown, tell: (event: FoldingEvent) => void): void {
    if (error instanceof LogWentBack) {
      this.observer.wentBack(error);
      tell({ type: 'refold' });
      return;
    }
    if (error instanceof DatabaseDamaged) {
      this.#damage = error.message;
      tell({ type: 'refold' });
      return;
    }
    if (error instanceof CheckpointMoved) {
      this.observer.unusable(`another process folds into the same folder: ${error.message}`);
      tell({ type: 'refold' });
      return;
    }
    const fault = faultOf(error, this.position, this.now());
    tell({ type: 'fault', fault });
    this.observer.faulted(fault);
  }

  #skipsWhatIsFolded(page: Page): boolean {
    for (const at of skippedIn(page.events, this.name)) {
      if (this.#skipped.has(at)) continue;
      if (at <= this.folding.through) return true;
      this.#skipped.add(at);
    }
    return false;
  }

  async #open(skipped: Set<Position>): Promise<EntityFolding<Context>> {
    this.#skipped = skipped;
    if (this.#damage !== undefined) await this.#discard(this.#damage);
    const folding = await this.place.open(
      this.definition,
      this.log,
      skipped,
      this.#folding?.database,
      (reason) => {
        this.#folding = undefined;
        this.observer.unusable(reason);
      },
    );
    this.#folding = folding;
    this.#folded.moveTo(folding.checkpoint.position);
    return folding;
  }

  /** A query has found the database damaged. */
  #startAnew(damage: string): void {
    if (this.#damage !== undefined || this.status === 'stopped') return;
    this.#damage = damage;
    this.#lifecycle.send({ type: 'refold' });
  }

  async #discard(damage: string): Promise<void> {
    this.observer.unusable(`its database is damaged (${damage})`);
    this.#folding?.database.close();
    this.#folding = undefined;
    this.#damage = undefined;
    await this.place.removeOthers(undefined);
  }
}

function foldingFailure(fold: () => void): FoldFailed | undefined {
  try {
    fold();
    return undefined;
  } catch (error) {
    if (error instanceof FoldFailed) return error;
    throw error;
  }
}
