/** The states of a decider's machine, each with the commands that it allows, and the events that lead from one to another. */
import type { Machine } from '../fold/fold.js';

type StateNode = Machine['root'];

export interface Chart {
  readonly states: readonly StateInChart[];
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
      [...node.transitions].flatMap(([event, transitions]) =>
        transitions.flatMap(({ target }) =>
          (target ?? []).flatMap((each) =>
            leavesOf(node).flatMap((from) =>
              initialLeaves(each).map((to) => ({ from: nameOf(from, root), to: nameOf(to, root), event })),
            ),
          ),
        ),
      ),
    ),
  };
}

/** What the state, or else the one around it, does on an event of this type. */
function reaction(node: StateNode, type: string): 'allows' | 'guarded' | undefined {
  const transitions = [...node.transitions]
    .filter(([descriptor]) => isFor(descriptor, type))
    .flatMap(([, each]) => each);
  if (transitions.some(({ guard }) => guard === undefined)) return 'allows';
  const around = node.parent === undefined ? undefined : reaction(node.parent, type);
  return around ?? (transitions.length > 0 ? 'guarded' : undefined);
}

/** `*` is for all types, `order.*` for those that begin with it. */
function isFor(descriptor: string, type: string): boolean {
  if (descriptor === '*' || descriptor === type) return true;
  return descriptor.endsWith('.*') && type.startsWith(descriptor.slice(0, -1));
}

const childrenOf = (node: StateNode): readonly StateNode[] =>
  Object.values(node.states) as readonly StateNode[];

const allNodes = (node: StateNode): readonly StateNode[] => [node, ...childrenOf(node).flatMap(allNodes)];

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
  return node === root ? '(state)' : node.path.join('.');
}
