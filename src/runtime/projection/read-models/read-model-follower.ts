/** Follows the log for a read model: opens its tables, hands page after page to its handlers, and puts what was built in its place. */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { EventLog } from '../../event-log/event-log.js';
import { LogWentBack } from '../../event-log/errors.js';
import type { Page, Position, Query } from '../../event-log/event.js';
import { faultOf } from '../fault.js';
import { FoldedPosition } from '../folded-position.js';
import { MovingRate } from '../moving-rate.js';
import type { FoldingEvent } from '../projection.machine.js';
import { isSkip, skipTypes, skippedBy, skippedIn } from '../skipping.js';
import type { AnsweringTables } from './answering-tables.js';
import type { ReadModelObserver } from './any-read-model.js';
import { DatabaseAway, TablesDamaged } from './database-trouble.js';
import type { ReadModelDefinition } from './read-model-definition.js';
import { TablesMoved, type ReadModelFolding } from './read-model-folding.js';
import type { Opened, ReadModelTables } from './read-model-tables.js';
import type { Tables } from './tables.js';
import { Turns } from './turns.js';

/** How often it tries again while its database cannot be reached. */
const RETRY_INTERVAL_MS = 250;

export class ReadModelFollower<Database> {
  readonly folded = new FoldedPosition();
  readonly rate = new MovingRate();
  /** Whoever has it is the only one of this process that writes to the tables that are followed. */
  readonly turns = new Turns();
  #opened: Opened<Database> | undefined;
  #damaged: Tables | undefined;
  #isAway = false;

  constructor(
    private readonly definition: ReadModelDefinition<Database>,
    private readonly log: EventLog,
    private readonly kept: ReadModelTables<Database>,
    private readonly answering: AnsweringTables,
    private readonly observer: ReadModelObserver,
    private readonly now: () => Date,
  ) {}

  /** What is followed into; undefined before it is open. */
  get folding(): ReadModelFolding<Database> | undefined {
    return this.#opened?.folding;
  }

  get skipped(): Set<Position> {
    return this.folding?.skipped ?? new Set();
  }

