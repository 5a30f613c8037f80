/** What one entity was, and what it would be without some events: folded anew from its own events, which its tag finds. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { InvalidValue } from '../../event-log/errors.js';
import type { EventLog } from '../../event-log/event-log.js';
import { START, type Position, type Query, type RecordedEvent, type Tag } from '../../event-log/event.js';
import type { FoldState } from '../../fold/fold-state.js';
import type { View } from '../define-projection.js';
import { FoldFailed, type Skipped } from '../folding.js';
import { ConcurrentFolds } from '../past/concurrent-folds.js';
import { AfterHead, CannotBeFolded, CannotBeWithout } from '../past/past-problems.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';

/** An entity after one of its events. */
export interface EntityPoint {
  /** Of the event. */
  readonly position: Position;
  readonly time: string;
  /** Its type. */
  readonly type: string;
  /** Absent when the event has ended the entity, which is forgotten. */
  readonly view?: View;
}

/** Absent: there is none. */
export interface EntityWhatIf {
  readonly is?: View;
  readonly wouldBe?: View;
}

interface FoldRange {
  /** Only events up to it. */
  readonly through: Position;
  /** Ends the fold, which throws the signal's reason. */
  readonly signal: AbortSignal;
}

/** Reads only the events of one entity, however long the log is. Records nothing. */
export class EntityPast<Context = unknown> {
  readonly #folds: ConcurrentFolds;

  constructor(
    private readonly definition: EntityProjectionDefinition<Context>,
    private readonly log: Pick<EventLog, 'read' | 'head'>,
    private readonly skipped: () => Skipped,
  ) {
    this.#folds = new ConcurrentFolds(definition.name);
  }

  /**
   * After each event that changed it, oldest first.
   *
   * @throws AfterHead, CannotBeFolded, PastBusy
   */
  async *points(key: string, range: FoldRange): AsyncGenerator<EntityPoint, void, undefined> {
    await this.#requireRecorded(range.through);
    const end = this.#folds.begin();
    try {
      const fold = new PastFold(this.definition, key, this.skipped(), CannotBeFolded);
      for await (const event of this.#events(key, range)) if (fold.take(event)) yield fold.pointAt(event);
    } finally {
      end();
    }
  }

  /** As it was at a position; undefined when there was none. @throws AfterHead, CannotBeFolded, PastBusy */
  async at(key: string, range: FoldRange): Promise<EntityPoint | undefined> {
    await this.#requireRecorded(range.through);
    return this.#folds.run(async () => {
      const fold = new PastFold(this.definition, key, this.skipped(), CannotBeFolded);
      let last: RecordedEvent | undefined;
      for await (const event of this.#events(key, range)) if (fold.take(event)) last = event;
      return last === undefined || fold.isGone ? undefined : fold.pointAt(last);
    });
  }

  /**
   * What it was at a position, and what it would have been without the events at some positions.
   *
   * @throws AfterHead, CannotBeFolded, PastBusy
   * @throws CannotBeWithout when what is left cannot be folded
   */
  async whatIf(key: string, without: ReadonlySet<Position>, range: FoldRange): Promise<EntityWhatIf> {
    await this.#requireRecorded(range.through, ...without);
    return this.#folds.run(async () => {
      const skipped = this.skipped();
      const is = new PastFold(this.definition, key, skipped, CannotBeFolded);
      const wouldBe = new PastFold(this.definition, key, new Set([...skipped, ...without]), CannotBeWithout);
      for await (const event of this.#events(key, range)) {
        is.take(event);
        wouldBe.take(event);
      }
      return {
        ...(!is.isGone && { is: is.view() }),
        ...(!wouldBe.isGone && { wouldBe: wouldBe.view() }),
      };
    });
  }

  async #requireRecorded(...positions: readonly Position[]): Promise<void> {
    const head = await this.log.head();
    for (const each of positions) if (each > head) throw new AfterHead(each, head);
  }

  async *#events(
    key: string,
    { through, signal }: FoldRange,
  ): AsyncGenerator<RecordedEvent, void, undefined> {
    const tag = this.#tagOf(key);
    if (tag === undefined) return;
    const query: Query = [{ types: this.definition.consumes.map(({ type }) => type), tags: [tag] }];
    for await (const events of this.log.read(query, { after: START, through })) {
      signal.throwIfAborted();
      yield* events;
      await nextTurn();
    }
    signal.throwIfAborted();
  }

  /** Undefined for a key of which there can be no tag, and so no event. */
  #tagOf(key: string): Tag | undefined {
    try {
      return this.definition.tag?.(key);
    } catch (error) {
      if (error instanceof InvalidValue) return undefined;
      throw error;
    }
  }
}

/** One entity, folded event after event. */
class PastFold<Context> {
  #state: FoldState<Context>;

  constructor(
    private readonly definition: EntityProjectionDefinition<Context>,
    private readonly key: string,
    private readonly skipped: Skipped,
    private readonly Failure: typeof CannotBeFolded | typeof CannotBeWithout,
  ) {
    this.#state = definition.fold.initial;
  }

  /** No event has made it, or the last one has ended it. */
  get isGone(): boolean {
    return this.#state === this.definition.fold.initial || this.definition.forgets(this.#state);
  }

  /** @returns whether the event has changed it */
  take(event: RecordedEvent): boolean {
    const { definition, key } = this;
    if (this.skipped.has(event.position)) return false;
    return this.#folding(event, () => {
      if (!definition.keysOf(event).includes(key)) return false;
      const from = definition.forgets(this.#state) ? definition.fold.initial : this.#state;
      const next = definition.fold.step(from, event);
      const isChanged = next !== from;
      if (isChanged) this.#state = next;
      return isChanged;
    });
  }

  pointAt(event: RecordedEvent): EntityPoint {
    const { position, time, type } = event;
    if (this.definition.forgets(this.#state)) return { position, time, type };
    return { position, time, type, view: this.#folding(event, () => this.view()) };
  }

  view(): View {
    return this.definition.view(this.#state, this.key);
  }

  #folding<Result>(event: RecordedEvent, fold: () => Result): Result {
    try {
      return fold();
    } catch (error) {
      throw new this.Failure(new FoldFailed(event.position, event, error));
    }
  }
}
