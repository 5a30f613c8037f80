/** The states of a machine that have no states of their own, named by their path: `open.waiting`. */
import type { Machine } from '../../fold/fold.js';

type StateNode = Machine['root'];

export function statesOf({ root }: Machine): readonly string[] {
  return childrenOf(root).flatMap((node) => leavesBelow(node, ''));
}

/** Of the value of a state. */
export function leavesOf(value: unknown, above = ''): readonly string[] {
  if (typeof value === 'string') return [`${above}${value}`];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([region, within]) => {
    const leaves = leavesOf(within, `${above}${region}.`);
    return leaves.length === 0 ? [`${above}${region}`] : leaves;
  });
}

function leavesBelow(node: StateNode, above: string): readonly string[] {
  const children = childrenOf(node);
  if (children.length === 0) return [`${above}${node.key}`];
  return children.flatMap((child) => leavesBelow(child, `${above}${node.key}.`));
}

const childrenOf = (node: StateNode): readonly StateNode[] =>
  Object.values(node.states) as readonly StateNode[];
