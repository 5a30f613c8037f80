/** The map of the application as a drawing: what one points at is lit with what it is tied to; each part leads to where it is shown. */
import { useMemo, useState } from 'preact/hooks';
import { Edge } from '../../diagrams/edge.js';
import type { Box } from '../../diagrams/layout.js';
import { usePlaced } from '../../diagrams/placed.js';
import { shortened } from '../../diagrams/text.js';
import type { Model } from '../../model.js';
import { ProblemNotice } from '../../parts/problem.js';
import { kindText, modelMap, neighboursOf, type Part } from './model-graph.js';

export function ModelDrawing({ model }: { readonly model: Model }): preact.JSX.Element {
  const map = useMemo(() => modelMap(model), [model]);
  const key = useMemo(() => JSON.stringify(map.graph), [map]);
  const { placed, error } = usePlaced(key, map.graph);
  const [pointed, setPointed] = useState<string>();
  const lit = pointed === undefined ? undefined : neighboursOf(map, pointed);
  const litClass = (id: string): string => (lit === undefined ? '' : lit.has(id) ? 'lit-up' : 'dimmed');
  if (error !== undefined) return <ProblemNotice error={error} />;
  if (placed === undefined) return <p class="quiet">Drawing…</p>;
  return (
    <div
      class="diagram map"
      tabIndex={0}
      role="group"
      aria-label="Map of the application, also below as text"
    >
      <svg width={placed.width} height={placed.height} viewBox={`0 0 ${placed.width} ${placed.height}`}>
        {map.parts.map((part) => {
          const box = placed.nodes.get(part.id);
          return (
            box && (
              <PartShape key={part.id} part={part} box={box} class={litClass(part.id)} point={setPointed} />
            )
          );
        })}
        {map.edges.map(({ id }) => {
          const at = placed.edges.get(id);
          return at && <Edge key={id} placed={at} class={lit?.has(id) ? 'marked' : litClass(id)} />;
        })}
      </svg>
    </div>
  );
}

interface ShapeProps {
  readonly part: Part;
  readonly box: Box;
  readonly class: string;
  readonly point: (id: string | undefined) => void;
}

function PartShape({ part, box, class: lit, point }: ShapeProps): preact.JSX.Element {
  const { id, kind, name, link } = part;
  const shape = (
    <g
      class={`part ${kind.replace(' ', '-')} ${lit}`}
      onPointerEnter={() => {
        point(id);
      }}
      onPointerLeave={() => {
        point(undefined);
      }}
    >
      {link === undefined && <title>{`${kind} ${name}`}</title>}
      <rect class="box" {...box} rx={kind === 'event' ? 3 : 8} />
      {kind === 'context' ? (
        <text class="title" x={box.x + 12} y={box.y + 20}>
          {shortened(name)}
        </text>
      ) : (
        <text text-anchor="middle">
          <tspan class="title" x={box.x + box.width / 2} y={box.y + 19}>
            {shortened(name)}
          </tspan>
          <tspan class="gap"> </tspan>
          <tspan class="kind" x={box.x + box.width / 2} y={box.y + 35}>
            {kindText(kind)}
          </tspan>
        </text>
      )}
    </g>
  );
  if (link === undefined) return shape;
  return (
    <a
      href={link}
      onFocus={() => {
        point(id);
      }}
      onBlur={() => {
        point(undefined);
      }}
    >
      {shape}
    </a>
  );
}
