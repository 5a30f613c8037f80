/** One entity, folded event after event, from the beginning or from a state that was kept of it. */
import type { Position, RecordedEvent } from '../../event-log/event.js';
import type { FoldState } from '../../fold/fold-state.js';
import type { View } from '../define-projection.js';
import { FoldFailed, type Skipped } from '../folding.js';
import type { CannotBeFolded, CannotBeWithout } from '../past/past-problems.js';
import { keysOrFault } from './entity-events.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';

/** A state of an entity, as it was once folded. */
export interface EntityAt<Context = unknown> {
  readonly state: FoldState<Context>;
  /** Of the last event that had changed it. */
  readonly position: Position;
}

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

export interface PastFoldOptions<Context> {
  /** Default: the beginning. */
  readonly from: EntityAt<Context> | undefined;
  readonly skipped: Skipped;
  /** The problem with which an event is refused that cannot be folded. */
  readonly Failure: typeof CannotBeFolded | typeof CannotBeWithout;
}

export class PastFold<Context> {
  #state: FoldState<Context>;
  /** Of the last event that changed it. */
  #position: Position | undefined;
  /** That event; undefined while it is as it was kept. */
  #last: RecordedEvent | undefined;

  constructor(
    private readonly definition: EntityProjectionDefinition<Context>,
    private readonly key: string,
    private readonly options: PastFoldOptions<Context>,
  ) {
    const { from } = options;
    this.#state = from?.state ?? definition.fold.initial;
    this.#position = from?.position;
  }

  /** Of the last event that changed it; undefined when there was none. */
  get position(): Position | undefined {
    return this.#position;
  }

  /** What it begins from is past such events. @returns whether the event has changed it */
  take(event: RecordedEvent): boolean {
    const { definition } = this;
    const { from, skipped } = this.options;
    if (skipped.has(event.position) || event.position <= (from?.position ?? 0)) return false;
    return this.#folding(event.position, event, () => {
      if (!this.#isAbout(event)) return false;
      const before = definition.forgets(this.#state) ? definition.fold.initial : this.#state;
      const next = definition.fold.step(before, event);
      if (next === before) return false;
      this.#state = next;
      this.#position = event.position;
      this.#last = event;
      return true;
    });
  }

  /** After the last event that it was given and that changed it; undefined when there was none. */
  point(): EntityPoint | undefined {
    if (this.#last === undefined) return undefined;
    const { position, time, type } = this.#last;
    const view = this.view();
    return { position, time, type, ...(view !== undefined && { view }) };
  }

  /** Undefined when no event has made it, or the last one has ended it. */
  state(): FoldState<Context> | undefined {
    return this.#position === undefined || this.definition.forgets(this.#state) ? undefined : this.#state;
  }

  /** Undefined where `state` is. */
  view(): View | undefined {
    const at = this.#position;
    if (at === undefined || this.state() === undefined) return undefined;
    return this.#folding(at, this.#last, () => this.definition.view(this.#state, this.key));
  }

  /** @throws what the function `key` throws, where that stops the projection */
  #isAbout(event: RecordedEvent): boolean {
    const found = keysOrFault(this.definition, event);
    if ('keys' in found) return found.keys.includes(this.key);
    if (this.definition.faultStops === 'projection') throw found.error;
    return false;
  }

  #folding<Result>(at: Position, event: RecordedEvent | undefined, fold: () => Result): Result {
    try {
      return fold();
    } catch (error) {
      throw new this.options.Failure(new FoldFailed(at, event, error));
    }
  }
}
