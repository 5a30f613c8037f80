/** A set of nodes that are active together, and what follows from it; everything is found out once, when it is first asked for. */
import type { StateValue } from '../fold-state.js';
import type { Action, Active, Args, Guard, Node, Transition } from './chart.js';
import { effectOf } from './effect.js';
import { addEnabled, candidatesFor, firstEnabled, type Candidates } from './selection.js';
import { ancestorsOf, isDone, isLeaf } from './sets.js';

/** What is carried out at once. */
export interface Microstep {
  readonly actions: readonly Action[];
  readonly to: Configuration;
  /** Whether nothing can follow on it: no raised event, and no eventless transition. */
  readonly isLast: boolean;
}

/** One transition by which a configuration may answer an event, and what comes of it. */
interface Choice {
  readonly guard: Guard | undefined;
  readonly microstep: Microstep;
}

/** How a configuration answers events of one type. */
export interface Answer {
  readonly candidates: Candidates;
  /** Whether nothing comes of such an event, whatever is in it and in the context. */
  readonly isNone: boolean;
  /** The first one whose guard holds is it. Undefined where several regions may answer, each for itself. */
  readonly choices: readonly Choice[] | undefined;
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
  readonly #answers = new Map<string, Answer>();
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

  answerTo(type: string): Answer {
    let answer = this.#answers.get(type);
    if (answer === undefined) {
      answer = this.#findAnswer(candidatesFor(type, this.root, this.nodes));
      this.#answers.set(type, answer);
    }
    return answer;
  }

  /** The transitions that the event enables. */
  select(args: Args, { candidates } = this.answerTo(args.event.type)): readonly Transition[] {
    const selected: Transition[] = [];
    addEnabled(candidates, args, this, selected);
    return selected;
  }

  /** What the event brings about first; undefined when it enables nothing. */
  on(args: Args, answer = this.answerTo(args.event.type)): Microstep | undefined {
    if (answer.choices === undefined) return this.#microstep(this.select(args, answer));
    for (const { guard, microstep } of answer.choices) {
      if (guard === undefined || guard(args, this)) return microstep;
    }
    return undefined;
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

  #findAnswer(candidates: Candidates): Answer {
    const { regions, own } = candidates;
    if (regions.length > 0) return { candidates, isNone: false, choices: undefined };
    const choices = own.map((transition) => ({
      guard: transition.guard,
      microstep: this.#find([transition]),
    }));
    return { candidates, isNone: choices.length === 0 && !this.isRestless, choices };
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
    const to = isSame ? this : this.reach(nodes);
    return { actions, to, isLast: !to.isRestless && !actions.some(({ mayRaise }) => mayRaise) };
  }
}

/** As XState writes it: the name of a leaf, or the names of the active children with what is active in them. */
function valueOf(node: Node, active: ReadonlySet<Node>): StateValue {
  const children = node.children.filter((child) => active.has(child));
  const [only] = children;
  if (node.kind === 'compound' && only !== undefined && isLeaf(only)) return only.key;
  return Object.freeze(Object.fromEntries(children.map((child) => [child.key, valueOf(child, active)])));
}
