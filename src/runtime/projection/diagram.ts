/** Draws a machine as Mermaid text (https://mermaid.js.org/syntax/stateDiagram.html). */
import type { Machine } from '../fold/fold.js';
import {
  childrenOf,
  isForbidding,
  ownTransitions,
  shownEvent,
  shownGuard,
  type StateNode,
  type Transition,
} from '../fold/state-nodes.js';

/** Mermaid's keywords, which cannot be the id of a state. */
const RESERVED = new Set([
  'as',
  'class',
  'classdef',
  'click',
  'default',
  'direction',
  'end',
  'hide',
  'note',
  'scale',
  'state',
  'style',
]);

/** In characters; longer names are cut. */
const MAX_LABEL_LENGTH = 200;

/**
 * A `stateDiagram-v2`: nested states, parallel regions, initial and final states, and transitions with event and guard. Actions
 * are left out. A transition without a target is an arrow from its state to itself; without actions it is left out. A
 * transition into several regions is one arrow for each.
 */
export function diagramOf(machine: Machine): string {
  const diagram = new Diagram(machine.root);
  return ['stateDiagram-v2', ...diagram.lines.map((line) => `  ${line}`), ''].join('\n');
}

class Diagram {
  readonly lines: readonly string[];
  readonly #ids = new Map<StateNode, string>();
  /** By the parent that source and target have in common. The others go at the end, where Mermaid does not re-nest states for them. */
  readonly #arrows = new Map<StateNode | undefined, string[]>();

  constructor(root: StateNode) {
    this.#name(root, new Set());
    this.#collect(root);
    // A root that only contains states is not drawn itself.
    const isBare = root.type === 'compound' && !this.#isDrawnTo(root);
    const drawn = isBare ? this.#within(root) : [`[*] --> ${this.#idOf(root)}`, ...this.#state(root)];
    this.lines = [...drawn, ...(this.#arrows.get(undefined) ?? [])];
  }

  #name(node: StateNode, taken: Set<string>): void {
    const id = [node.key, `${node.key}_${node.order}`].find(
      (each) => /^[A-Za-z][A-Za-z0-9_]*$/.test(each) && !RESERVED.has(each.toLowerCase()) && !taken.has(each),
    );
    let chosen = id ?? `state__${node.order}`;
    while (taken.has(chosen)) chosen += '_';
    taken.add(chosen);
    this.#ids.set(node, chosen);
    for (const child of childrenOf(node)) this.#name(child, taken);
  }

  #collect(node: StateNode): void {
    for (const [descriptor, each] of ownTransitions(node)) this.#draw(node, shownEvent(descriptor), each);
    for (const child of childrenOf(node)) this.#collect(child);
  }

  #draw(source: StateNode, event: string, transition: Transition): void {
    if (isForbidding(transition)) return;
    const { target, guard } = transition;
    const label = [event, ...(guard === undefined ? [] : [`[${shownGuard(guard)}]`])]
      .filter((part) => part !== '')
      .join(' ');
    for (const each of target ?? [source]) {
      const within = commonParentOf(source, each);
      const arrow = `${this.#idOf(source)} --> ${this.#idOf(each)}${label === '' ? '' : ` : ${encoded(label)}`}`;
      this.#arrows.set(within, [...(this.#arrows.get(within) ?? []), arrow]);
    }
  }

  /** The state's declaration and what is nested in it. */
  #state(node: StateNode): readonly string[] {
    const id = this.#idOf(node);
    const declared = `state "${encoded(node.key === '' ? '(no name)' : node.key)}" as ${id}`;
    if (childrenOf(node).length === 0) return [declared];
    return [declared, `state ${id} {`, ...this.#within(node).map((line) => `  ${line}`), '}'];
  }

  /** The lines between the braces. */
  #within(node: StateNode): readonly string[] {
    const children = childrenOf(node);
    if (node.type === 'parallel') {
      return children.flatMap((child, index) => [...(index === 0 ? [] : ['--']), ...this.#state(child)]);
    }
    const first = node.initial.target;
    return [
      ...children.flatMap((child) => this.#state(child)),
      ...first.map((child) => `[*] --> ${this.#idOf(child)}`),
      ...(this.#arrows.get(node) ?? []),
      ...children.filter(({ type }) => type === 'final').map((child) => `${this.#idOf(child)} --> [*]`),
    ];
  }

  #isDrawnTo(node: StateNode): boolean {
    const id = this.#idOf(node);
    return (this.#arrows.get(undefined) ?? []).some((arrow) => arrow.split(/ --> | : /, 2).includes(id));
  }

  #idOf(node: StateNode): string {
    return this.#ids.get(node) ?? node.key;
  }
}

/** The parent of both, if that is a compound state; regions of a parallel state are drawn separately. */
function commonParentOf(source: StateNode, target: StateNode): StateNode | undefined {
  const { parent } = source;
  return parent === target.parent && parent?.type === 'compound' ? parent : undefined;
}

/** Characters with a meaning in Mermaid are replaced by their entity code (`#59;`). */
function encoded(text: string): string {
  const short = text.length > MAX_LABEL_LENGTH ? `${text.slice(0, MAX_LABEL_LENGTH)}…` : text;
  return short
    .toWellFormed()
    .replace(/[^A-Za-z0-9 _.,()[\]*!|&+-]/gu, (character) => `#${character.codePointAt(0) ?? 0};`);
}
