/** A machine as a graph: its states as boxes in boxes, its transitions as edges between them. */
import type { Graph, GraphEdge, GraphNode } from './layout.js';
import { titleOf, transitionText, type MachineState } from './machine.js';
import { LABEL, TITLE, shortened, sizeOf } from './text.js';

export interface ChartNode {
  readonly id: string;
  /** The dot from which the initial state is entered has none. */
  readonly state?: MachineState;
  readonly title: string;
  /** Whether it is a region beside others. */
  readonly isRegion: boolean;
}

export interface ChartEdge {
  readonly id: string;
  /** Absent of what leads from a dot to the initial state. */
  readonly from?: MachineState;
  /** Each transition that leads so. */
  readonly transitions: readonly { readonly event: string; readonly text: string }[];
}

export interface Chart {
  readonly graph: Graph;
  readonly nodes: readonly ChartNode[];
  readonly edges: readonly ChartEdge[];
}

const DOT = { width: 10, height: 10 };
const MIN_WIDTH = 56;
export const HEAD_HEIGHT = 32;

export const nodeId = (path: string): string => `state ${path}`;
const dotId = (path: string): string => `initial ${path}`;

/** @param states in document order, the root first */
export function chartOf(states: readonly MachineState[], machine: string): Chart {
  const root = states.find(({ parent }) => parent === null);
  const childrenOf = (path: string | undefined): readonly MachineState[] =>
    states.filter(({ parent }) => parent === path);
  // The root is drawn only where it is more than the frame of what is in it.
  const isRootDrawn =
    root !== undefined &&
    (root.transitions.length > 0 || root.type === 'parallel' || childrenOf('').length === 0);
  const shown = states.filter(({ parent }) => parent !== null || isRootDrawn);
  const dots = shownDots(states, root?.type === 'parallel');

  const nodeOf = (state: MachineState): GraphNode => ({
    id: nodeId(state.path),
    size: sizeOfState(state, machine),
    headHeight: HEAD_HEIGHT,
    children: within(state.path),
  });
  const within = (path: string): readonly GraphNode[] => [
    ...(dots.has(path) ? [{ id: dotId(path), size: DOT }] : []),
    ...childrenOf(path).map(nodeOf),
  ];
  const edges = [...initialEdges(states, dots), ...transitionEdges(shown)];
  return {
    graph: {
      nodes: isRootDrawn ? [nodeOf(root)] : within(''),
      edges: edges.map(graphEdge),
      direction: 'down',
    },
    nodes: [
      ...[...dots].map((path) => ({ id: dotId(path), title: '', isRegion: false })),
      ...shown.map((state) => ({
        id: nodeId(state.path),
        state,
        title: shortened(titleOf(state, machine)),
        isRegion: states.some(({ path, type }) => path === state.parent && type === 'parallel'),
      })),
    ],
    edges,
  };
}

/** The paths of the states in which one is entered first, and not all at once. */
function shownDots(states: readonly MachineState[], isParallel: boolean): ReadonlySet<string> {
  return new Set(
    states
      .filter(({ parent, initial }) => initial && parent !== null)
      .map(({ parent }) => parent ?? '')
      .filter((path) => states.some((each) => each.path === path && each.type === 'compound'))
      .filter((path) => path !== '' || !isParallel),
  );
}

interface DrawnEdge extends ChartEdge {
  readonly ends: readonly [from: string, to: string];
}

function initialEdges(states: readonly MachineState[], dots: ReadonlySet<string>): readonly DrawnEdge[] {
  return states
    .filter(({ initial, parent }) => initial && parent !== null && dots.has(parent))
    .map(({ path, parent }) => ({
      id: `enter ${path}`,
      transitions: [],
      ends: [dotId(parent ?? ''), nodeId(path)],
    }));
}

/** One for all transitions between the same states, with a line for each. What keeps the state leads from it to itself. */
function transitionEdges(states: readonly MachineState[]): readonly DrawnEdge[] {
  const drawn = new Set(states.map(({ path }) => path));
  const edges = new Map<string, DrawnEdge>();
  for (const from of states)
    for (const transition of from.transitions)
      for (const target of transition.targets.length === 0 ? [from.path] : transition.targets) {
        if (!drawn.has(target)) continue;
        const id = JSON.stringify([from.path, target]);
        const transitions = [
          ...(edges.get(id)?.transitions ?? []),
          { event: transition.event, text: shortened(transitionText(transition)) },
        ];
        edges.set(id, { id, from, transitions, ends: [nodeId(from.path), nodeId(target)] });
      }
  return [...edges.values()];
}

function graphEdge({ id, ends: [from, to], transitions }: DrawnEdge): GraphEdge {
  if (transitions.length === 0) return { id, from, to };
  const { width, height } = sizeOf(
    transitions.map(({ text }) => text),
    LABEL,
  );
  return { id, from, to, label: { width: width + 8, height: height + 2 } };
}

function sizeOfState(state: MachineState, machine: string): { width: number; height: number } {
  if (state.type === 'history') return { width: 24, height: 24 };
  const { width } = sizeOf([shortened(titleOf(state, machine))], TITLE);
  return { width: Math.max(MIN_WIDTH, width + 28), height: 36 };
}
