/** The state of one projection, folded here by the machine that folds it in the server. */
import { unflatten } from 'devalue';
import type { FoldEvent, FoldState } from '../../fold/fold-state.js';
import { foldOf, type ContextOf, type Machine } from '../../fold/fold.js';
import type { FoldedState } from '../queries.js';
import type { ClientEvent } from '../types.js';
import type { ForeseenEvent } from './command-queue.js';

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

export class Replica<View extends object = object> {
  readonly types: ReadonlySet<string>;
  readonly #fold: ReturnType<typeof foldOf>;
  #state: FoldState;
  #position: number | undefined;

  constructor(
    readonly name: string,
    private readonly folded: FoldedView<Machine, View>,
  ) {
    this.#fold = foldOf(folded.machine);
    this.#state = this.#fold.initial;
    this.types = new Set(folded.consumes ?? this.#fold.awaits);
  }

  /** How far the state is folded; undefined until it was loaded. */
  get position(): number | undefined {
    return this.#position;
  }

  /** @throws OtherVersion */
  load({ position, version, value, context }: FoldedState): void {
    const { version: own = 1 } = this.folded;
    if (version !== own) throw new OtherVersion(this.name, version, own);
    this.#state = {
      value: value as FoldState['value'],
      context: unflatten(context as Parameters<typeof unflatten>[0]) as unknown,
    };
    this.#position = position;
  }

  /** An event that is in the state already is passed over. @throws what the machine's functions throw */
  take(event: ClientEvent): void {
    if (this.#position === undefined) return;
    // Several that an upcaster made of one stand at one position, and come one after the other.
    if (event.position < this.#position || (event.position === this.#position && (event.part ?? 1) === 1))
      return;
    if (this.types.has(event.type)) this.#state = this.#fold.step(this.#state, event);
    this.#position = event.position;
  }

  recorded(): View {
    return this.folded.view(this.#state, 'now');
  }

  /** With these events after what is recorded. One that cannot be folded is left out: the server will say what is wrong with it. */
  foreseen(events: readonly ForeseenEvent[]): View {
    let state = this.#state;
    let position = this.#position ?? 0;
    for (const event of events) {
      position += 1;
      if (this.types.has(event.type)) state = this.#step(state, provisional(event, position));
    }
    return this.folded.view(state, 'never');
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
function provisional({ type, data, tags = [] }: ForeseenEvent, position: number): FoldEvent {
  const time = new Date().toISOString();
  return { type, data, tags, position, time, revision: 1, commit: '', metadata: {} } as FoldEvent;
}
