/** The states of a machine as data: what nests in what, what leads where, and which of them are active. */
import type { Machine } from './fold.js';
import type { StateValue } from './fold-state.js';
import {
  allNodes,
  childrenOf,
  isForbidding,
  ownTransitions,
  pathOf,
  shownEvent,
  shownGuard,
  type StateNode,
} from './state-nodes.js';

export interface MachineState {
  /** As in `open.waiting`; that of the root is empty. */
  readonly path: string;
  /** The path of the state that it is in; null of the root. */
  readonly parent: string | null;
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  /** Whether it is entered with its parent, where no other is named. */
  readonly initial: boolean;
  readonly transitions: readonly MachineTransition[];
}

export interface MachineTransition {
  /** A type, or a wildcard as in `order.*`; `done` when the state is; empty when it needs no event. */
  readonly event: string;
  readonly guard?: string;
  /** Paths; none when the state is kept and actions run. */
  readonly targets: readonly string[];
}

/** All of them in the order of the document, the root first. What only forbids an event is no transition. */
export function statesOf({ root }: Machine): readonly MachineState[] {
  return allNodes(root).map((node) => ({
    path: pathOf(node),
    parent: node.parent === undefined ? null : pathOf(node.parent),
    type: node.type,
    initial: isInitial(node),
    transitions: ownTransitions(node)
      .filter(([, transition]) => !isForbidding(transition))
      .map(([event, { guard, target = [] }]) => ({
        event: shownEvent(event),
        ...(guard !== undefined && { guard: shownGuard(guard) }),
        targets: target.map(pathOf),
      })),
  }));
}

/** The paths of all states that are active, outer ones before those within them; without the root, which always is. */
export function activeStates({ root }: Machine, value: StateValue): readonly string[] {
  return activeIn(root, value);
}

function activeIn(node: StateNode, value: StateValue): readonly string[] {
  return childrenOf(node).flatMap((child) => {
    if (typeof value === 'string') return child.key === value ? [pathOf(child)] : [];
    const inner = Object.hasOwn(value, child.key) ? value[child.key] : undefined;
    return inner === undefined ? [] : [pathOf(child), ...activeIn(child, inner)];
  });
}

function isInitial(node: StateNode): boolean {
  const { parent } = node;
  if (parent === undefined) return true;
  if (parent.type === 'parallel') return node.type !== 'history';
  return parent.initial.target.some((target) => allNodes(node).includes(target));
}
