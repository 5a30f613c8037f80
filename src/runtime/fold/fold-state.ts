/** A fold and its state, independent of XState. */

/** A machine's state as plain data: what snapshots contain and views are made of. */
export interface FoldState<Context = unknown> {
  /** The active states: a name, or an object of names where states are nested (as in XState). */
  readonly value: StateValue;
  readonly context: Context;
}

export type StateValue = string | { readonly [region: string]: StateValue };

export interface FoldEvent {
  readonly type: string;
}

export interface Fold<Context = unknown> {
  readonly initial: FoldState<Context>;
  /**
   * The types of the events that the machine has transitions for, without wildcards, and without those that it raises itself
   * in an action that names the event as an object.
   */
  readonly awaits: ReadonlySet<string>;
  /** The state after the event: the same object when there is no transition for it. @throws what the machine's functions throw */
  step(state: FoldState<Context>, event: FoldEvent): FoldState<Context>;
  /** Whether the state has a transition for this event, guards included. */
  accepts(state: FoldState<Context>, event: FoldEvent): boolean;
  /**
   * Whether the state has a transition for every event of this type, or for none; undefined when a guard decides. Not given by folds that were not
   * made from a machine.
   */
  acceptsAny?(state: FoldState<Context>, type: string): boolean | undefined;
  /**
   * Whether the state has a transition for events of this type, whatever its guards say of one. A wildcard is one, and so is one that forbids the
   * event. Not given by folds that were not made from a machine.
   */
  handles?(state: FoldState<Context>, type: string): boolean;
  /**
   * Whether a step from the state runs no function of the machine, whatever an event of this type holds: no guard, no action, no eventless
   * transition. So it cannot fail. Not given by folds that were not made from a machine.
   */
  runsNothing?(state: FoldState<Context>, type: string): boolean;
  /** The actions that `step` runs, in order, for diagnosis. Not given by folds that were not made from a machine. */
  actionsOf?(state: FoldState<Context>, event: FoldEvent): readonly ActionRun[];
}

export interface ActionRun {
  /** As in `machine sum, state counting: the action add`. */
  readonly place: string;
  /** What it returned. */
  readonly context: unknown;
}
