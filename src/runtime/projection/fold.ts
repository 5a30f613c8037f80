/** Turns a state machine into a fold: (state, event) → state, as plain data in and plain data out. */
import { createActor, type AnyActorScope, type AnyMachineSnapshot, type AnyStateMachine } from 'xstate';
import { requirePure } from './pure-machine.js';

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
  /** The state after the event. An event that the state has no transition for leaves it as it is. @throws what the machine throws */
  step(state: FoldState<Context>, event: FoldEvent): FoldState<Context>;
  /** Whether the state has a transition for this event, all guards considered. */
  accepts(state: FoldState<Context>, event: FoldEvent): boolean;
}

/**
 * The fold of a machine. Everything of XState that a fold needs is known in this file only.
 *
 * @throws Error that names the state when the machine is not pure (invoke, after, spawned actors, foreign actions)
 */
export function foldOf<Context>(machine: AnyStateMachine): Fold<Context> {
  requirePure(machine);
  // A pure machine never reaches out to its surroundings, so one set of them, never started, serves all steps.
  const { system, logger } = createActor(machine) as unknown as AnyActorScope & {
    logger: AnyActorScope['logger'];
  };
  const scope = surroundings(machine, system, logger);
  // What a step returned is mostly what the next one is handed: then XState's own snapshot is still at hand.
  const snapshots = new WeakMap<FoldState<Context>, AnyMachineSnapshot>();
  const known = (snapshot: AnyMachineSnapshot): FoldState<Context> => {
    const state: FoldState<Context> = {
      value: snapshot.value as StateValue,
      context: snapshot.context as Context,
    };
    snapshots.set(state, snapshot);
    return state;
  };
  const snapshotOf = (state: FoldState<Context>): AnyMachineSnapshot =>
    snapshots.get(state) ?? machine.resolveState({ value: state.value, context: state.context });
  return {
    initial: known(machine.getInitialSnapshot(scope as never) as AnyMachineSnapshot),
    step: (state, event) => {
      const before = snapshotOf(state);
      const after = machine.transition(before, event, scope as never) as AnyMachineSnapshot;
      return after === before ? state : known(after);
    },
    accepts: (state, event) => snapshotOf(state).can(event),
  };
}

function surroundings(
  machine: AnyStateMachine,
  system: AnyActorScope['system'],
  logger: AnyActorScope['logger'],
): AnyActorScope {
  const unreachable = (): never => {
    throw new Error(`machine ${machine.id} is not pure, though it was found to be`);
  };
  return {
    self: createActor(machine),
    id: machine.id,
    sessionId: machine.id,
    system,
    logger,
    defer: unreachable,
    emit: unreachable,
    stopChild: unreachable,
    actionExecutor: unreachable,
  };
}
