/** Reads an XState machine into a chart of plain functions, and refuses what is not pure, naming the state. */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition, ContextFrom } from 'xstate';
import { UNAVAILABLE_PARAMETERS, actionOf, typeRaisedBy } from './action.js';
import type { Action, Args, Chart, Context, Node, Transition } from './chart.js';
import { guardOf } from './guard.js';
import { refuse, rejectParameters } from './reference.js';
import { entrySet } from './sets.js';

export type Machine = AnyStateMachine;

export type ContextOf<Of extends Machine> = ContextFrom<Of>;

/** More microsteps than this after one event count as an endless loop, which XState itself would not notice. */
const MAX_MICROSTEPS = 1_000_000;

/** A node while it is being read. */
type MutableNode = { -readonly [Name in keyof Node]: Node[Name] };

/** @throws Error that names the state and what a fold cannot have in it */
export function readChart(machine: Machine): Chart {
  const reader = new ChartReader();
  const root = reader.read(machine.root);
  return {
    id: machine.id,
    root,
    context: contextOf(machine),
    awaits: awaitedBy(machine, reader.raises),
    maxMicrosteps: Math.min(machine.options.maxIterations ?? MAX_MICROSTEPS, MAX_MICROSTEPS),
    nodesIn: (value) => new Set(reader.nodesOf(machine.resolveState({ value, context: {} })._nodes)),
  };
}

class ChartReader {
  readonly raises = new Set<string>();
  readonly #nodes = new Map<AnyStateNode, MutableNode>();

  read(root: AnyStateNode): Node {
    const created = this.#create(root, undefined);
    for (const [stateNode, node] of this.#nodes) this.#complete(node, stateNode);
    return created;
  }

  nodesOf(stateNodes: readonly AnyStateNode[]): readonly Node[] {
    return stateNodes.flatMap((stateNode) => this.#nodes.get(stateNode) ?? []);
  }

  /** The node and those below it, without their actions and transitions. */
  #create(stateNode: AnyStateNode, parent: Node | undefined): Node {
    const node: MutableNode = {
      id: stateNode.id,
      key: stateNode.key,
      order: stateNode.order,
      kind: kindOf(stateNode),
      parent,
      children: [],
      initial: undefined,
      initialActions: [],
      entry: [],
      exit: [],
      transitions: new Map(),
      always: [],
      output: outputOf(stateNode),
    };
    this.#nodes.set(stateNode, node);
    const children = Object.values(stateNode.states) as readonly AnyStateNode[];
    node.children = children.map((child) => this.#create(child, node));
    if (node.kind === 'compound') [node.initial] = this.nodesOf(stateNode.initial.target);
    return node;
  }

  #complete(node: MutableNode, stateNode: AnyStateNode): void {
    node.entry = this.#actions(stateNode.entry, stateNode);
    node.exit = this.#actions(stateNode.exit, stateNode);
    node.initialActions = this.#actions(stateNode.initial.actions, stateNode);
    node.always = this.#transitions(stateNode.always ?? [], node, stateNode);
    for (const descriptor of stateNode.transitions.keys()) requireMatchable(descriptor, stateNode);
    node.transitions = new Map(
      [...stateNode.transitions].map(([descriptor, definitions]) => [
        descriptor,
        this.#transitions(definitions, node, stateNode),
      ]),
    );
  }

  #actions(references: readonly unknown[], stateNode: AnyStateNode): readonly Action[] {
    const actions = references.map((reference) => actionOf(reference, stateNode));
    for (const reference of references) {
      const type = typeRaisedBy(reference, stateNode);
      if (type !== undefined) this.raises.add(type);
    }
    return actions;
  }

  #transitions(
    definitions: readonly AnyTransitionDefinition[],
    source: Node,
    stateNode: AnyStateNode,
  ): readonly Transition[] {
    return definitions.map(({ target, reenter, guard, actions }) => {
      const transition = {
        source,
        targets: this.nodesOf(target ?? []),
        reenters: reenter,
        guard: guard === undefined ? undefined : guardOf(guard, stateNode),
        actions: this.#actions(actions, stateNode),
        forbids: target === undefined && actions.length === 0,
      };
      requireOneChild(transition, stateNode);
      return transition;
    });
  }
}

/** The types that the machine has transitions for and does not raise itself; wildcards and XState's own are left out. */
function awaitedBy({ events }: Machine, raised: ReadonlySet<string>): ReadonlySet<string> {
  const types = events as readonly string[];
  return new Set(
    types.filter((type) => !type.includes('*') && !type.startsWith('xstate.') && !raised.has(type)),
  );
}

function kindOf(stateNode: AnyStateNode): Node['kind'] {
  const { invoke, after, type } = stateNode;
  if (invoke.length > 0) refuse(stateNode, 'a fold cannot invoke; start the work in a reactor');
  if (after.length > 0) {
    refuse(stateNode, 'a fold cannot wait (after); record an event when the time has come');
  }
  return type === 'history'
    ? refuse(stateNode, 'a fold cannot remember (history); keep what it needs in the context')
    : type;
}

/** XState only warns of a wildcard that can match nothing, and only when an event arrives. */
function requireMatchable(descriptor: string, stateNode: AnyStateNode): void {
  if (descriptor === '*' || !descriptor.replace(/\.\*$/, '').includes('*')) return;
  refuse(
    stateNode,
    `no event matches ${descriptor}; a wildcard is the whole of a descriptor or its last part`,
  );
}

function outputOf(stateNode: AnyStateNode): Node['output'] {
  const output: unknown = stateNode.output;
  rejectParameters(UNAVAILABLE_PARAMETERS, output, stateNode);
  return typeof output === 'function' ? (output as (args: Args) => unknown) : () => output;
}

/** A state's value cannot express two active children of one compound node. */
function requireOneChild(transition: Transition, stateNode: AnyStateNode): void {
  const parents = [...entrySet([transition]).entered].map(({ parent }) => parent);
  const twice = parents.find(
    (parent, index) => parent?.kind === 'compound' && parents.indexOf(parent) < index,
  );
  if (twice !== undefined) refuse(stateNode, `a transition enters two states of ${twice.id} at once`);
}

function contextOf(machine: Machine): Context {
  const context: unknown = machine.config.context;
  if (typeof context !== 'function') return (context ?? {}) as Context;
  rejectParameters(['input', ...UNAVAILABLE_PARAMETERS], context, machine.root);
  return { ...(context as (args: object) => Context)({}) };
}
