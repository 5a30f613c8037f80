/** A machine as a fold needs it: nodes, and transitions made of plain functions, with nothing of XState in them. */
import type { FoldEvent, StateValue } from '../fold-state.js';

export type Context = Readonly<Record<string, unknown>>;

export interface Chart {
  /** The machine's, for messages. */
  readonly id: string;
  readonly root: Node;
  /** The context before anything is entered. */
  readonly context: Context;
  /** The types of the events that the machine raises itself, as far as they are written down as objects. */
  readonly raises: ReadonlySet<string>;
  /** How many microsteps may follow on one event. */
  readonly mostMicrosteps: number;
  /** The nodes that are active in a state of this value. @throws Error when the machine has no such value */
  activeIn(value: StateValue): ReadonlySet<Node>;
}

export interface Node {
  readonly id: string;
  readonly key: string;
  /** Where it stands in the document: before its children, and those before its later siblings. */
  readonly order: number;
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final';
  readonly parent: Node | undefined;
  /** In document order. */
  readonly children: readonly Node[];
  /** The child by which a compound node is entered; no other node has one. */
  readonly initial: Node | undefined;
  /** Carried out after `entry` when the node is entered without a child of it being named. */
  readonly initialActions: readonly Action[];
  readonly entry: readonly Action[];
  readonly exit: readonly Action[];
  /** By event descriptor: `number.recorded`, `number.*`, `*`. The first one whose guard holds is taken. */
  readonly transitions: ReadonlyMap<string, readonly Transition[]>;
  /** The transitions that need no event. */
  readonly always: readonly Transition[];
  /** What a final node adds to the event that tells that its parent is done. */
  readonly output: (args: Args) => unknown;
}

export interface Transition {
  readonly source: Node;
  /** None when the active states stay as they are. */
  readonly targets: readonly Node[];
  /** Whether a source that contains the target is exited and entered again. */
  readonly reenters: boolean;
  readonly guard: Guard | undefined;
  readonly actions: readonly Action[];
  /** It goes nowhere and does nothing: it stands there so that no other transition takes the event. */
  readonly forbids: boolean;
}

/** What guards, assignments and parameters are called with. */
export class Args {
  constructor(
    readonly context: Context,
    readonly event: FoldEvent,
  ) {}

  /** XState has one for assignments. @throws Error always */
  spawn(): never {
    throw new Error('an assignment spawns, and a fold has no actors');
  }
}

/** What is active while guards are asked and actions are carried out. */
export interface Active {
  readonly value: StateValue;
  /** Of every active node, the root among them. */
  readonly ids: ReadonlySet<string>;
}

/** Takes the events that actions raise. */
export interface Raising {
  raise(event: FoldEvent): void;
}

export type Guard = (args: Args, active: Active) => boolean;

/** Returns another context where it assigns, and the same one where it does not. */
export interface Action {
  (args: Args, active: Active, raising: Raising): Context;
  /** Absent where it only assigns, so that nothing follows on it. */
  readonly mayRaise?: true;
}

export const raisingAction = (action: (args: Args, active: Active, raising: Raising) => Context): Action =>
  Object.assign(action, { mayRaise: true as const });

/** The context after the actions, each of which is given that of the one before. */
export function carryOut(actions: readonly Action[], args: Args, active: Active, raising: Raising): Context {
  let { context } = args;
  let given = args;
  for (const action of actions) {
    if (given.context !== context) given = new Args(context, args.event);
    context = action(given, active, raising);
  }
  return context;
}
