/** Compiles a transition's `guard` to a plain function. */
import { and, matchesState, not, or, stateIn, type AnyStateNode } from 'xstate';
import type { StateValue } from '../fold-state.js';
import type { Guard } from './chart.js';
import { blame } from './places.js';
import { placeIn, resolveReference, refuse, type MachineFunction } from './reference.js';

/** The properties that XState sets on its built-in guards. */
interface BuiltInGuard {
  readonly check: unknown;
  readonly guards: readonly unknown[];
  readonly stateValue: StateValue;
}

const checkOf = (guard: unknown): unknown => (guard as BuiltInGuard).check;

/** By name, not by identity: the machine may come from another copy of XState than this module. */
const kindOf = (guard: unknown): string | undefined => {
  const check = checkOf(guard);
  return typeof check === 'function' ? check.name : undefined;
};
const AND = kindOf(and([]));
const OR = kindOf(or([]));
const NOT = kindOf(not(''));
const STATE_IN = kindOf(stateIn(''));

/** @throws Error that names the state when there is no such guard */
export function guardOf(reference: unknown, node: AnyStateNode): Guard {
  const { name, implementation, params } = resolveReference(reference, node.machine.implementations.guards);
  if (implementation === undefined) return refuse(node, `the guard ${String(name)} has no implementation`);
  if (typeof implementation !== 'function') return guardOf(implementation, node); // the name refers to another name
  if (checkOf(implementation) !== undefined)
    return builtInGuardOf(implementation as unknown as BuiltInGuard, node);
  const place = (): string => placeIn(node, `the guard ${name ?? '(inline)'}`);
  return (args) => {
    try {
      return Boolean((implementation as MachineFunction)(args, params?.(args)));
    } catch (error) {
      throw blame(error, place);
    }
  };
}

function builtInGuardOf(builtIn: BuiltInGuard, node: AnyStateNode): Guard {
  switch (kindOf(builtIn)) {
    case AND: {
      const guards = builtIn.guards.map((guard) => guardOf(guard, node));
      return (args, active) => guards.every((guard) => guard(args, active));
    }
    case OR: {
      const guards = builtIn.guards.map((guard) => guardOf(guard, node));
      return (args, active) => guards.some((guard) => guard(args, active));
    }
    case NOT: {
      const guard = guardOf(builtIn.guards[0], node);
      return (args, active) => !guard(args, active);
    }
    case STATE_IN:
      return stateGuardOf(builtIn.stateValue, node);
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
