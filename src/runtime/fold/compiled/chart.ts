/** The types that a machine is compiled to: nodes, and transitions made of plain functions, independent of XState. */
import type { FoldEvent, StateValue } from '../fold-state.js';
import { actionRan, blameAction } from './places.js';

export type Context = Readonly<Record<string, unknown>>;

export interface Chart {
  /** The machine's, for error messages. */
  readonly id: string;
  readonly root: Node;
  /** The context before anything is entered. */
  readonly context: Context;
  /** See `Fold.awaits`. */
  readonly awaits: ReadonlySet<string>;
  /** How many microsteps may follow one event. */
  readonly maxMicrosteps: number;
  /** The nodes that are active in a state with this value. @throws Error when the machine has no such state */
  nodesIn(value: StateValue): ReadonlySet<Node>;
}

export interface Node {
  readonly id: string;
  readonly key: string;
  /** Document order, as in SCXML: a node before its children, and these before its next sibling. */
  readonly order: number;
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final';
  readonly parent: Node | undefined;
  /** In document order. */
  readonly children: readonly Node[];
  /** The child by which a compound node is entered; undefined for every other kind. */
  readonly initial: Node | undefined;
  /** Run after `entry` when the node is entered through its initial child. */
  readonly initialActions: readonly Action[];
  readonly entry: readonly Action[];
  readonly exit: readonly Action[];
  /** By event descriptor: `number.recorded`, `number.*`, `*`. Of those with one descriptor, the first whose guard holds is taken. */
  readonly transitions: ReadonlyMap<string, readonly Transition[]>;
  /** The eventless transitions. */
  readonly always: readonly Transition[];
  /** The `output` of the done event that a final node raises for its parent. */
  readonly output: (args: Args) => unknown;
}

export interface Transition {
  readonly source: Node;
  /** Empty when the active states stay as they are. */
  readonly targets: readonly Node[];
  /** Whether a source that contains the target is exited and entered again. */
  readonly reenters: boolean;
  readonly guard: Guard | undefined;
  readonly actions: readonly Action[];
  /** Has no target and no action: only keeps the event from other transitions. */
  readonly forbids: boolean;
}

/** The first argument of guards, assignments and dynamic parameters. */
export class Args {
  constructor(
    readonly context: Context,
    readonly event: FoldEvent,
  ) {}

  /** XState passes one to assignments. @throws Error always */
  spawn(): never {
    throw new Error('an assignment spawns, and a fold has no actors');
  }
}

/** The active states, for guards and actions. */
export interface Active {
  readonly value: StateValue;
  /** Of every active node, including the root. */
  readonly ids: ReadonlySet<string>;
}

/** Receives the events that actions raise. */
export interface RaiseQueue {
  raise(event: FoldEvent): void;
}

export type Guard = (args: Args, active: Active) => boolean;

/** Returns a new context if it assigns, else the same one. */
export interface Action {
  (args: Args, active: Active, queue: RaiseQueue): Context;
  /** Absent for actions that only assign, after which no raised event can follow. */
  readonly mayRaise?: true;
}

export const raisingAction = (action: (args: Args, active: Active, queue: RaiseQueue) => Context): Action =>
  Object.assign(action, { mayRaise: true as const });

/** The context after the actions; each is given the context that the one before returned. */
export function runActions(
  actions: readonly Action[],
  args: Args,
  active: Active,
  queue: RaiseQueue,
): Context {
  let { context } = args;
  let given = args;
  for (const action of actions) {
    if (given.context !== context) given = new Args(context, args.event);
    try {
      context = action(given, active, queue);
    } catch (error) {
      throw blameAction(error, action);
    }
    actionRan(action, context);
  }
  return context;
}
