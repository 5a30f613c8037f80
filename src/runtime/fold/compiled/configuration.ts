/** A set of nodes that are active together, and how it reacts to events. Everything is computed once, on first use. */
import type { StateValue } from '../fold-state.js';
import type { Action, Active, Args, Guard, Node, Transition } from './chart.js';
import { effectOf } from './effect.js';
import { addEnabled, candidatesFor, firstEnabled, isAcceptedBy, type Candidates } from './selection.js';
import { ancestorsOf, isDone, isLeaf } from './sets.js';

/** The actions of the transitions that are taken together, and where they lead. */
export interface Microstep {
  readonly actions: readonly Action[];
  readonly to: Configuration;
  /** Whether nothing can follow: no raised event, and no eventless transition. */
  readonly isLast: boolean;
}

interface GuardedMicrostep {
  readonly guard: Guard | undefined;
  readonly microstep: Microstep;
}

/** How a configuration reacts to events of one type. */
export interface Reaction {
  readonly candidates: Candidates;
  /** Whether such an event changes nothing, whatever its data and the context. */
  readonly isIgnored: boolean;
  /** Whether there is a transition for every such event, or for none; undefined when a guard decides. */
  readonly isAccepted: boolean | undefined;
  /** Whether no guard, no action and no eventless transition is run for such an event. Not looked for where several regions may react. */
  readonly runsNothing: boolean;
  /**
   * The first whose guard holds is taken. Undefined where several regions may react, each for itself. With the microsteps looked up
   * here, a step takes 102 instead of 135 ns (`fold-in-memory`).
   */
  readonly choices: readonly GuardedMicrostep[] | undefined;
}

/** The microsteps known by their transitions: a tree whose edges are the first transition, the second, and so on. */
interface MicrostepCache {
  microstep?: Microstep;
  readonly next: Map<Transition, MicrostepCache>;
}

/** `nodes` are in the order in which they became active, which is the order in which XState takes eventless transitions. */
export class Configuration implements Active {
  readonly value: StateValue;
  readonly nodes: ReadonlySet<Node>;
  readonly ids: ReadonlySet<string>;
  readonly isDone: boolean;
  /** Whether an eventless transition could be taken. */
  readonly hasEventless: boolean;
  /** For each active leaf its eventless transitions and those of its ancestors. */
  readonly #eventless: readonly (readonly Transition[])[];
  readonly #reactions = new Map<string, Reaction>();
  readonly #microsteps: MicrostepCache = { next: new Map() };

  constructor(
    nodes: readonly Node[],
    private readonly root: Node,
    private readonly withNodes: (nodes: readonly Node[]) => Configuration,
  ) {
    this.nodes = new Set(nodes);
    this.ids = new Set(nodes.map(({ id }) => id));
    this.value = valueOf(root, this.nodes);
    this.isDone = isDone(root, this.nodes);
    this.#eventless = nodes
      .filter(isLeaf)
      .map((leaf) => [leaf, ...ancestorsOf(leaf)].flatMap(({ always }) => always))
      .filter((transitions) => transitions.length > 0);
    this.hasEventless = this.#eventless.length > 0;
  }

  reactionTo(type: string): Reaction {
    let reaction = this.#reactions.get(type);
    if (reaction === undefined) {
      reaction = this.#findReaction(candidatesFor(type, this.root, this.nodes));
      this.#reactions.set(type, reaction);
    }
    return reaction;
  }

  /** The transitions that the event enables. */
  select(args: Args, { candidates } = this.reactionTo(args.event.type)): readonly Transition[] {
    const selected: Transition[] = [];
    addEnabled(candidates, args, this, selected);
    return selected;
  }

  /** The first microstep after the event; undefined when it enables no transition. */
  microstepFor(args: Args, reaction = this.reactionTo(args.event.type)): Microstep | undefined {
    if (reaction.choices === undefined) return this.#microstep(this.select(args, reaction));
    for (const { guard, microstep } of reaction.choices) {
      if (guard === undefined || guard(args, this)) return microstep;
    }
    return undefined;
  }

  /** The microstep of the enabled eventless transitions, if any. `args` has the event that was taken last. */
  eventless(args: Args): Microstep | undefined {
    const enabled: Transition[] = [];
    for (const transitions of this.#eventless) {
      const transition = firstEnabled(transitions, args, this);
      if (transition !== undefined && !enabled.includes(transition)) enabled.push(transition);
    }
    return this.#microstep(enabled);
  }

  #findReaction(candidates: Candidates): Reaction {
    const { regions, own } = candidates;
    const isAccepted = isAcceptedBy(candidates);
    if (regions.length > 0)
      return { candidates, isIgnored: false, isAccepted, runsNothing: false, choices: undefined };
    const choices = own.map((transition) => ({
      guard: transition.guard,
      microstep: this.#compute([transition]),
    }));
    const isIgnored = choices.length === 0 && !this.hasEventless;
    const [first] = choices;
    const isMove = first?.guard === undefined && first?.microstep.isLast === true;
    const runsNothing = isIgnored || (isMove && first.microstep.actions.length === 0);
    return { candidates, isIgnored, isAccepted, runsNothing, choices };
  }

  #microstep(transitions: readonly Transition[]): Microstep | undefined {
    if (transitions.length === 0) return undefined;
    let cache = this.#microsteps;
    for (const transition of transitions) {
      let next = cache.next.get(transition);
      if (next === undefined) {
        next = { next: new Map() };
        cache.next.set(transition, next);
      }
      cache = next;
    }
    cache.microstep ??= this.#compute(transitions);
    return cache.microstep;
  }

  #compute(transitions: readonly Transition[]): Microstep {
    const { actions, nodes } = effectOf(transitions, this.nodes, this.root);
    const isSame = nodes.length === this.nodes.size && nodes.every((node) => this.nodes.has(node));
    const to = isSame ? this : this.withNodes(nodes);
    return { actions, to, isLast: !to.hasEventless && !actions.some(({ mayRaise }) => mayRaise) };
  }
}

/** In XState's form: the key of an active leaf, or an object from the keys of the active children to their values. */
function valueOf(node: Node, active: ReadonlySet<Node>): StateValue {
  const children = node.children.filter((child) => active.has(child));
  const [only] = children;
  if (node.kind === 'compound' && only !== undefined && isLeaf(only)) return only.key;
  return Object.freeze(Object.fromEntries(children.map((child) => [child.key, valueOf(child, active)])));
}
