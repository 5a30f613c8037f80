/**
 * Which nodes a set of transitions exits and enters. The algorithm is SCXML's (https://www.w3.org/TR/scxml/, appendix D)
 * in the form that XState 5 gives it, history left out; where the two differ, XState is followed.
 */
import type { Node, Transition } from './chart.js';

/** Whether the node stands below the other one; everything stands below undefined, the root too. */
export function isBelow(node: Node, above: Node | undefined): boolean {
  let at = node.parent;
  while (at !== undefined && at !== above) at = at.parent;
  return at === above;
}

export const isLeaf = ({ kind }: Node): boolean => kind === 'atomic' || kind === 'final';

/** The nodes above this one, nearest first, up to the other one, which is not among them. */
export function ancestorsOf(node: Node, upTo?: Node): readonly Node[] {
  const ancestors: Node[] = [];
  if (node === upTo) return ancestors;
  for (let at = node.parent; at !== undefined && at !== upTo; at = at.parent) ancestors.push(at);
  return ancestors;
}

/** Whether the node is done: a final child is active, or every region is done. */
export function isDone(node: Node, active: ReadonlySet<Node>): boolean {
  switch (node.kind) {
    case 'compound':
      return node.children.some((child) => child.kind === 'final' && active.has(child));
    case 'parallel':
      return node.children.every((child) => isDone(child, active));
    case 'final':
      return true;
    case 'atomic':
      return false;
  }
}

/** The node within which everything happens that the transition does; undefined when the root itself is entered again. */
function domainOf({ source, targets, reenters }: Transition): Node | undefined {
  if (!reenters && targets.every((target) => target === source || isBelow(target, source))) return source;
  const [first, ...others] = [...targets, source];
  const common = ancestorsOf(first).find((node) => others.every((other) => isBelow(other, node)));
  if (common !== undefined || reenters) return common;
  return ancestorsOf(source).at(-1);
}

/** In no particular order. */
export function exitSet(transitions: readonly Transition[], active: ReadonlySet<Node>): ReadonlySet<Node> {
  const exited = new Set<Node>();
  for (const transition of transitions) {
    if (transition.targets.length === 0) continue;
    const domain = domainOf(transition);
    for (const node of active) if (isBelow(node, domain)) exited.add(node);
  }
  return exited;
}

/** Of two transitions that would exit the same node, only that of the inner source is taken; else the first one. */
export function withoutConflicts(
  transitions: readonly Transition[],
  active: ReadonlySet<Node>,
): readonly Transition[] {
  const taken = new Set<Transition>();
  for (const transition of transitions) {
    const exited = exitSet([transition], active);
    const rivals = [...taken].filter((other) => {
      const exitedByOther = exitSet([other], active);
      return [...exited].some((node) => exitedByOther.has(node));
    });
    if (!rivals.every((rival) => isBelow(transition.source, rival.source))) continue;
    for (const rival of rivals) taken.delete(rival);
    taken.add(transition);
  }
  return [...taken];
}

export interface EntrySet {
  readonly entered: ReadonlySet<Node>;
  /** Those of them that are entered as targets or as initial states, whose initial actions are due. */
  readonly byDefault: ReadonlySet<Node>;
}

export function entrySet(transitions: readonly Transition[]): EntrySet {
  const entering = new Entering();
  for (const transition of transitions) entering.take(transition);
  return entering;
}

class Entering implements EntrySet {
  readonly entered = new Set<Node>();
  readonly byDefault = new Set<Node>();

  take(transition: Transition): void {
    const { source, targets, reenters } = transition;
    const domain = domainOf(transition);
    for (const target of targets) {
      // A transition from a node to itself stays inside of it, unless it reenters.
      if (target !== source || source !== domain || reenters) this.#enterByDefault(target);
      this.#enterBelow(target);
    }
    for (const target of targets) {
      const ancestors = [...ancestorsOf(target, domain)];
      if (domain?.kind === 'parallel') ancestors.push(domain);
      this.#enterAbove(ancestors, domain);
    }
  }

  #enterByDefault(node: Node): void {
    this.entered.add(node);
    this.byDefault.add(node);
  }

  #enterBelow(node: Node): void {
    if (node.initial !== undefined) {
      this.#enterByDefault(node.initial);
      this.#enterBelow(node.initial);
    } else if (node.kind === 'parallel') {
      for (const child of node.children) {
        if (this.#reaches(child)) continue;
        this.#enterByDefault(child);
        this.#enterBelow(child);
      }
    }
  }

  #enterAbove(ancestors: readonly Node[], domain: Node | undefined): void {
    for (const node of ancestors) {
      if (isBelow(node, domain)) this.entered.add(node);
      if (node.kind !== 'parallel') continue;
      for (const child of node.children) {
        if (this.#reaches(child)) continue;
        this.entered.add(child);
        this.#enterBelow(child);
      }
    }
  }

  #reaches(region: Node): boolean {
    return [...this.entered].some((node) => isBelow(node, region));
  }
}