  /**
   * Opens the tables, handles events up to the head, and follows the log, until it is told to end or cannot go on.
   *
   * @param isResuming whether it had stopped before
   */
  async run(tell: (event: FoldingEvent) => void, ended: AbortSignal, isResuming: boolean): Promise<void> {
    try {
      const began = performance.now();
      const { folding } = await this.#whenReached(ended, () => this.#open(isResuming));
      const { position: restoredFrom } = folding.checkpoint;
      const target = await this.log.head();
      if (ended.aborted) return;
      const arrived = (position: Position): void => {
        tell({ type: 'caught up' });
        const milliseconds = performance.now() - began;
        const report = { position, restoredFrom, events: position - restoredFrom, milliseconds };
        if (isResuming) this.observer.resumed(report);
        else this.observer.recovered(report);
      };
      let isBehind = !(await this.#arriveAt(target, arrived, ended));
      for await (const page of this.log.followPages(followed(this.definition), restoredFrom, ended)) {
        ended.throwIfAborted();
        if (this.#skipsWhatIsHandled(page)) {
          tell({ type: 'refold' });
          return;
        }
        await this.turns.run(() => this.#whenReached(ended, () => this.#take(page, ended)));
        if (!isBehind) continue;
        isBehind = !(await this.#arriveAt(target, arrived, ended));
        await nextTurn(); // a log on this machine may give page after page without one
      }
    } catch (error) {
      if (ended.aborted) return;
      await this.#failed(error, tell);
    }
  }

  /** Once it has come as far as the log was when it began, what was built has its place. @returns whether it has */
  async #arriveAt(
    target: Position,
    arrived: (position: Position) => void,
    ended: AbortSignal,
  ): Promise<boolean> {
    if (this.#current.folding.checkpoint.position < target) return false;
    await this.turns.run(() => this.#whenReached(ended, () => this.#putInPlace()));
    arrived(this.#current.folding.checkpoint.position);
    return true;
  }

  /** Are removed when tables are opened next. */
  noteDamage(tables: Tables): void {
    this.#damaged = tables;
  }

  /** What a rebuild has made, in the place of what it was held against. To be called in one's turn. */
  async replaceBy(folding: ReadModelFolding<Database>): Promise<void> {
    const { folding: before } = this.#current;
    const instead = [before.tables];
    this.#opened = { folding, instead };
    if (before.checkpoint.serves) await this.#putInPlace();
    else if (this.answering.tables === before.tables) this.answering.answerFrom(folding.tables);
  }

  async #open(isResuming: boolean): Promise<Opened<Database>> {
    if (this.#damaged !== undefined) {
      this.#forget(this.#damaged);
      await this.kept.place.remove(this.#damaged);
      this.#damaged = undefined;
    }
    const skipped = new Set(await skippedBy(this.log, this.definition.name));
    const opened = await this.kept.open(skipped, isResuming);
    const { folding, answering } = opened;
    this.#opened = opened;
    this.answering.answerFrom(folding.checkpoint.serves ? folding.tables : answering?.tables);
    this.folded.moveTo(answering?.position ?? folding.checkpoint.position);
    return opened;
  }

  /** What was built beside answers from now on. */
  async #putInPlace(): Promise<void> {
    const { folding, instead } = this.#current;
    if (!folding.checkpoint.serves) {
      await this.kept.place.serve(folding.tables, instead);
      folding.servesFromNowOn();
    }
    this.answering.answerFrom(folding.tables);
    this.kept.hasServed();
    this.#opened = { folding, instead: [] };
    this.folded.moveTo(folding.checkpoint.position);
    this.kept.removeUnused(folding.tables, instead, this.answering);
  }

  /** One after the other: while this waits for the log or the database, nothing else is handled. */
  async #take(page: Page, ended: AbortSignal): Promise<void> {
    const { folding } = this.#current;
    const isConsumed = this.definition.consumes.some(isSkip);
    const events = isConsumed ? page.events : page.events.filter((event) => !isSkip(event));
    try {
      this.rate.add(await folding.take({ ...page, events }, ended));
    } finally {
      this.#tellPosition();
    }
  }

  /** Those who wait for a position wait for the tables that answer. */
  #tellPosition(): void {
    const { folding } = this.#current;
    const { tables } = this.answering;
    if (tables === undefined || tables === folding.tables) this.folded.moveTo(folding.checkpoint.position);
  }

  async #failed(error: unknown, tell: (event: FoldingEvent) => void): Promise<void> {
    const tables = this.folding?.tables;
    if (error instanceof LogWentBack) this.observer.wentBack(error);
    else if (error instanceof TablesDamaged) {
      this.observer.unusable(`${tables?.place ?? 'a database'} cannot be used (${error.message})`);
      if (tables !== undefined) this.noteDamage(tables);
    } else if (!(error instanceof TablesMoved)) {
      // Where nothing else answers, what comes before the event does.
      if (this.answering.tables === undefined && tables !== undefined) this.answering.answerFrom(tables);
      const fault = faultOf(error, this.folding?.checkpoint.position ?? this.folded.position, this.now());
      tell({ type: 'fault', fault });
      this.observer.faulted(fault);
      return;
    }
    await nextTurn();
    tell({ type: 'refold' });
  }

  #skipsWhatIsHandled(page: Page): boolean {
    const { folding } = this.#current;
    for (const at of skippedIn(page.events, this.definition.name)) {
      if (folding.skipped.has(at)) continue;
      if (at <= folding.checkpoint.position) return true;
      folding.skipped.add(at);
    }
    return false;
  }

  #forget(tables: Tables): void {
    if (this.answering.tables === tables) this.answering.answerFrom(undefined);
  }

  /** Tries again until its database can be reached. */
  async #whenReached<Result>(ended: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        const result = await work();
        this.#isAway = false;
        return result;
      } catch (error) {
        if (!(error instanceof DatabaseAway)) throw error;
        if (!this.#isAway) this.observer.databaseAway(error.message);
        this.#isAway = true;
        await pause(RETRY_INTERVAL_MS, undefined, { signal: ended });
      }
    }
  }

  get #current(): Opened<Database> {
    if (this.#opened === undefined) throw new Error(`the tables of ${this.definition.name} are not open`);
    return this.#opened;
  }
}

/** The events that a read model handles, and skips. */
export function followed({ consumes }: Pick<ReadModelDefinition, 'consumes'>): Query {
  return [{ types: [...new Set([...consumes.map(({ type }) => type), ...skipTypes])] }];
}
