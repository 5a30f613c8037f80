/** Follows the log for an entity projection: opens its database, folds page after page, and writes what was folded. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventLog } from '../../event-log/event-log.js';
import { LogWentBack } from '../../event-log/errors.js';
import { START, type Page, type Position, type Query } from '../../event-log/event.js';
import { faultOf } from '../fault.js';
import { FoldedPosition } from '../folded-position.js';
import { FoldFailed } from '../folding.js';
import { MovingRate } from '../moving-rate.js';
import type { FoldingEvent, ProjectionObserver } from '../projection.machine.js';
import { isSkip, skipTypes, skippedBy, skippedIn } from '../skipping.js';
import { DatabaseDamaged } from './database-damage.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import { CheckpointMoved } from './entity-database.js';
import type { EntityFolding } from './entity-folding.js';
import type { EntityPlace } from './entity-place.js';
import { EntityDatabaseAway } from './entity-problems.js';
import type { ServedEntities } from './served-entities.js';

/** What is told of an entity projection beside what is told of each. */
export interface EntityObserver extends ProjectionObserver {
  /** What was kept cannot be used, and is folded anew from the log. */
  unusable(reason: string): void;
}

export class EntityFollower<Context> {
  readonly folded = new FoldedPosition();
  readonly rate = new MovingRate();
  #isBusy = false;
  #restoredFrom: Position | undefined;

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

  /**
   * Opens the database, folds up to the head, and follows the log, until it is told to end or cannot go on.
   *
   * @param isResuming whether it had stopped before
   */
  async run(tell: (event: FoldingEvent) => void, ended: AbortSignal, isResuming: boolean): Promise<void> {
    try {
      const began = performance.now();
      const folding = await this.#open();
      const target = await this.log.head();
      if (ended.aborted) return;
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
        if (this.#skipsWhatIsFolded(page)) {
          tell({ type: 'refold' });
          return;
        }
        await this.#take(page, page.through < target);
        if (wasBehind && this.folded.position >= target) {
          this.#folding.database.analyze();
          caughtUp();
        }
        if (wasBehind) await nextTurn(); // a log on this machine may give page after page without one
      }
    } catch (error) {
      if (ended.aborted) return;
      const first = await this.#writtenBefore(error);
      this.#failed(first, tell, ended);
    }
  }

  /** What came before the error is folded, and not written where it was behind. @returns what fails first */
  async #writtenBefore(error: unknown): Promise<unknown> {
    const { folding } = this.served;
    const isOfDatabase = error instanceof DatabaseDamaged || error instanceof CheckpointMoved;
    if (folding === undefined || folding.pending === 0 || isOfDatabase || error instanceof LogWentBack)
      return error;
    try {
      return (await this.#write(folding)) ?? error;
    } catch (failure) {
      return failure;
    }
  }

  /** One after the other: while this waits for the log, nothing else is folded. */
  async #take(page: Page, isBehind: boolean): Promise<void> {
    const folding = this.#folding;
    this.#isBusy = true;
    try {
      const isConsumed = this.definition.consumes.some(isSkip);
      const events = isConsumed ? page.events : page.events.filter((event) => !isSkip(event));
      const failure = foldingFailure(() => {
        folding.take({ ...page, events });
      });
      this.rate.add(events.length);
      if (failure === undefined && isBehind && !folding.isFull) return;
      const earlier = await this.#write(folding);
      if (earlier !== undefined) throw earlier;
      if (failure !== undefined) throw failure;
    } finally {
      this.#isBusy = false;
    }
  }

  /** @returns why not all of it was written */
  async #write(folding: EntityFolding<Context>): Promise<FoldFailed | undefined> {
    const failure = await this.place.write(folding, this.log);
    this.folded.moveTo(folding.checkpoint.position);
    return failure;
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

  #skipsWhatIsFolded(page: Page): boolean {
    for (const at of skippedIn(page.events, this.definition.name)) {
      const { skipped } = this.served;
      if (skipped.has(at)) continue;
      if (at <= this.#folding.through) return true;
      skipped.add(at);
    }
    return false;
  }

  async #open(): Promise<EntityFolding<Context>> {
    this.#isBusy = true;
    try {
      const folding = await this.served.open(new Set(await skippedBy(this.log, this.definition.name)));
      const { position } = folding.checkpoint;
      if (position < (this.#restoredFrom ?? Infinity)) this.#restoredFrom = position;
      this.folded.moveTo(position);
      return folding;
    } finally {
      this.#isBusy = false;
    }
  }

  get #folding(): EntityFolding<Context> {
    const { folding } = this.served;
    if (folding === undefined) throw new EntityDatabaseAway(this.definition.name, this.folded.position);
    return folding;
  }
}

/** The events that an entity projection folds, and skips. */
export function followed({ consumes }: Pick<EntityProjectionDefinition, 'consumes'>): Query {
  return [{ types: [...new Set([...consumes.map(({ type }) => type), ...skipTypes])] }];
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
