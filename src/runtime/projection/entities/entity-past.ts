/** What one entity was, and what it would be without some events: folded from its own events, after a state that was kept of it. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { InvalidValue } from '../../event-log/errors.js';
import type { EventLog } from '../../event-log/event-log.js';
import {
  START,
  position,
  type Position,
  type Query,
  type RecordedEvent,
  type Tag,
} from '../../event-log/event.js';
import type { FoldState } from '../../fold/fold-state.js';
import type { View } from '../define-projection.js';
import type { Skipped } from '../folding.js';
import { ConcurrentFolds } from '../past/concurrent-folds.js';
import { AfterHead, CannotBeFolded, CannotBeWithout } from '../past/past-problems.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import { PastFold, type EntityAt, type EntityPoint } from './entity-past-fold.js';

/** Absent: there is none. */
export interface EntityWhatIf {
  readonly is?: View;
  readonly wouldBe?: View;
}

/** The states that are kept of entities. */
export interface EntitySnapshots<Context> {
  /**
   * The newest that is kept of an entity as of a position or before, if any.
   *
   * @param skipped the events without which it is to have been folded
   */
  before(key: string, through: Position, skipped: Skipped): Promise<EntityAt<Context> | undefined>;
  /** Where the entity stopped, if it has. */
  faultAt?(key: string): Promise<Position | undefined>;
}

interface FoldRange {
  /** Only events up to it. */
  readonly through: Position;
  /** Ends the fold, which throws the signal's reason. */
  readonly signal: AbortSignal;
}

/** Reads only the events of one entity, however long the log is, after what is kept of it. Records nothing. */
export class EntityPast<Context = unknown> {
  readonly #folds: ConcurrentFolds;

  constructor(
    private readonly definition: EntityProjectionDefinition<Context>,
    private readonly log: Pick<EventLog, 'read' | 'head'>,
    private readonly skipped: () => Skipped,
    private readonly snapshots: EntitySnapshots<Context>,
  ) {
    this.#folds = new ConcurrentFolds(definition.name);
  }

  /**
   * After each event that changed it, oldest first.
   *
   * @param range `after`: only points after it, though what comes before may be folded too
   * @throws AfterHead, CannotBeFolded, PastBusy
   */
  async *points(
    key: string,
    { after = START, ...range }: FoldRange & { readonly after?: Position },
  ): AsyncGenerator<EntityPoint, void, undefined> {
    await this.#requireRecorded(range.through);
    const end = this.#folds.begin();
    try {
      const fold = await this.#foldFrom(key, after);
      const upToFault = await this.#upToFault(key, range);
      for await (const event of this.#events(key, fold.position, upToFault)) {
        const point = fold.take(event) && event.position > after ? fold.point() : undefined;
        if (point !== undefined) yield point;
      }
    } finally {
      end();
    }
  }

  /** As it was at a position; undefined when there was none. @throws AfterHead, CannotBeFolded, PastBusy */
  at(
    key: string,
    range: FoldRange,
  ): Promise<{ readonly position: Position; readonly view: View; readonly faultAt?: Position } | undefined> {
    return this.#foldedAt(key, range, (fold, faultAt) => {
      const view = fold.view();
      if (view === undefined) return undefined;
      return { position: fold.position ?? START, view, ...(faultAt !== undefined && { faultAt }) };
    });
  }

  /** The state behind the view that `at` gives. @throws as `at` does */
  stateAt(key: string, range: FoldRange): Promise<FoldState<Context> | undefined> {
    return this.#foldedAt(key, range, (fold) => fold.state());
  }

  async #foldedAt<Result>(
    key: string,
    range: FoldRange,
    resultOf: (fold: PastFold<Context>, faultAt: Position | undefined) => Result,
  ): Promise<Result> {
    await this.#requireRecorded(range.through);
    return this.#folds.run(async () => {
      const upToFault = await this.#upToFault(key, range);
      const fold = await this.#foldFrom(key, upToFault.through);
      for await (const event of this.#events(key, fold.position, upToFault)) fold.take(event);
      return resultOf(fold, upToFault.faultAt);
    });
  }

  /** Where the entity has stopped by the position, alone of its projection: it has no past after that. */
  async faultAt(key: string, through: Position): Promise<Position | undefined> {
    if (this.definition.faultStops === 'projection') return undefined;
    const at = await this.snapshots.faultAt?.(key);
    return at !== undefined && at <= through ? at : undefined;
  }

  async #upToFault(key: string, range: FoldRange): Promise<FoldRange & { readonly faultAt?: Position }> {
    const faultAt = await this.faultAt(key, range.through);
    return faultAt === undefined ? range : { ...range, through: position(faultAt - 1), faultAt };
  }

  /**
   * What it was at a position, and what it would have been without the events at some positions. Folds what came after the first of
   * those, however much that is.
   *
   * @throws AfterHead, CannotBeFolded, PastBusy
   * @throws CannotBeWithout when what is left cannot be folded
   */
  async whatIf(key: string, without: ReadonlySet<Position>, range: FoldRange): Promise<EntityWhatIf> {
    await this.#requireRecorded(range.through, ...without);
    return this.#folds.run(async () => {
      const skipped = this.skipped();
      const first = position(Math.min(range.through + 1, ...without) - 1);
      const from = await this.#keptOf(key, first, skipped);
      const upToFault = await this.#upToFault(key, range);
      const is = await this.#foldFrom(key, upToFault.through);
      const wouldBe = new PastFold(this.definition, key, {
        from,
        skipped: new Set([...skipped, ...without]),
        Failure: CannotBeWithout,
      });
      for await (const event of this.#events(key, from?.position, range)) {
        if (event.position <= upToFault.through) is.take(event);
        wouldBe.take(event);
      }
      const [isView, wouldBeView] = [is.view(), wouldBe.view()];
      return {
        ...(isView !== undefined && { is: isView }),
        ...(wouldBeView !== undefined && { wouldBe: wouldBeView }),
      };
    });
  }

  /** After what is kept of it as of the position or before. */
  async #foldFrom(key: string, through: Position): Promise<PastFold<Context>> {
    const skipped = this.skipped();
    const from = await this.#keptOf(key, through, skipped);
    return new PastFold(this.definition, key, { from, skipped, Failure: CannotBeFolded });
  }

  async #keptOf(key: string, through: Position, skipped: Skipped): Promise<EntityAt<Context> | undefined> {
    return through === START || this.#tagOf(key) === undefined
      ? undefined
      : this.snapshots.before(key, through, skipped);
  }

  async #requireRecorded(...positions: readonly Position[]): Promise<void> {
    const head = await this.log.head();
    for (const each of positions) if (each > head) throw new AfterHead(each, head);
  }

  async *#events(
    key: string,
    after: Position = START,
    { through, signal }: FoldRange,
  ): AsyncGenerator<RecordedEvent, void, undefined> {
    const tag = this.#tagOf(key);
    if (tag === undefined) return;
    const query: Query = [{ types: this.definition.consumes.map(({ type }) => type), tags: [tag] }];
    if (after < through) {
      for await (const events of this.log.read(query, { after, through })) {
        signal.throwIfAborted();
        yield* events;
        await nextTurn();
      }
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
