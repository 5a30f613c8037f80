/** Turns a state machine into a fold: (state, event) → state, as plain data in and plain data out. */
import { createActor, type AnyActorScope, type AnyMachineSnapshot, type AnyStateMachine } from 'xstate';
import type { Fold, FoldState, StateValue } from './fold-state.js';
import { foldByTable } from './fold-table.js';
import { requirePure } from './pure-machine.js';

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
  const initial = known(machine.getInitialSnapshot(scope as never) as AnyMachineSnapshot);
  const byTable = foldByTable(machine, initial);
  if (byTable !== undefined) return byTable as Fold<Context>;
  return {
    initial,
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
