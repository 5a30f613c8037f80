/** What a set of transitions does, all at once: the actions in their order, and the nodes that are active afterwards. */
import { raisingAction, type Action, type Node, type Transition } from './chart.js';
import { entrySet, exitSet, isDone, withoutConflicts, type EntrySet } from './sets.js';

export interface Effect {
  readonly actions: readonly Action[];
  /** In the order in which they became active. */
  readonly nodes: readonly Node[];
}

const inOrder = (one: Node, other: Node): number => one.order - other.order;
const lastFirst = (one: Node, other: Node): number => other.order - one.order;

/** Nodes are exited, then the transitions' own actions are carried out, then nodes are entered. */
export function effectOf(transitions: readonly Transition[], active: ReadonlySet<Node>, root: Node): Effect {
  const taken = withoutConflicts(transitions, active);
  const exited = [...exitSet(taken, active)].sort(lastFirst);
  const remaining = [...active].filter((node) => !exited.includes(node));
  const entering = enter(entrySet(taken), remaining);
  const actions = [
    ...exited.flatMap(({ exit }) => exit),
    ...taken.flatMap((transition) => transition.actions),
    ...entering.actions,
  ];
  return ending({ actions, nodes: entering.nodes }, isDone(root, active), root);
}

/** Enters the machine as a whole. */
export function effectOfStart(root: Node): Effect {
  const start = {
    source: root,
    targets: [root],
    reenters: true,
    guard: undefined,
    actions: [],
    forbids: false,
  };
  return ending(enter(entrySet([start]), []), false, root);
}

function enter({ entered, byDefault }: EntrySet, remaining: readonly Node[]): Effect {
  const nodes = new Set(remaining);
  const told = new Set<Node>();
  const actions = [...entered].sort(inOrder).flatMap((node) => {
    nodes.add(node);
    return [
      ...node.entry,
      ...(byDefault.has(node) ? node.initialActions : []),
      ...(node.kind === 'final' ? tellDone(node, nodes, told) : []),
    ];
  });
  return { actions, nodes: [...nodes] };
}

/** A final node tells that its parent is done, and every parallel node above whose last region that was. */
function tellDone(node: Node, active: ReadonlySet<Node>, told: Set<Node>): readonly Action[] {
  const { parent } = node;
  const actions = parent?.kind === 'compound' ? [raiseDone(parent, node.output)] : [];
  let above = parent?.kind === 'parallel' ? parent : parent?.parent;
  while (above?.kind === 'parallel' && !told.has(above) && isDone(above, active)) {
    told.add(above);
    actions.push(raiseDone(above, () => undefined));
    above = above.parent;
  }
  return actions;
}

function raiseDone({ id }: Node, output: Node['output']): Action {
  const type = `xstate.done.state.${id}`;
  return raisingAction((args, _active, raising) => {
    const done = { type, output: output(args) };
    raising.raise(done);
    return args.context;
  });
}

/** A machine that is done, or has been before, exits what is active: only in its actions, for the states stay. */
function ending(effect: Effect, wasDone: boolean, root: Node): Effect {
  const { actions, nodes } = effect;
  if (!wasDone && !isDone(root, new Set(nodes))) return effect;
  return { nodes, actions: [...actions, ...nodes.toSorted(lastFirst).flatMap(({ exit }) => exit)] };
}
