/** Reads an XState machine into a chart of plain functions, and refuses by name what a fold cannot have. */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { ABSENT, actionOf, typeRaisedBy } from './action.js';
import type { Action, Args, Chart, Context, Node, Transition } from './chart.js';
import { guardOf } from './guard.js';
import { refuse, requireWithout } from './reference.js';
import { entrySet } from './sets.js';

/** So many microsteps after one event are taken for endless, which XState would not notice. */
const MAX_MICROSTEPS = 1_000_000;

/** A node while it is read. */
type Draft = { -readonly [Name in keyof Node]: Node[Name] };

/** @throws Error that names the state and what a fold cannot have in it */
export function readChart(machine: AnyStateMachine): Chart {
  const reader = new Reader();
  const root = reader.read(machine.root);
  return {
    id: machine.id,
    root,
    context: contextOf(machine),
    raises: reader.raises,
    mostMicrosteps: Math.min(machine.options.maxIterations ?? MAX_MICROSTEPS, MAX_MICROSTEPS),
    activeIn: (value) => new Set(reader.nodesOf(machine.resolveState({ value, context: {} })._nodes)),
  };
}

class Reader {
  readonly raises = new Set<string>();
  readonly #drafts = new Map<AnyStateNode, Draft>();

  read(root: AnyStateNode): Node {
    const node = this.#draft(root, undefined);
    for (const [stateNode, draft] of this.#drafts) this.#complete(draft, stateNode);
    return node;
  }

  nodesOf(stateNodes: readonly AnyStateNode[]): readonly Node[] {
    return stateNodes.flatMap((stateNode) => this.#drafts.get(stateNode) ?? []);
  }

  /** The node and those below it, without what they do. */
  #draft(stateNode: AnyStateNode, parent: Node | undefined): Node {
    const draft: Draft = {
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
    this.#drafts.set(stateNode, draft);
    const children = Object.values(stateNode.states) as readonly AnyStateNode[];
    draft.children = children.map((child) => this.#draft(child, draft));
    if (draft.kind === 'compound') [draft.initial] = this.nodesOf(stateNode.initial.target);
    return draft;
  }

  #complete(draft: Draft, stateNode: AnyStateNode): void {
    draft.entry = this.#actions(stateNode.entry, stateNode);
    draft.exit = this.#actions(stateNode.exit, stateNode);
    draft.initialActions = this.#actions(stateNode.initial.actions, stateNode);
    draft.always = this.#transitions(stateNode.always ?? [], draft, stateNode);
    for (const descriptor of stateNode.transitions.keys()) requireMatchable(descriptor, stateNode);
    draft.transitions = new Map(
      [...stateNode.transitions].map(([descriptor, definitions]) => [
        descriptor,
        this.#transitions(definitions, draft, stateNode),
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
      requireTogether(transition, stateNode);
      return transition;
    });
  }
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

/** XState only warns of a wildcard that matches nothing, and only when an event is there. */
function requireMatchable(descriptor: string, stateNode: AnyStateNode): void {
  if (descriptor === '*' || !descriptor.replace(/\.\*$/, '').includes('*')) return;
  refuse(
    stateNode,
    `no event matches ${descriptor}; a wildcard is the whole of a descriptor or its last part`,
  );
}

function outputOf(stateNode: AnyStateNode): Node['output'] {
  const output: unknown = stateNode.output;
  requireWithout(ABSENT, output, stateNode);
  return typeof output === 'function' ? (output as (args: Args) => unknown) : () => output;
}

/** A state's value has no place for two children of one compound node. */
function requireTogether(transition: Transition, stateNode: AnyStateNode): void {
  const parents = [...entrySet([transition]).entered].map(({ parent }) => parent);
  const torn = parents.find(
    (parent, index) => parent?.kind === 'compound' && parents.indexOf(parent) < index,
  );
  if (torn !== undefined) refuse(stateNode, `a transition enters two states of ${torn.id} at once`);
}

function contextOf(machine: AnyStateMachine): Context {
  const context: unknown = machine.config.context;
  if (typeof context !== 'function') return (context ?? {}) as Context;
  requireWithout(['input', ...ABSENT], context, machine.root);
  return { ...(context as (args: object) => Context)({}) };
}
