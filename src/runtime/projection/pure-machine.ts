/** Finds what a machine must not have if it is to be folded: anything but state, transitions, guards and assignments. */
import type { AnyStateMachine, AnyStateNode } from 'xstate';

/** What built-in actions of XState a fold can carry out; the rest acts on the world or on time. */
const PURE_ACTIONS: ReadonlySet<string> = new Set(['xstate.assign']);

/** @throws Error that names the state and what is wrong with it */
export function requirePure(machine: AnyStateMachine): void {
  for (const node of nodesOf(machine.root)) {
    const impurity = impurityOf(node, machine);
    if (impurity !== undefined) {
      throw new Error(`machine ${machine.id}, state ${node.path.join('.') || '(root)'}: ${impurity}`);
    }
  }
}

function* nodesOf(node: AnyStateNode): Iterable<AnyStateNode> {
  yield node;
  for (const child of Object.values(node.states)) yield* nodesOf(child);
}

function impurityOf(node: AnyStateNode, machine: AnyStateMachine): string | undefined {
  if (node.invoke.length > 0) return 'a fold cannot invoke; start the work in a reactor';
  if (node.after.length > 0) return 'a fold cannot wait (after); record an event when the time has come';
  if (node.type === 'history') return 'a fold cannot remember (history); keep what it needs in the context';
  const transitions = [...node.transitions.values()].flat();
  const actions = [
    ...node.entry,
    ...node.exit,
    ...(node.type === 'compound' ? node.initial.actions : []),
    ...[...transitions, ...(node.always ?? [])].flatMap((each) => each.actions),
  ];
  return actions
    .map((action) => impurityOfAction(action, machine))
    .find((impurity) => impurity !== undefined);
}

function impurityOfAction(action: unknown, machine: AnyStateMachine): string | undefined {
  const name = nameOf(action);
  const implementation: unknown =
    name === undefined
      ? action
      : (machine.implementations.actions as Readonly<Record<string, unknown>>)[name];
  if (implementation === undefined) return `the action ${name ?? '?'} has no implementation`;
  const kind = (implementation as { readonly type?: unknown }).type;
  if (typeof kind === 'string' && PURE_ACTIONS.has(kind)) return undefined;
  return `the action ${name ?? (typeof kind === 'string' ? kind : '(inline)')} is not an assign, and a fold has no other effect`;
}

/** The name of a named action, which may come with parameters; undefined for an inline one. */
function nameOf(action: unknown): string | undefined {
  if (typeof action === 'string') return action;
  if (typeof action === 'function') return undefined;
  return (action as { readonly type: string }).type;
}
