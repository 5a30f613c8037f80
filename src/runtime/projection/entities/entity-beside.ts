/** A fold of all entities from the beginning of the log, into a database of its own, beside the one that answers. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventLog } from '../../event-log/event-log.js';
import type { Page, Position } from '../../event-log/event.js';
import type { Skipped } from '../folding.js';
import { isSkip } from '../skipping.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import type { Checkpoint } from './entity-checkpoint.js';
import { followed } from './entity-events.js';
import { retried, type RetryOptions } from './database-trouble.js';
import type { EntityFolding } from './entity-folding.js';
import type { EntityPlace } from './entity-place.js';

export interface BesideDependencies<Context = unknown> {
  readonly definition: EntityProjectionDefinition<Context>;
  readonly log: EventLog;
  /** Where its database is made. */
  readonly place: EntityPlace;
}

export interface BesideOptions {
  /** Is awaited after each transaction; ends the fold by throwing. */
  readonly afterWrite: (position: Position) => Promise<void> | void;
  readonly signal: AbortSignal;
  /** Is called at each event and each view, and while it waits for its database: it goes on, however long one of them takes. */
  readonly onAlive?: () => void;
}

export class EntitiesBeside<Context = unknown> {
  private constructor(
    private readonly dependencies: BesideDependencies<Context>,
    public folding: EntityFolding<Context>,
  ) {}

  /** One that was created before, in this process or another. */
  static async open<Context>(
    dependencies: BesideDependencies<Context>,
    name: string,
    skipped: Skipped,
  ): Promise<EntitiesBeside<Context>> {
    const { place, definition, log } = dependencies;
    return new EntitiesBeside(dependencies, await place.openBeside(definition, log, name, skipped));
  }

  static async create<Context>(
    dependencies: BesideDependencies<Context>,
    skipped: Skipped,
  ): Promise<EntitiesBeside<Context>> {
    const { place, definition, log } = dependencies;
    return new EntitiesBeside(dependencies, await place.create(definition, log, new Set(skipped), false));
  }

  /** Of its database. */
  get name(): string {
    return this.folding.database.name;
  }

  get checkpoint(): Checkpoint {
    return this.folding.checkpoint;
  }

  /**
   * @throws FoldFailed when an event cannot be folded; what `afterWrite` throws
   * @throws DatabaseTrouble when the disk is full: what is folded here takes the room that the one that answers needs
   */
  async foldThrough(end: Position, { afterWrite, signal, onAlive }: BesideOptions): Promise<void> {
    const { folding } = this;
    folding.onStep = onAlive;
    const retrying: RetryOptions = {
      signal,
      isFinal: ({ trouble }) => trouble === 'full',
      onTrouble: () => onAlive?.(),
    };
    const { definition, log, place } = this.dependencies;
    if (this.checkpoint.position >= end) return;
    const isConsumed = definition.consumes.some(isSkip);
    for await (const page of log.followPages(followed(definition), this.checkpoint.position, signal)) {
      const events = page.events.filter((event) => event.position <= end && (isConsumed || !isSkip(event)));
      const clipped: Page = { events, through: page.through < end ? page.through : end };
      await retried(() => folding.take(clipped), retrying);
      if (folding.isFull || clipped.through === end) {
        const failure = await retried(() => place.write(folding, log), retrying);
        if (failure !== undefined) throw failure;
        await afterWrite(this.checkpoint.position);
      }
      if (clipped.through === end) return;
      await nextTurn();
    }
    signal.throwIfAborted();
    throw new Error('the log was closed');
  }

  /**
   * Lets another process fold into its database, which is closed here meanwhile.
   *
   * @param fold ends once that process has closed it
   * @throws what `fold` throws; Error when that process has skipped other events than this one
   */
  async foldElsewhere(fold: (database: string) => Promise<unknown>): Promise<void> {
    const { folding, name } = this;
    const { place, definition, log } = this.dependencies;
    await folding.database.close();
    await fold(name);
    this.folding = await place.openBeside(definition, log, name, folding.skipped);
  }

  /** Closes its database, and removes it. */
  async discard(): Promise<void> {
    await this.folding.database.close();
    await this.dependencies.place.remove(this.name);
  }
}
