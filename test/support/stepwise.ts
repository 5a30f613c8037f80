/** Compares a fold with XState's own `transition`, event by event. */
import {
  initialTransition,
  transition,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
} from 'xstate';
import type { Fold, FoldEvent, FoldState, StateValue } from '../../src/runtime/fold/fold-state.js';
import { frozen } from './frozen.js';

export interface Step {
  readonly value: unknown;
  readonly context: unknown;
}

/** In the place of a step that never comes to rest, and of all that would come after it. */
export const ENDLESS = 'endless';

export type Steps = readonly (Step | typeof ENDLESS)[];

/** What XState makes of the events: the initial state, then the state after each. */
export function stepsOfXState(machine: AnyStateMachine, events: readonly FoldEvent[]): Steps {
  return stepsOf(() => startOf(machine), nextOf, events);
}

/** As `stepsOfXState`, but ends with the step by which the machine is done. */
export function stepsUntilDone(machine: AnyStateMachine, events: readonly FoldEvent[]): Steps {
  return stepsOf(
    () => startOf(machine),
    nextOf,
    events,
    ({ status }) => status === 'done',
  );
}

/** What XState makes of each event when it has nothing of the state before but its value and its context. */
export function restoredStepsOfXState(machine: AnyStateMachine, events: readonly FoldEvent[]): Steps {
  return stepsOf(
    () => startOf(machine),
    (snapshot, event) => nextOf(restoredSnapshot(snapshot, machine), event),
    events,
  );
}

/** What the fold makes of them. `between` stands for what may happen to a state between two steps. */
export function stepsOfFold(
  fold: Fold,
  events: readonly FoldEvent[],
  between: (state: FoldState) => FoldState = (state) => state,
): Steps {
  return stepsOf(
    () => fold.initial,
    (state, event) => fold.step(between(state), event),
    events,
  );
}

/** Whether each of the events is accepted before each of the steps, as XState's `can` has it. */
export function acceptedByXState(
  machine: AnyStateMachine,
  events: readonly FoldEvent[],
): readonly (readonly boolean[])[] {
  let snapshot = startOf(machine);
  return events.map((event) => {
    const accepted = events.map((each) => snapshot.can(each));
    snapshot = nextOf(snapshot, event);
    return accepted;
  });
}

/** Whether each of the events is accepted in each of the states, when XState has nothing of it but its value and context. */
export function acceptedWhenRestored(
  machine: AnyStateMachine,
  states: readonly Step[],
  events: readonly FoldEvent[],
): readonly (readonly boolean[])[] {
  return states.map((state) => {
    const snapshot = restoredSnapshot(state, machine);
    return events.map((event) => snapshot.can(event));
  });
}

export function acceptedByFold(fold: Fold, events: readonly FoldEvent[]): readonly (readonly boolean[])[] {
  let state = fold.initial;
  return events.map((event) => {
    const accepted = events.map((each) => fold.accepts(state, each));
    state = fold.step(state, event);
    return accepted;
  });
}

/** A state as it comes out of a snapshot: equal, but another object, which nobody has seen before. */
export function restored(state: FoldState): FoldState {
  return frozen(structuredClone(state));
}

/** A state that is equal, but whose regions were written down in the opposite order. */
export function reversed({ value, context }: FoldState): FoldState {
  return { value: opposite(value), context };
}

function opposite(value: StateValue): StateValue {
  if (typeof value === 'string') return value;
  const regions = Object.entries(value).map(([key, inner]) => [key, opposite(inner)] as const);
  return Object.fromEntries(regions.reverse());
}

function startOf(machine: AnyStateMachine): AnyMachineSnapshot {
  const [snapshot] = initialTransition(machine) as [AnyMachineSnapshot, unknown];
  if (snapshot.status === 'error') throw snapshot.error;
  return snapshot;
}

function nextOf(snapshot: AnyMachineSnapshot, event: FoldEvent): AnyMachineSnapshot {
  const machine = snapshot.machine as AnyStateMachine;
  return transition(machine, snapshot, event)[0] as AnyMachineSnapshot;
}

function restoredSnapshot({ value, context }: Step, machine: AnyStateMachine): AnyMachineSnapshot {
  return machine.resolveState({ value: inDocumentOrder(value as StateValue, machine.root), context });
}

/** The same value. XState writes regions in the order in which they were entered, and asks them in the order it finds. */
function inDocumentOrder(value: StateValue, { states }: AnyStateNode): StateValue {
  if (typeof value === 'string') return value;
  const regions = Object.entries<AnyStateNode>(states).map(([key, node]) => {
    const inner = value[key];
    return inner === undefined ? [] : [[key, inDocumentOrder(inner, node)] as const];
  });
  return Object.fromEntries(regions.flat());
}

/** How XState and a fold say that they do not come to an end. */
const WITHOUT_END = /^Infinite loop detected|does not come to rest/;

function stepsOf<State extends Step>(
  start: () => State,
  next: (state: State, event: FoldEvent) => State,
  events: readonly FoldEvent[],
  isLast: (state: State) => boolean = () => false,
): Steps {
  const steps: (Step | typeof ENDLESS)[] = [];
  try {
    let state = start();
    steps.push(plain(state));
    for (const event of events) {
      if (isLast(state)) break;
      state = next(state, event);
      steps.push(plain(state));
    }
  } catch (error) {
    if (!(error instanceof Error) || !WITHOUT_END.test(error.message)) throw error;
    steps.push(ENDLESS);
  }
  return steps;
}

function plain({ value, context }: Step): Step {
  return { value, context };
}
