/**
 * Compiles a flat machine into a table: state → event type → guarded assignments. XState looks all of that up anew
 * for every event, and keeps snapshots of much that a fold never asks for; the table is several times as fast.
 * Nested and parallel states, wildcards, eventless transitions and composed guards are left to XState itself.
 */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import type { Fold, FoldEvent, FoldState } from './fold-state.js';

type Context = Readonly<Record<string, unknown>>;
type Arguments = Readonly<{ context: Context; event: FoldEvent }>;
type Guard = (context: Context, event: FoldEvent) => boolean;
type Assignment = (context: Context, event: FoldEvent) => Context;

interface Row {
  readonly guard: Guard | undefined;
  readonly assignments: readonly Assignment[];
  readonly target: string | undefined;
}

type Table = ReadonlyMap<string, ReadonlyMap<string, readonly Row[]>>;

/** Thrown within this file at what a table cannot hold. */
class NotFlat extends Error {}

/** What XState gives guards and actions as the second argument: nothing, unless the machine names parameters. */
type Implementation = (args: Arguments, params: unknown) => unknown;

/** @returns undefined when the machine is not flat */
export function foldByTable(machine: AnyStateMachine, initial: FoldState): Fold | undefined {
  const table = tableOf(machine);
  if (table === undefined) return undefined;
  const rowFor = ({ value, context }: FoldState, event: FoldEvent): Row | undefined =>
    table
      .get(value as string)
      ?.get(event.type)
      ?.find(({ guard }) => guard?.(context as Context, event) !== false);
  return {
    initial,
    step: (state, event) => {
      const row = rowFor(state, event);
      if (row === undefined) return state;
      let context = state.context as Context;
      for (const assign of row.assignments) context = assign(context, event);
      return { value: row.target ?? state.value, context };
    },
    // As XState has it: a transition that neither goes anywhere nor does anything forbids the event.
    accepts: (state, event) => {
      const row = rowFor(state, event);
      return row !== undefined && (row.target !== undefined || row.assignments.length > 0);
    },
  };
}

function tableOf(machine: AnyStateMachine): Table | undefined {
  try {
    const { root } = machine;
    requireFlat(root, machine);
    return new Map(
      Object.values(root.states).map((node) => {
        const types = new Set([...node.transitions.keys(), ...root.transitions.keys()]);
        return [node.key, new Map([...types].map((type) => [type, rowsFor(node, root, type, machine)]))];
      }),
    );
  } catch (error) {
    if (error instanceof NotFlat) return undefined;
    throw error;
  }
}

function requireFlat(root: AnyStateNode, machine: AnyStateMachine): void {
  if (root.type !== 'compound' || root.initial.actions.length > 0) throw new NotFlat();
  for (const node of [root, ...Object.values(root.states)]) {
    if (node !== root && node.type !== 'atomic') throw new NotFlat();
    if (node.entry.length > 0 || node.exit.length > 0 || (node.always ?? []).length > 0) throw new NotFlat();
  }
  if (machine.events.some((type) => (type as string).includes('*'))) throw new NotFlat();
}

/** A state's own transitions are tried before those of the machine as a whole. */
function rowsFor(
  node: AnyStateNode,
  root: AnyStateNode,
  type: string,
  machine: AnyStateMachine,
): readonly Row[] {
  const transitions = [...(node.transitions.get(type) ?? []), ...(root.transitions.get(type) ?? [])];
  return transitions.map((transition) => ({
    guard: transition.guard === undefined ? undefined : guardOf(transition.guard, machine),
    assignments: transition.actions.map((action) => assignmentOf(action, machine)),
    target: targetOf(transition, root),
  }));
}

function targetOf({ target }: AnyTransitionDefinition, root: AnyStateNode): string | undefined {
  if (target === undefined) return undefined;
  const [only, ...others] = target;
  if (only === undefined || others.length > 0 || only.parent !== root) throw new NotFlat();
  return only.key;
}

function guardOf(reference: unknown, machine: AnyStateMachine): Guard {
  const { implementation, params } = resolve(reference, machine.implementations.guards);
  if ('check' in implementation) throw new NotFlat(); // and, or, not, stateIn
  return (context, event) => {
    const args = { context, event };
    return Boolean(implementation(args, params(args)));
  };
}

function assignmentOf(reference: unknown, machine: AnyStateMachine): Assignment {
  const { implementation, params } = resolve(reference, machine.implementations.actions);
  const { assignment } = implementation as unknown as {
    readonly assignment: Implementation | Readonly<Record<string, unknown>>;
  };
  if (typeof assignment === 'function') {
    return (context, event) => {
      const args = { context, event };
      return { ...context, ...(assignment(args, params(args)) as Context) };
    };
  }
  const members = Object.entries(assignment);
  return (context, event) => {
    const args = { context, event };
    const given = params(args);
    const next: Record<string, unknown> = { ...context };
    // Every member is computed from the context as it was before.
    for (const [name, value] of members) {
      next[name] = typeof value === 'function' ? (value as Implementation)(args, given) : value;
    }
    return next;
  };
}

interface Resolved {
  readonly implementation: Implementation;
  readonly params: (args: Arguments) => unknown;
}

/** Follows a name to its implementation, and takes the parameters along. */
function resolve(reference: unknown, implementations: Readonly<Record<string, unknown>>): Resolved {
  if (typeof reference === 'function')
    return { implementation: reference as Implementation, params: () => undefined };
  const { type, params } =
    typeof reference === 'string'
      ? { type: reference, params: undefined }
      : (reference as { type: string; params?: unknown });
  const implementation = implementations[type];
  if (typeof implementation !== 'function') throw new NotFlat(); // XState says what is missing
  return {
    implementation: implementation as Implementation,
    params: typeof params === 'function' ? (params as (args: Arguments) => unknown) : () => params,
  };
}
