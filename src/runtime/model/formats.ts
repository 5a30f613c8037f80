/** A model as text: Mermaid (https://mermaid.js.org/syntax/flowchart.html), DOT (https://graphviz.org/doc/info/lang.html), JSON. */
import type { ApplicationModel } from './application-model.js';
import { graphOf, type GraphGroup, type GraphNode } from './graph.js';

export const MODEL_FORMATS = {
  mermaid: (model: ApplicationModel) => mermaidOf(model),
  dot: (model: ApplicationModel) => dotOf(model),
  json: (model: ApplicationModel) => `${JSON.stringify(model, undefined, 2)}\n`,
} as const;

export type ModelFormat = keyof typeof MODEL_FORMATS;

const MERMAID_SHAPES: Readonly<Record<GraphNode['shape'], (id: string, label: string) => string>> = {
  event: (id, label) => `${id}["${label}"]`,
  decider: (id, label) => `${id}{{"${label}"}}`,
  projection: (id, label) => `${id}[("${label}")]`,
  state: (id, label) => `${id}("${label}")`,
  context: (id, label) => `${id}["${label}"]`,
};

function mermaidOf(model: ApplicationModel): string {
  const { groups, nodes, edges } = graphOf(model);
  const node = ({ id, label, shape }: GraphNode): string => MERMAID_SHAPES[shape](id, mermaidText(label));
  const group = ({ id, label, nodes: inside, groups: within }: GraphGroup): readonly string[] => [
    `subgraph ${id}["${mermaidText(label)}"]`,
    ...[...inside.map(node), ...within.flatMap(group)].map((line) => `  ${line}`),
    'end',
  ];
  const arrows = edges.map(({ from, to, label }) =>
    label === '' ? `${from} --> ${to}` : `${from} -->|"${mermaidText(label)}"| ${to}`,
  );
  const lines = [...groups.flatMap(group), ...nodes.map(node), ...arrows];
  return ['flowchart LR', ...lines.map((line) => `  ${line}`), ''].join('\n');
}

/** Characters with a meaning in Mermaid are replaced by their entity code (`#59;`). */
function mermaidText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^A-Za-z0-9 _.,:()*!&+-]/gu, (character) => `#${character.codePointAt(0) ?? 0};`);
}

const DOT_SHAPES: Readonly<Record<GraphNode['shape'], string>> = {
  event: 'note',
  decider: 'hexagon',
  projection: 'cylinder',
  state: 'box',
  context: 'component',
};

function dotOf(model: ApplicationModel): string {
  const { groups, nodes, edges } = graphOf(model);
  const node = ({ id, label, shape }: GraphNode): string =>
    `${id} [label=${dotText(label)}, shape=${DOT_SHAPES[shape]}];`;
  const group = ({ id, label, nodes: inside, groups: within }: GraphGroup): readonly string[] => [
    `subgraph cluster_${id} {`,
    ...[`label=${dotText(label)};`, ...inside.map(node), ...within.flatMap(group)].map((line) => `  ${line}`),
    '}',
  ];
  const arrows = edges.map(({ from, to, label }) =>
    label === '' ? `${from} -> ${to};` : `${from} -> ${to} [label=${dotText(label)}];`,
  );
  const lines = ['rankdir=LR;', ...groups.flatMap(group), ...nodes.map(node), ...arrows];
  return ['digraph leftfold {', ...lines.map((line) => `  ${line}`), '}', ''].join('\n');
}

const dotText = (text: string): string =>
  `"${text.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
