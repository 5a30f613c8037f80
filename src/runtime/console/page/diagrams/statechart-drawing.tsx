/** A statechart with the active states lit, and the transitions that are possible now marked. */
import { useMemo } from 'preact/hooks';
import { ProblemNotice } from '../parts/problem.js';
import { Edge, EdgeLabel } from './edge.js';
import type { Box } from './layout.js';
import { isFor, titleOf, type MachineState } from './machine.js';
import { usePlaced } from './placed.js';
import { chartOf, type ChartEdge, type ChartNode } from './statechart.js';
import { StatechartList } from './statechart-list.js';

/** A wider diagram has a row of its own, as `.is-wide` says. */
const MAX_BESIDE = 460;

/** What is wider than its place is drawn so much smaller at most; then it is scrolled. */
const MIN_SCALE = 0.8;

export interface StatechartProps {
  /** What the machine is called. */
  readonly name: string;
  readonly states: readonly MachineState[];
  /** Paths. */
  readonly active?: readonly string[];
  /** Types of events that an active state has a transition for. */
  readonly accepts?: readonly string[];
}

export function Statechart({ name, states, active = [], accepts = [] }: StatechartProps): preact.JSX.Element {
  const key = JSON.stringify([name, states]);
  const chart = useMemo(() => chartOf(states, name), [key]);
  const { placed, error } = usePlaced(key, chart.graph);
  const lit = new Set(active);
  const isPossible = ({ from }: ChartEdge, event: string): boolean =>
    from !== undefined &&
    (from.path === '' || lit.has(from.path)) &&
    accepts.some((type) => isFor(event, type));
  const boxes = chart.nodes.flatMap((node) => {
    const box = placed?.nodes.get(node.id);
    return box === undefined ? [] : [{ ...node, box, isLit: lit.has(node.state?.path ?? '') }];
  });

  return (
    <div class="stack">
      {placed === undefined && error === undefined && <p class="quiet">Drawing…</p>}
      {error !== undefined && <ProblemNotice error={error} />}
      {placed !== undefined && (
        <div
          class={`diagram ${placed.width > MAX_BESIDE ? 'is-wide' : ''}`}
          tabIndex={0}
          role="group"
          aria-label={`Statechart of ${name}`}
        >
          <svg
            width={placed.width}
            height={placed.height}
            style={{ minWidth: `${placed.width * MIN_SCALE}px` }}
            viewBox={`0 0 ${placed.width} ${placed.height}`}
            role="img"
            aria-label={`Statechart of ${name}, also below as a list`}
          >
            {boxes.map((each) => (
              <Node key={each.id} {...each} />
            ))}
            {chart.edges.map((edge) => {
              const at = placed.edges.get(edge.id);
              const isMarked = edge.transitions.some(({ event }) => isPossible(edge, event));
              return at && <Edge key={edge.id} placed={at} class={isMarked ? 'marked' : ''} />;
            })}
            {boxes.map((each) => (
              <Title key={each.id} {...each} />
            ))}
            {chart.edges.map((edge) => {
              const at = placed.edges.get(edge.id);
              const lines = edge.transitions.map(({ text, event }) => ({
                text,
                isMarked: isPossible(edge, event),
              }));
              return at && <EdgeLabel key={edge.id} placed={at} lines={lines} />;
            })}
          </svg>
        </div>
      )}
      <details>
        <summary>As a list</summary>
        <StatechartList name={name} states={states} active={active} />
      </details>
    </div>
  );
}

interface NodeProps extends ChartNode {
  readonly box: Box;
  readonly isLit: boolean;
}

function Node({ state, title, isRegion, box, isLit }: NodeProps): preact.JSX.Element {
  const { x, y, width, height } = box;
  const middle = { x: x + width / 2, y: y + height / 2 };
  if (state === undefined) return <circle class="initial" cx={middle.x} cy={middle.y} r={width / 2} />;
  const isInner = isLeaf(state);
  return (
    <g
      class={`state ${isLit ? 'lit' : ''} ${isRegion ? 'region' : ''} ${isInner ? 'inner' : ''}`}
      data-state={state.path}
    >
      <title>{`${titleOf(state, title)}${isLit ? ', active' : ''}`}</title>
      {state.type === 'history' ? (
        <circle class="box" cx={middle.x} cy={middle.y} r={width / 2} />
      ) : (
        <rect class="box" {...box} rx={8} />
      )}
      {state.type === 'final' && (
        <rect class="rim" x={x + 3} y={y + 3} width={width - 6} height={height - 6} rx={6} />
      )}
      {isInner && (
        <text class="title" x={middle.x} y={middle.y + 4.5} text-anchor="middle">
          {state.type === 'history' ? 'H' : title}
        </text>
      )}
    </g>
  );
}

/** That of a box with others in it, drawn after the edges, which may begin at its border. */
function Title({ state, title, box }: NodeProps): preact.JSX.Element | null {
  if (state === undefined || isLeaf(state)) return null;
  return (
    <text class="title of-box" x={box.x + 14} y={box.y + 21}>
      {title}
    </text>
  );
}

function isLeaf({ type }: MachineState): boolean {
  return type !== 'compound' && type !== 'parallel';
}
