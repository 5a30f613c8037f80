/** The map of an application: in each context what decides, folds and reads; between them the events that are recorded and consumed. */
import type { Graph, GraphEdge, GraphNode } from '../../diagrams/layout.js';
import { TITLE, shortened, sizeOf } from '../../diagrams/text.js';
import type { Model, ModelContext } from '../../model.js';
import { linkTo } from '../../routes.js';

export type PartKind =
  | 'context'
  | 'event'
  | 'decider'
  | 'decision'
  | 'projection'
  | 'entity projection'
  | 'read model'
  | 'service';

export interface Part {
  /** Unique in the map. */
  readonly id: string;
  readonly kind: PartKind;
  readonly name: string;
  /** Where it is shown; undefined where it is nowhere. */
  readonly link?: string;
}

export interface MapEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

export interface ModelMap {
  readonly parts: readonly Part[];
  readonly edges: readonly MapEdge[];
  readonly graph: Graph;
}

const PAD = 24;
const HEAD = 30;

export function modelMap(model: Model): ModelMap {
  const contexts = model.contexts.map((context) => ({ context, parts: partsOf(context) }));
  const known = new Set(model.events.map(({ type }) => idOf('event', type)));
  const edges = unique(contexts.flatMap(({ context, parts }) => edgesOf(context, parts))).filter(
    ({ from, to }) => known.has(from) || known.has(to),
  );
  const owned = ownedEvents(contexts, edges);
  const groups = contexts
    .map(({ context, parts }) => ({
      context,
      inside: [...parts, ...(owned.get(context.name) ?? []).map(eventPart)],
    }))
    .filter(({ inside }) => inside.length > 0);
  const ownedTypes = new Set([...owned.values()].flat());
  const others = model.events.filter(({ type }) => !ownedTypes.has(type)).map(({ type }) => eventPart(type));
  return {
    parts: [...groups.flatMap(({ context, inside }) => [contextPart(context), ...inside]), ...others],
    edges,
    graph: {
      direction: 'right',
      nodes: [
        ...groups.map(({ context, inside }) => ({
          ...nodeOf(contextPart(context)),
          headHeight: HEAD,
          children: inside.map(nodeOf),
        })),
        ...others.map(nodeOf),
      ],
      edges,
    },
  };
}

/** The types that each context records, in the first that does: an event stands there. */
function ownedEvents(
  contexts: readonly { readonly context: ModelContext; readonly parts: readonly Part[] }[],
  edges: readonly MapEdge[],
): ReadonlyMap<string, readonly string[]> {
  const owned = new Map<string, readonly string[]>();
  const taken = new Set<string>();
  for (const { context, parts } of contexts) {
    const ids = new Set(parts.map(({ id }) => id));
    const types = edges
      .filter(({ from, to }) => ids.has(from) && !taken.has(to))
      .map(({ to }) => to.slice('event '.length));
    const own = [...new Set(types)];
    for (const type of own) taken.add(idOf('event', type));
    owned.set(context.name, own);
  }
  return owned;
}

/** What is lit with a part: itself and what it is tied to, with a context all that is in it. */
export function neighboursOf({ edges, graph }: ModelMap, id: string): ReadonlySet<string> {
  const inside = graph.nodes.find((node) => node.id === id)?.children?.map((child) => child.id) ?? [];
  const own = new Set([id, ...inside]);
  const tied = edges.filter(({ from, to }) => own.has(from) || own.has(to));
  return new Set([...own, ...tied.flatMap((edge) => [edge.id, edge.from, edge.to])]);
}

const idOf = (kind: PartKind, name: string): string => `${kind} ${name}`;

function eventPart(type: string): Part {
  return { id: idOf('event', type), kind: 'event', name: type, link: linkTo(['contracts', type]) };
}

const contextPart = ({ name }: ModelContext): Part => ({ id: idOf('context', name), kind: 'context', name });

function partsOf(context: ModelContext): readonly Part[] {
  const { deciders, decisions, projections, entityProjections, readModels, records } = context;
  const made = (kind: PartKind, name: string, link?: string): Part => ({
    id: idOf(kind, name),
    kind,
    name,
    ...(link !== undefined && { link }),
  });
  return [
    ...deciders.map(({ name, path }) =>
      made('decider', name, path === undefined ? undefined : linkTo(['entities', name])),
    ),
    ...decisions.map(({ name, path }) =>
      made('decision', name, path === undefined ? undefined : linkTo(['entities'], { decide: name })),
    ),
    ...projections.map(({ name }) => made('projection', name, linkTo(['projections', name]))),
    ...entityProjections.map(({ name }) => made('entity projection', name, linkTo(['entities', name]))),
    ...readModels.map(({ name }) => made('read model', name, linkTo(['projections', name]))),
    ...(records.length > 0 ? [made('service', context.name)] : []),
  ];
}

function edgesOf(context: ModelContext, parts: readonly Part[]): readonly MapEdge[] {
  const consumers = [
    ...context.projections.map((each) => ['projection', each] as const),
    ...context.entityProjections.map((each) => ['entity projection', each] as const),
    ...context.readModels.map((each) => ['read model', each] as const),
  ];
  const service = parts.find(({ kind }) => kind === 'service');
  return [
    ...context.deciders.flatMap(({ name, commands }) =>
      commands.flatMap(({ records }) => records.map((type) => edge(idOf('decider', name), type))),
    ),
    ...context.decisions.flatMap(({ name, records }) =>
      records.map((type) => edge(idOf('decision', name), type)),
    ),
    ...(service === undefined ? [] : context.records.map((type) => edge(service.id, type))),
    ...consumers.flatMap(([kind, { name, consumes }]) =>
      consumes.map((type) => reversed(edge(idOf(kind, name), type))),
    ),
  ];
}

function edge(from: string, type: string): MapEdge {
  const to = idOf('event', type);
  return { id: `${from} > ${to}`, from, to };
}

const reversed = ({ from, to }: MapEdge): MapEdge => ({ id: `${to} > ${from}`, from: to, to: from });

function unique(edges: readonly MapEdge[]): readonly (MapEdge & GraphEdge)[] {
  return [...new Map(edges.map((each) => [each.id, each])).values()];
}

export const kindText = (kind: PartKind): string => (kind === 'service' ? 'service of the context' : kind);

function nodeOf({ id, kind, name }: Part): GraphNode {
  const { width, height } = sizeOf([shortened(name), kindText(kind)], TITLE);
  return { id, size: { width: width + PAD, height: height + 10 } };
}
