/** The states of a decider's machine, each with the commands that it allows, and the events that lead from one to another. */
import { inOrderFor } from '../fold/fold.js';
import type { Machine } from '../fold/fold.js';
import {
  allNodes,
  childrenOf,
  isForbidding,
  ownTransitions,
  pathOf,
  type StateNode,
  type Transition,
} from '../fold/state-nodes.js';

export interface Chart {
  readonly states: readonly StateInChart[];
  /** The event is `always` where there is none. */
  readonly transitions: readonly { readonly from: string; readonly to: string; readonly event: string }[];
}

export interface StateInChart {
  /** Its path, as in `open.waiting`. */
  readonly name: string;
  readonly isInitial: boolean;
  readonly isFinal: boolean;
  /** What it allows by a transition of its own or of a state around it. */
  readonly commands: readonly string[];
  /** What it allows if a guard does. */
  readonly guarded: readonly string[];
}

/** A command, by the event that the state must have a transition for; undefined: any state allows it. */
export interface ChartedCommand {
  readonly name: string;
  readonly type: string | undefined;
}

export function chartOf({ root }: Machine, commands: readonly ChartedCommand[]): Chart {
  const initial = new Set(initialLeaves(root));
  return {
    states: leavesOf(root).map((leaf) => {
      const allowed = commands.map(({ name, type }) => ({
        name,
        how: type === undefined ? 'allows' : reaction(leaf, type),
      }));
      return {
        name: nameOf(leaf, root),
        isInitial: initial.has(leaf),
        isFinal: leaf.type === 'final',
        commands: allowed.filter(({ how }) => how === 'allows').map(({ name }) => name),
        guarded: allowed.filter(({ how }) => how === 'guarded').map(({ name }) => name),
      };
    }),
    transitions: allNodes(root).flatMap((node) =>
      ownTransitions(node).flatMap(([event, transition]) =>
        arrowsOf(node, transition, event === '' ? ALWAYS : event, root),
      ),
    ),
  };
}

/** Of an eventless transition. */
const ALWAYS = 'always';

/** One that has no target leads from each state to itself; one without actions, too, only keeps the event from others. */
function arrowsOf(
  node: StateNode,
  transition: Transition,
  event: string,
  root: StateNode,
): Chart['transitions'] {
  if (isForbidding(transition)) return [];
  return leavesOf(node).flatMap((from) => {
    const targets = transition.target?.flatMap(initialLeaves) ?? [from];
    return targets.map((to) => ({ from: nameOf(from, root), to: nameOf(to, root), event }));
  });
}

/** What the state, or else the one around it, does on an event of this type. */
function reaction(leaf: StateNode, type: string): 'allows' | 'guarded' | undefined {
  let [mayTake, mayForbid] = [false, false];
  for (const transition of nodesFrom(leaf).flatMap((node) => transitionsFor(node, type))) {
    if (transition.guard === undefined) {
      if (isForbidding(transition)) break;
      return mayForbid ? 'guarded' : 'allows';
    }
    if (isForbidding(transition)) mayForbid = true;
    else mayTake = true;
  }
  return mayTake ? 'guarded' : undefined;
}

/** In the order in which the fold asks for them. */
function transitionsFor(node: StateNode, type: string): readonly Transition[] {
  const descriptors = [...node.transitions.keys()];
  return inOrderFor(type, descriptors).flatMap((each) => node.transitions.get(each) ?? []);
}

/** The state and those around it. */
function nodesFrom(node: StateNode): readonly StateNode[] {
  return node.parent === undefined ? [node] : [node, ...nodesFrom(node.parent)];
}

/** The states without states of their own. */
function leavesOf(node: StateNode): readonly StateNode[] {
  const children = childrenOf(node);
  return children.length === 0 ? [node] : children.flatMap(leavesOf);
}

/** Those that are entered with it. */
function initialLeaves(node: StateNode): readonly StateNode[] {
  const children = childrenOf(node);
  if (children.length === 0) return [node];
  const entered = node.type === 'parallel' ? children : node.initial.target;
  return entered.flatMap(initialLeaves);
}

function nameOf(node: StateNode, root: StateNode): string {
  return node === root ? '(state)' : pathOf(node);
}
