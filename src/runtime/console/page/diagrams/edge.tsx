/** An edge of a diagram: a line with an arrow, and its label on the colour of the ground. */
import type { PlacedEdge } from './layout.js';
import { arrowAt, pathThrough } from './path.js';
import { LABEL } from './text.js';

interface Props {
  readonly placed: PlacedEdge;
  readonly lines?: readonly { readonly text: string; readonly isMarked?: boolean }[];
  /** Of the drawing: `marked` is drawn in the accent's colour. */
  readonly class?: string;
}

export function Edge({ placed, class: names = '' }: Props): preact.JSX.Element {
  return (
    <g class={`edge ${names}`}>
      <path class="line" d={pathThrough(placed.points)} />
      <path class="arrow" d={arrowAt(placed.points)} />
    </g>
  );
}

/** Drawn after all edges, so that none runs through a text. */
export function EdgeLabel({ placed: { label }, lines = [] }: Props): preact.JSX.Element | null {
  if (label === undefined) return null;
  return (
    <g class="edge-label">
      <rect {...label} rx={3} />
      {lines.map(({ text, isMarked = false }, index) => (
        <text
          key={text}
          class={isMarked ? 'marked' : ''}
          x={label.x + label.width / 2}
          y={label.y + 1 + (index + 0.74) * LABEL.lineHeight}
          text-anchor="middle"
        >
          {text}
        </text>
      ))}
    </g>
  );
}
