/** Turns what stands behind a transition's `guard` into a plain function. */
import { and, matchesState, not, or, stateIn, type AnyStateNode } from 'xstate';
import type { StateValue } from '../fold-state.js';
import type { Guard } from './chart.js';
import { follow, refuse, type Written } from './reference.js';

/** What XState hangs on the guards that it makes itself. */
interface Made {
  readonly check: unknown;
  readonly guards: readonly unknown[];
  readonly stateValue: StateValue;
}

const checkOf = (guard: unknown): unknown => (guard as Made).check;
const AND = checkOf(and([]));
const OR = checkOf(or([]));
const NOT = checkOf(not(''));
const STATE_IN = checkOf(stateIn(''));

/** @throws Error that names the state when there is no such guard */
export function guardOf(reference: unknown, node: AnyStateNode): Guard {
  const { name, implementation, params } = follow(reference, node.machine.implementations.guards);
  if (implementation === undefined) return refuse(node, `the guard ${String(name)} has no implementation`);
  if (typeof implementation !== 'function') return guardOf(implementation, node); // a name for a name
  if (checkOf(implementation) !== undefined) return madeGuardOf(implementation as unknown as Made, node);
  return (args) => Boolean((implementation as Written)(args, params?.(args)));
}

function madeGuardOf(made: Made, node: AnyStateNode): Guard {
  switch (made.check) {
    case AND: {
      const guards = made.guards.map((guard) => guardOf(guard, node));
      return (args, active) => guards.every((guard) => guard(args, active));
    }
    case OR: {
      const guards = made.guards.map((guard) => guardOf(guard, node));
      return (args, active) => guards.some((guard) => guard(args, active));
    }
    case NOT: {
      const guard = guardOf(made.guards[0], node);
      return (args, active) => !guard(args, active);
    }
    case STATE_IN:
      return stateGuardOf(made.stateValue, node);
    default:
      return refuse(node, 'a guard is of a kind that a fold does not know');
  }
}

function stateGuardOf(wanted: StateValue, node: AnyStateNode): Guard {
  if (typeof wanted !== 'string' || !wanted.startsWith('#')) {
    return (_args, active) => matchesState(wanted, active.value);
  }
  const id = idOf(wanted, node);
  return (_args, active) => active.ids.has(id);
}

function idOf(reference: string, node: AnyStateNode): string {
  try {
    return node.machine.getStateNodeById(reference).id;
  } catch (error) {
    return refuse(node, (error as Error).message);
  }
}
