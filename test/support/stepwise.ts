/** Compares a fold with XState's own `transition`, event by event. */
import { initialTransition, transition, type AnyStateMachine } from 'xstate';
import type { Fold, FoldEvent, FoldState } from '../../src/runtime/projection/fold-state.js';
import { frozen } from './frozen.js';

export interface Step {
  readonly value: unknown;
  readonly context: unknown;
}

/** What XState makes of the events: the initial state, then the state after each. */
export function stepsOfXState(machine: AnyStateMachine, events: readonly FoldEvent[]): readonly Step[] {
  let [snapshot] = initialTransition(machine);
  const steps: Step[] = [{ value: snapshot.value, context: snapshot.context }];
  for (const event of events) {
    [snapshot] = transition(machine, snapshot, event);
    steps.push({ value: snapshot.value, context: snapshot.context });
  }
  return steps;
}

/** What the fold makes of them. `between` stands for what may happen to a state between two steps. */
export function stepsOfFold(
  fold: Fold,
  events: readonly FoldEvent[],
  between: (state: FoldState) => FoldState = (state) => state,
): readonly Step[] {
  const steps: Step[] = [plain(fold.initial)];
  let state = fold.initial;
  for (const event of events) {
    state = fold.step(between(state), event);
    steps.push(plain(state));
  }
  return steps;
}

/** Whether each of the events is accepted before each of the steps, as XState's `can` has it. */
export function acceptedByXState(
  machine: AnyStateMachine,
  events: readonly FoldEvent[],
): readonly (readonly boolean[])[] {
  let [snapshot] = initialTransition(machine);
  return events.map((event) => {
    const accepted = events.map((each) => snapshot.can(each));
    [snapshot] = transition(machine, snapshot, event);
    return accepted;
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

function plain({ value, context }: FoldState): Step {
  return { value, context };
}
