/** What a set of transitions that are taken together does: the actions in order, and the nodes that are active afterwards. */
import { raisingAction, type Action, type Node, type Transition } from './chart.js';
import { entrySet, exitSet, isDone, withoutConflicts, type EntrySet } from './sets.js';

export interface Effect {
  readonly actions: readonly Action[];
  /** In the order in which they became active. */
  readonly nodes: readonly Node[];
}

const inOrder = (one: Node, other: Node): number => one.order - other.order;
const lastFirst = (one: Node, other: Node): number => other.order - one.order;

/** Order, as in SCXML: exit actions, the transitions' own actions, entry actions. */
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
  return withExitWhenDone({ actions, nodes: entering.nodes }, isDone(root, active), root);
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
  return withExitWhenDone(enter(entrySet([start]), []), false, root);
}

function enter({ entered, byDefault }: EntrySet, remaining: readonly Node[]): Effect {
  const nodes = new Set(remaining);
  const reported = new Set<Node>();
  const actions = [...entered].sort(inOrder).flatMap((node) => {
    nodes.add(node);
    return [
      ...node.entry,
      ...(byDefault.has(node) ? node.initialActions : []),
      ...(node.kind === 'final' ? raiseDoneAbove(node, nodes, reported) : []),
    ];
  });
  return { actions, nodes: [...nodes] };
}

/** A final node raises the done event of its parent, and of each parallel node above whose last region became done. */
function raiseDoneAbove(node: Node, active: ReadonlySet<Node>, reported: Set<Node>): readonly Action[] {
  const { parent } = node;
  const actions = parent?.kind === 'compound' ? [raiseDone(parent, node.output)] : [];
  let above = parent?.kind === 'parallel' ? parent : parent?.parent;
  while (above?.kind === 'parallel' && !reported.has(above) && isDone(above, active)) {
    reported.add(above);
    actions.push(raiseDone(above, () => undefined));
    above = above.parent;
  }
  return actions;
}

function raiseDone({ id }: Node, output: Node['output']): Action {
  const type = `xstate.done.state.${id}`;
  return raisingAction((args, _active, queue) => {
    const done = { type, output: output(args) };
    queue.raise(done);
    return args.context;
  });
}

/** As in XState, a machine that is done runs the exit actions of all active nodes after every step; the nodes stay active. */
function withExitWhenDone(effect: Effect, wasDone: boolean, root: Node): Effect {
  const { actions, nodes } = effect;
  if (!wasDone && !isDone(root, new Set(nodes))) return effect;
  return { nodes, actions: [...actions, ...nodes.toSorted(lastFirst).flatMap(({ exit }) => exit)] };
}
