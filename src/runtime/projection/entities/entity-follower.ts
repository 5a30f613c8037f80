/** Follows the log for an entity projection: opens its database, folds page after page, and writes what was folded. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventLog } from '../../event-log/event-log.js';
import { LogWentBack } from '../../event-log/errors.js';
import { START, type Page, type Position } from '../../event-log/event.js';
import { faultOf } from '../fault.js';
import { FoldedPosition } from '../folded-position.js';
import { FoldFailed } from '../folding.js';
import { MovingRate } from '../moving-rate.js';
import type { FoldingEvent, ProjectionObserver } from '../projection.machine.js';
import { skippedBy, skippedIn } from '../skipping.js';
import { CheckpointMoved, DatabaseDamaged } from './database-damage.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import { retried, type DatabaseTrouble } from './database-trouble.js';
import { analyzed } from './entity-database.js';
import { foldable, followed, type EntityFaults } from './entity-events.js';
import type { EntityFolding } from './entity-folding.js';
import type { EntityPlace, PlaceObserver } from './entity-place.js';
import { refoldWithout } from './entity-refolding.js';
import { EntityDatabaseAway } from './entity-problems.js';
import type { ServedEntities } from './served-entities.js';

/** What is told of an entity projection beside what is told of each. */
export interface EntityObserver extends ProjectionObserver, PlaceObserver {
  /** The database cannot be used for now, and is tried again; undefined: it can be used again. */
  trouble(why: string | undefined): void;
  /** Entities have stopped, or events were passed over that are about none, while the projection goes on. */
  entityFaults?(faults: EntityFaults): void;
}

export class EntityFollower<Context> {
  readonly folded = new FoldedPosition();
  readonly rate = new MovingRate();
  #isBusy = false;
  #restoredFrom: Position | undefined;
  /** The last work that nothing else may be done beside. */
  #exclusive: Promise<unknown> = Promise.resolve();
  #trouble: DatabaseTrouble | undefined;
  /** How far it had folded when it answered before. */
  #shown: Position = START;

  constructor(
    private readonly definition: EntityProjectionDefinition<Context>,
    private readonly log: EventLog,
    private readonly place: EntityPlace,
    private readonly served: ServedEntities<Context>,
    private readonly observer: EntityObserver,
    private readonly now: () => Date,
  ) {}

  /** What it began from; 0 once this process has folded all of it itself. */
  get restoredFrom(): Position {
    return this.#restoredFrom ?? START;
  }

  /** While it opens the database, and between folding a page and writing it. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Why the database cannot be used now; it is tried again until it can. */
  get trouble(): DatabaseTrouble | undefined {
    return this.#trouble;
  }

  /** Whether it has answered with more than it has folded now: it folds anew what could not be used. */
  get isBehindShown(): boolean {
    return this.folded.position < this.#shown;
  }

