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
   * @param range `after`: only points after it, though what comes before is folded too
   * @throws AfterHead, CannotBeFolded, PastBusy
   */
  async *points(
    key: string,
    { after = START, ...range }: FoldRange & { readonly after?: Position },
  ): AsyncGenerator<EntityPoint, void, undefined> {
    await this.#requireRecorded(range.through);
    const end = this.#folds.begin();
    try {
      const fold = new PastFold(this.definition, key, this.skipped(), CannotBeFolded);
      for await (const event of this.#events(key, range)) {
        const point = fold.take(event) && event.position > after ? fold.point() : undefined;
        if (point !== undefined) yield point;
      }
    } finally {
      end();
    }
  }

  /** As it was at a position; undefined when there was none. @throws AfterHead, CannotBeFolded, PastBusy */
  async at(key: string, range: FoldRange): Promise<EntityPoint | undefined> {
    await this.#requireRecorded(range.through);
    return this.#folds.run(async () => {
      const fold = new PastFold(this.definition, key, this.skipped(), CannotBeFolded);
      for await (const event of this.#events(key, range)) fold.take(event);
      const point = fold.point();
      return point?.view === undefined ? undefined : point;
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
      const [isView, wouldBeView] = [is.view(), wouldBe.view()];
      return {
        ...(isView !== undefined && { is: isView }),
        ...(wouldBeView !== undefined && { wouldBe: wouldBeView }),
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
  /** The last event that changed it. */
  #last: RecordedEvent | undefined;

  constructor(
    private readonly definition: EntityProjectionDefinition<Context>,
    private readonly key: string,
    private readonly skipped: Skipped,
    private readonly Failure: typeof CannotBeFolded | typeof CannotBeWithout,
  ) {
    this.#state = definition.fold.initial;
  }

  /** @returns whether the event has changed it */
  take(event: RecordedEvent): boolean {
    const { definition, key } = this;
    if (this.skipped.has(event.position)) return false;
    return this.#folding(event, () => {
      if (!definition.keysOf(event).includes(key)) return false;
      const from = definition.forgets(this.#state) ? definition.fold.initial : this.#state;
      const next = definition.fold.step(from, event);
      if (next === from) return false;
      this.#state = next;
      this.#last = event;
      return true;
    });
  }

  /** After the last event that changed it; undefined when there was none. */
  point(): EntityPoint | undefined {
    if (this.#last === undefined) return undefined;
    const { position, time, type } = this.#last;
    const view = this.view();
    return { position, time, type, ...(view !== undefined && { view }) };
  }

  /** Undefined when no event has made it, or the last one has ended it. */
  view(): View | undefined {
    const last = this.#last;
    if (last === undefined || this.definition.forgets(this.#state)) return undefined;
    return this.#folding(last, () => this.definition.view(this.#state, this.key));
  }

  #folding<Result>(event: RecordedEvent, fold: () => Result): Result {
    try {
      return fold();
    } catch (error) {
      throw new this.Failure(new FoldFailed(event.position, event, error));
    }
  }
}
