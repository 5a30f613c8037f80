/** The states and transitions of a machine as XState has them, for what draws or lists them. */
import type { Machine } from './fold.js';

export type StateNode = Machine['root'];
export type Transition = StateNode['always'] extends readonly (infer Each)[] | undefined ? Each : never;

export const childrenOf = (node: StateNode): readonly StateNode[] =>
  Object.values(node.states) as readonly StateNode[];

/** The state and all within it, in the order of the document. */
export const allNodes = (node: StateNode): readonly StateNode[] => [
  node,
  ...childrenOf(node).flatMap(allNodes),
];

/** As in `open.waiting`; that of the root is empty. */
export const pathOf = ({ path }: StateNode): string => path.join('.');

/** Without a target and without actions it only keeps the event from other transitions. */
export const isForbidding = ({ target, actions }: Transition): boolean =>
  target === undefined && actions.length === 0;

/** Those of the state itself, each with the descriptor of its event; an empty one where there is none (`always`). */
export function ownTransitions(node: StateNode): readonly (readonly [event: string, Transition])[] {
  return [
    ...[...node.transitions].flatMap(([event, transitions]) =>
      transitions.map((each) => [event, each] as const),
    ),
    ...(node.always ?? []).map((each) => ['', each] as const),
  ];
}

/** As it is shown: XState names the end of a state by its id. */
export function shownEvent(descriptor: string): string {
  return descriptor.startsWith('xstate.done.') ? 'done' : descriptor;
}

/** The guard's name, or the expression that it is composed of; `inline` for a function without a name. */
export function shownGuard(guard: unknown): string {
  if (typeof guard === 'string') return guard;
  if (typeof guard === 'function') {
    const { name, guards = [] } = guard as { readonly name: string; readonly guards?: readonly unknown[] };
    if (guards.length === 0) return name === '' || name === 'guard' ? 'inline' : name;
    const parts = guards.map(shownGuard);
    return name === 'not' ? `not ${parts.join()}` : `(${parts.join(` ${name} `)})`;
  }
  const { type } = guard as { readonly type?: unknown };
  return typeof type === 'string' ? type : 'inline';
}
