/** Where the boxes, edges and labels of a diagram stand: computed by elk, which is loaded when the first diagram is shown. */
import type { ELK, ElkExtendedEdge, ElkNode, ElkPoint } from 'elkjs/lib/elk-api.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** In pixels, from the upper left corner of the diagram. */
export type Box = Point & Size;

export interface GraphNode {
  /** Unique in the graph. */
  readonly id: string;
  /** A node with children is at least so large, and as large as they need. */
  readonly size: Size;
  readonly children?: readonly GraphNode[];
  /** So much room stands above the children, for a title. Default: 12. */
  readonly headHeight?: number;
  /** Nodes of a lower rank stand before those of a higher one, whatever the edges say; for all nodes of a level or none. */
  readonly rank?: number;
}

export interface GraphEdge {
  /** Unique in the graph, and no id of a node. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly label?: Size;
}

export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Where the edges lead. */
  readonly direction: 'right' | 'down';
}

export interface PlacedEdge {
  /** From the border of one node to that of the other. */
  readonly points: readonly Point[];
  readonly label?: Box;
}

export interface PlacedGraph extends Size {
  readonly nodes: ReadonlyMap<string, Box>;
  readonly edges: ReadonlyMap<string, PlacedEdge>;
}

const PADDING = 12;

let engine: Promise<ELK> | undefined;

/** In the thread of the page: the policy of the console allows no worker. */
function loaded(): Promise<ELK> {
  engine ??= import('elkjs/lib/elk.bundled.js').then(({ default: { default: Elk } }) => new Elk());
  return engine;
}

/** @throws Error when an edge names a node that there is not */
export async function layOut(graph: Graph): Promise<PlacedGraph> {
  const elk = await loaded();
  return placed(await elk.layout(elkGraphOf(graph)));
}

function elkGraphOf({ nodes, edges, direction }: Graph): ElkNode {
  const isRanked = nodes.some(({ rank }) => rank !== undefined);
  return {
    id: '\0diagram',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': direction === 'right' ? 'RIGHT' : 'DOWN',
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.edgeRouting': 'ORTHOGONAL',
      // All coordinates are of the diagram, not of the box that something is in.
      'elk.json.shapeCoords': 'ROOT',
      'elk.json.edgeCoords': 'ROOT',
      'elk.padding': paddingOf(PADDING),
      'elk.randomSeed': '1',
      ...(isRanked && { 'elk.partitioning.activate': 'true' }),
      ...SPACING,
    },
    children: nodes.map(elkNodeOf),
    edges: edges.map(({ id, from, to, label }) => ({
      id,
      sources: [from],
      targets: [to],
      ...(label && { labels: [{ id: `${id}\0label`, text: id, ...label }] }),
    })),
  };
}

const SPACING = {
  'elk.spacing.nodeNode': '28',
  'elk.spacing.edgeNode': '18',
  'elk.spacing.edgeEdge': '12',
  'elk.spacing.edgeLabel': '4',
  'elk.spacing.labelNode': '6',
  'elk.spacing.nodeSelfLoop': '14',
  'elk.layered.spacing.nodeNodeBetweenLayers': '36',
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
} as const;

function elkNodeOf({ id, size, children = [], headHeight = PADDING, rank }: GraphNode): ElkNode {
  const ranked = rank !== undefined && { 'elk.partitioning.partition': String(rank) };
  if (children.length === 0) return { id, ...size, ...(ranked && { layoutOptions: ranked }) };
  return {
    id,
    layoutOptions: {
      'elk.padding': paddingOf(headHeight),
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${size.width}, ${size.height})`,
      ...SPACING,
      ...ranked,
    },
    children: children.map(elkNodeOf),
  };
}

const paddingOf = (top: number): string => `[top=${top},left=${PADDING},right=${PADDING},bottom=${PADDING}]`;

function placed(root: ElkNode): PlacedGraph {
  const nodes = new Map<string, Box>();
  const visit = ({ id, children = [], ...at }: ElkNode): void => {
    nodes.set(id, boxOf(at));
    children.forEach(visit);
  };
  root.children?.forEach(visit);
  const edges = new Map((root.edges ?? []).map((edge) => [edge.id, placedEdge(edge)]));
  return { width: root.width ?? 0, height: root.height ?? 0, nodes, edges };
}

function placedEdge({ sections = [], labels = [] }: ElkExtendedEdge): PlacedEdge {
  const points = sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [
    startPoint,
    ...bendPoints,
    endPoint,
  ]);
  const [label] = labels;
  return { points: points.map(({ x, y }: ElkPoint) => ({ x, y })), ...(label && { label: boxOf(label) }) };
}

function boxOf({ x = 0, y = 0, width = 0, height = 0 }: Partial<Box>): Box {
  return { x, y, width, height };
}
