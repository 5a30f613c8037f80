/** A set of nodes that are active together, and what follows from it; everything is found out once, when it is first asked for. */
import type { StateValue } from '../fold-state.js';
import type { Action, Active, Args, Node, Transition } from './chart.js';
import { effectOf } from './effect.js';
import { addEnabled, candidatesFor, firstEnabled, type Candidates } from './selection.js';
import { ancestorsOf, isDone, isLeaf } from './sets.js';

/** What is carried out at once. */
export interface Microstep {
  readonly actions: readonly Action[];
  readonly to: Configuration;
}

/** The microsteps that were found already: by their first transition, then by what comes after it. */
interface Found {
  microstep?: Microstep;
  readonly after: Map<Transition, Found>;
}

/** The nodes stand in the order in which they became active, for in that order eventless transitions are taken. */
export class Configuration implements Active {
  readonly value: StateValue;
  readonly nodes: ReadonlySet<Node>;
  readonly ids: ReadonlySet<string>;
  readonly isDone: boolean;
  /** Whether anything could come about without an event. */
  readonly isRestless: boolean;
  /** For each leaf the eventless transitions of it and of what is above it. */
  readonly #eventless: readonly (readonly Transition[])[];
  readonly #candidates = new Map<string, Candidates>();
  readonly #found: Found = { after: new Map() };

  constructor(
    nodes: readonly Node[],
    private readonly root: Node,
    private readonly reach: (nodes: readonly Node[]) => Configuration,
  ) {
    this.nodes = new Set(nodes);
    this.ids = new Set(nodes.map(({ id }) => id));
    this.value = valueOf(root, this.nodes);
    this.isDone = isDone(root, this.nodes);
    this.#eventless = nodes
      .filter(isLeaf)
      .map((leaf) => [leaf, ...ancestorsOf(leaf)].flatMap(({ always }) => always))
      .filter((transitions) => transitions.length > 0);
    this.isRestless = this.#eventless.length > 0;
  }

  /** The transitions that the event enables. */
  select(args: Args): readonly Transition[] {
    const selected: Transition[] = [];
    addEnabled(this.#candidatesFor(args.event.type), args, this, selected);
    return selected;
  }

  /** What the event brings about first; undefined when it enables nothing. */
  on(args: Args): Microstep | undefined {
    const candidates = this.#candidatesFor(args.event.type);
    // Without regions, which is mostly so, there is one transition at most.
    if (candidates.regions.length > 0) return this.#microstep(this.select(args));
    const transition = firstEnabled(candidates.own, args, this);
    return transition && (this.#found.after.get(transition)?.microstep ?? this.#microstep([transition]));
  }

  /** What comes about without an event; this one is what was taken last. */
  eventless(args: Args): Microstep | undefined {
    const enabled: Transition[] = [];
    for (const transitions of this.#eventless) {
      const transition = firstEnabled(transitions, args, this);
      if (transition !== undefined && !enabled.includes(transition)) enabled.push(transition);
    }
    return this.#microstep(enabled);
  }

  #candidatesFor(type: string): Candidates {
    let candidates = this.#candidates.get(type);
    if (candidates === undefined) {
      candidates = candidatesFor(type, this.root, this.nodes);
      this.#candidates.set(type, candidates);
    }
    return candidates;
  }

  #microstep(transitions: readonly Transition[]): Microstep | undefined {
    if (transitions.length === 0) return undefined;
    let found = this.#found;
    for (const transition of transitions) {
      let next = found.after.get(transition);
      if (next === undefined) {
        next = { after: new Map() };
        found.after.set(transition, next);
      }
      found = next;
    }
    found.microstep ??= this.#find(transitions);
    return found.microstep;
  }

  #find(transitions: readonly Transition[]): Microstep {
    const { actions, nodes } = effectOf(transitions, this.nodes, this.root);
    const isSame = nodes.length === this.nodes.size && nodes.every((node) => this.nodes.has(node));
    return { actions, to: isSame ? this : this.reach(nodes) };
  }
}

/** As XState writes it: the name of a leaf, or the names of the active children with what is active in them. */
function valueOf(node: Node, active: ReadonlySet<Node>): StateValue {
  const children = node.children.filter((child) => active.has(child));
  const [only] = children;
  if (node.kind === 'compound' && only !== undefined && isLeaf(only)) return only.key;
  return Object.freeze(Object.fromEntries(children.map((child) => [child.key, valueOf(child, active)])));
}
