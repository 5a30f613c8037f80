/** The state of one projection, folded here by the machine that folds it in the server. */
import { unflatten } from 'devalue';
import type { FoldEvent, FoldState } from '../../fold/fold-state.js';
import { foldOf, type ContextOf, type Machine } from '../../fold/fold.js';
import type { FoldedState } from '../queries.js';
import type { ClientEvent } from '../types.js';
import type { ExpectedEvent } from './command-queue.js';

/** What of a projection runs in a browser: what `defineProjection` takes as well. */
export interface FoldedView<Of extends Machine = Machine, View extends object = object> {
  readonly machine: Of;
  /** As in `defineProjection`; `never` is asked for of a state that nobody has recorded. */
  readonly view: (state: FoldState<ContextOf<Of>>, when?: 'now' | 'never') => View;
  /** Default: 1. */
  readonly version?: number;
  /** The types of the events that it folds. Default: those that the machine has transitions for; needed where that is a wildcard. */
  readonly consumes?: readonly string[];
}

/** The server folds another version of the projection than this program: it is older or newer than the server, as a page that was not reloaded. */
export class OtherVersion extends Error {
  override readonly name = 'OtherVersion';

  constructor(projection: string, served: number, own: number) {
    super(
      `${projection} is folded by version ${served} of the projection in the server, and by version ${own} here; load the page anew`,
    );
  }
}

/** What is kept of events while a state is loaded; beyond that it is loaded at a later position. */
const MAX_MISSED = 10_000;

/** Of the parts that an upcaster made of an event. */
const ALL_PARTS = Infinity;

export class Replica {
  readonly types: ReadonlySet<string>;
  /** How many states are watched that are made of it. */
  watchers = 0;
  /** Why it cannot be loaded. */
  error: { readonly thrown: unknown } | undefined;
  /** Up to where the state that is being loaded must be folded; undefined while none is. */
  wanted: number | undefined;
  readonly #fold: ReturnType<typeof foldOf>;
  #state: FoldState;
  #position: number | undefined;
  #part = ALL_PARTS;
  #isBroken = false;
  #missed: ClientEvent[] = [];

  constructor(
    readonly name: string,
    private readonly folded: FoldedView,
  ) {
    this.#fold = foldOf(folded.machine);
    this.#state = this.#fold.initial;
    this.types = new Set(folded.consumes ?? this.#fold.awaits);
  }

  /** Whether it is folded as this one says. Its view does not matter. */
  isOf(name: string, { machine, version = 1, consumes }: FoldedView): boolean {
    const own = this.folded;
    return (
      this.name === name &&
      own.machine === machine &&
      (own.version ?? 1) === version &&
      own.consumes?.join() === consumes?.join()
    );
  }

  /** How far the state is folded; undefined until it was loaded. */
  get position(): number | undefined {
    return this.#position;
  }

  /** After which position events are to come. An event of which a part is folded comes again: others may follow. */
  get after(): number | undefined {
    return this.#position === undefined || this.#part === ALL_PARTS ? this.#position : this.#position - 1;
  }

  /** @returns events that came by meanwhile, to be taken now @throws OtherVersion */
  load({ position, version, value, context }: FoldedState): readonly ClientEvent[] {
    const { version: own = 1 } = this.folded;
    if (version !== own) throw new OtherVersion(this.name, version, own);
    this.#state = {
      value: value as FoldState['value'],
      context: unflatten(context as Parameters<typeof unflatten>[0]) as unknown,
    };
    this.#position = position;
    this.#part = ALL_PARTS;
    this.#isBroken = false;
    this.wanted = undefined;
    const missed = this.#missed;
    this.#missed = [];
    return missed;
  }

  /** Nothing is known of the state any more. */
  forget(): void {
    this.#position = undefined;
    this.#missed = [];
  }

  /** Folds nothing until it is loaded: the state is not what the server folds on from. */
  break(): void {
    this.#isBroken = true;
  }

  has({ position, part = 1 }: ClientEvent): boolean {
    const own = this.#position;
    // Until it was loaded, what comes by may lack types that only this one folds.
    return own === undefined || position < own || (position === own && part <= this.#part);
  }

  /** An event that is in the state already is passed over. @throws what the machine's functions throw */
  take(event: ClientEvent): void {
    if (this.has(event)) return;
    if (this.wanted !== undefined) this.#keep(event);
    if (this.#isBroken) return;
    if (this.types.has(event.type)) this.#state = this.#fold.step(this.#state, event);
    this.#position = event.position;
    this.#part = event.part ?? ALL_PARTS;
  }

  #keep(event: ClientEvent): void {
    this.#missed.push(event);
    if (this.#missed.length <= MAX_MISSED) return;
    this.#missed = [];
    this.wanted = event.position;
  }

  recorded<View extends object>(view: FoldedView<Machine, View>['view']): View {
    return view(this.#state, 'now');
  }

  /** With these events after what is recorded. What cannot be folded or shown is left out: the server will say what is wrong with it. */
  expected<View extends object>(
    events: readonly ExpectedEvent[],
    view: FoldedView<Machine, View>['view'],
  ): View {
    let state = this.#state;
    let position = this.#position ?? 0;
    for (const event of events) {
      position += 1;
      if (this.types.has(event.type)) state = this.#step(state, provisional(event, position));
    }
    try {
      return view(state, 'never');
    } catch {
      return this.recorded(view);
    }
  }

  #step(state: FoldState, event: FoldEvent): FoldState {
    try {
      return this.#fold.step(state, event);
    } catch {
      return state;
    }
  }
}

/** With the members that a recorded one has; which position, time and commit it will have is not known. */
function provisional({ type, data, tags = [] }: ExpectedEvent, position: number): FoldEvent {
  const time = new Date().toISOString();
  return { type, data, tags, position, time, revision: 1, commit: '', metadata: {} } as FoldEvent;
}
