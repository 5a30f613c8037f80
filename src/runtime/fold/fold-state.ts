/** A fold and its state, with nothing of XState in them. */

/** A machine's state as plain data: what snapshots keep and views are made of. */
export interface FoldState<Context = unknown> {
  /** The active states: a name, or an object of names where states are nested (as in XState). */
  readonly value: StateValue;
  readonly context: Context;
}

export type StateValue = string | { readonly [region: string]: StateValue };

/** Any event that a machine may be handed. */
export interface FoldEvent {
  readonly type: string;
}

export interface Fold<Context = unknown> {
  readonly initial: FoldState<Context>;
  /**
   * The types of the events that the machine has transitions for, without wildcards, and without what it raises itself
   * as far as that is written down as an object.
   */
  readonly awaits: ReadonlySet<string>;
  /** The state after the event. An event that the state has no transition for leaves it as it is. @throws what the machine throws */
  step(state: FoldState<Context>, event: FoldEvent): FoldState<Context>;
  /** Whether the state has a transition for this event, all guards considered. */
  accepts(state: FoldState<Context>, event: FoldEvent): boolean;
}
