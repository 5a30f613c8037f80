/**
 * Which nodes a set of transitions exits and enters. The algorithm is SCXML's (https://www.w3.org/TR/scxml/, appendix D)
 * in XState 5's form, without history; where the two differ, this follows XState.
 */
import type { Node, Transition } from './chart.js';

/** Whether the node is a descendant of the other one; every node, also the root, is one of undefined. */
function isBelow(node: Node, above: Node | undefined): boolean {
  let at = node.parent;
  while (at !== undefined && at !== above) at = at.parent;
  return at === above;
}

export const isLeaf = ({ kind }: Node): boolean => kind === 'atomic' || kind === 'final';

/** The ancestors, nearest first, up to but not including `upTo`. */
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

/** The innermost node that the transition does not exit (SCXML's transition domain); undefined when the root is re-entered. */
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

/** Of two transitions that would exit the same node, the one with the inner source is taken, else the first. */
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
  /** Those entered as targets or as initial states, whose initial actions are run. */
  readonly byDefault: ReadonlySet<Node>;
}

export function entrySet(transitions: readonly Transition[]): EntrySet {
  const builder = new EntrySetBuilder();
  for (const transition of transitions) builder.add(transition);
  return builder;
}

class EntrySetBuilder implements EntrySet {
  readonly entered = new Set<Node>();
  readonly byDefault = new Set<Node>();

  add(transition: Transition): void {
    const { source, targets, reenters } = transition;
    const domain = domainOf(transition);
    for (const target of targets) {
      // A transition from a node to itself does not exit it, unless it re-enters.
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