  /** Does the work while nothing is opened, folded or written. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#exclusive.then(work);
    this.#exclusive = result.catch(() => undefined);
    return result;
  }

  /**
   * Opens the database, folds up to the head, and follows the log, until it is told to end or cannot go on.
   *
   * @param isResuming whether it had stopped before
   */
  async run(tell: (event: FoldingEvent) => void, ended: AbortSignal, isResuming: boolean): Promise<void> {
    try {
      const began = performance.now();
      const folding = await this.#open(ended);
      const target = await this.log.head();
      if (ended.aborted) return;
      // A log that ends before that has another past.
      if (target < this.#shown) this.#shown = target;
      const restoredFrom = this.folded.position;
      const caughtUp = (): void => {
        tell({ type: 'caught up' });
        const { position } = this.folded;
        const report = {
          position,
          restoredFrom,
          events: position - restoredFrom,
          milliseconds: performance.now() - began,
        };
        if (isResuming) this.observer.resumed(report);
        else this.observer.recovered(report);
      };
      if (this.folded.position >= target) caughtUp();
      for await (const page of this.log.followPages(
        followed(this.definition),
        folding.checkpoint.position,
        ended,
      )) {
        ended.throwIfAborted();
        const wasBehind = this.folded.position < target;
        if (!(await this.#skip(page, ended))) {
          tell({ type: 'refold' });
          return;
        }
        await this.exclusively(() => this.#take(page, page.through < target, ended));
        if (wasBehind && this.folded.position >= target) {
          caughtUp();
          await analyzed(this.#folding.database);
        }
        if (wasBehind) await nextTurn(); // a log on this machine may give page after page without one
      }
    } catch (error) {
      if (ended.aborted) return;
      const first = await this.exclusively(() => this.#writtenBefore(error, ended));
      this.#failed(first, tell, ended);
    }
  }

  /** What came before the error is folded, and not written where it was behind. @returns what fails first */
  async #writtenBefore(error: unknown, ended: AbortSignal): Promise<unknown> {
    const { folding } = this.served;
    const isOfDatabase = error instanceof DatabaseDamaged || error instanceof CheckpointMoved;
    if (folding === undefined || folding.pending === 0 || isOfDatabase || error instanceof LogWentBack)
      return error;
    try {
      return (await this.#write(folding, ended)) ?? error;
    } catch (failure) {
      return failure;
    }
  }

  /** One after the other: while this waits for the log, nothing else is folded. */
  async #take(page: Page, isBehind: boolean, ended: AbortSignal): Promise<void> {
    const folding = this.#folding;
    this.#isBusy = true;
    try {
      const events = foldable(this.definition, page.events);
      const failure = await foldingFailure(() =>
        this.#persisting(ended, () => folding.take({ ...page, events })),
      );
      this.rate.add(events.length);
      if (failure === undefined && isBehind && !folding.isFull) return;
      const earlier = await this.#write(folding, ended);
      if (earlier !== undefined) throw earlier;
      if (failure !== undefined) throw failure;
    } finally {
      this.#isBusy = false;
    }
  }

  /** @returns why not all of it was written */
  async #write(folding: EntityFolding<Context>, ended: AbortSignal): Promise<FoldFailed | undefined> {
    const failure = await this.#persisting(ended, () => this.place.write(folding, this.log));
    this.#moveTo(folding.checkpoint.position);
    return failure;
  }

  #moveTo(position: Position): void {
    this.folded.moveTo(position);
    if (position > this.#shown) this.#shown = position;
  }

  #failed(error: unknown, tell: (event: FoldingEvent) => void, ended: AbortSignal): void {
    if (ended.aborted) return;
    if (error instanceof LogWentBack) {
      this.observer.wentBack(error);
      tell({ type: 'refold' });
      return;
    }
    if (error instanceof DatabaseDamaged) {
      this.served.noteDamage(error.message);
      tell({ type: 'refold' });
      return;
    }
    if (error instanceof CheckpointMoved) {
      this.observer.unusable(`another process folds into the same folder: ${error.message}`);
      tell({ type: 'refold' });
      return;
    }
    const fault = faultOf(error, this.folded.position, this.now());
    tell({ type: 'fault', fault });
    this.observer.faulted(fault);
  }

  /** @returns false: what the page skips is folded, and all entities are to be folded anew */
  async #skip({ events }: Page, ended: AbortSignal): Promise<boolean> {
    const said = skippedIn(events, this.definition.name);
    if (said.length === 0) return true;
    return this.exclusively(async () => {
      const folding = this.#folding;
      const added = said.filter((at) => !folding.skipped.has(at));
      const folded = added.filter((at) => at <= folding.through);
      if (folded.length > 0 && !(await this.#refold(folding, folded, ended))) return false;
      for (const at of added) folding.skipped.add(at);
      return true;
    });
  }

  async #refold(
    folding: EntityFolding<Context>,
    skipped: readonly Position[],
    ended: AbortSignal,
  ): Promise<boolean> {
    this.#isBusy = true;
    try {
      const failure = folding.pending > 0 ? await this.#write(folding, ended) : undefined;
      if (failure !== undefined) throw failure;
      const entities = await this.#persisting(ended, () => refoldWithout(folding, this.log, skipped, ended));
      if (entities !== undefined) this.observer.refolded?.(skipped, entities);
      return entities !== undefined;
    } finally {
      this.#isBusy = false;
    }
  }

  #open(ended: AbortSignal): Promise<EntityFolding<Context>> {
    return this.exclusively(async () => {
      this.#isBusy = true;
      try {
        const skipped = new Set(await skippedBy(this.log, this.definition.name));
        const folding = await this.#persisting(ended, () => this.served.open(skipped, ended));
        folding.onFaults = (faults) => this.observer.entityFaults?.(faults);
        const { position } = folding.checkpoint;
        if (position < (this.#restoredFrom ?? Infinity)) this.#restoredFrom = position;
        this.#moveTo(position);
        return folding;
      } finally {
        this.#isBusy = false;
      }
    });
  }

  /** Work on the database, again and again while it cannot be used for now. */
  #persisting<Result>(ended: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    return retried(work, {
      signal: ended,
      onTrouble: (trouble) => {
        this.#noteTrouble(trouble);
      },
    });
  }

  #noteTrouble(trouble: DatabaseTrouble | undefined): void {
    const before = this.#trouble;
    this.#trouble = trouble;
    if (before?.message !== trouble?.message) this.observer.trouble(trouble?.message);
  }

  get #folding(): EntityFolding<Context> {
    const { folding } = this.served;
    if (folding === undefined) throw new EntityDatabaseAway(this.definition.name, this.folded.position);
    return folding;
  }
}

async function foldingFailure(fold: () => Promise<void>): Promise<FoldFailed | undefined> {
  try {
    await fold();
    return undefined;
  } catch (error) {
    if (error instanceof FoldFailed) return error;
    throw error;
  }
}
