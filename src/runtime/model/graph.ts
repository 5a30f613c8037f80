/** A model as nodes and arrows, for drawing. */
import {
  isOfRuntime,
  type ApplicationModel,
  type ContextInModel,
  type DeciderInModel,
} from './application-model.js';

export interface GraphNode {
  readonly id: string;
  readonly label: string;
  readonly shape: 'event' | 'decider' | 'projection' | 'state' | 'context';
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** One a context, and one a decider within it. */
export interface GraphGroup {
  readonly id: string;
  readonly label: string;
  readonly nodes: readonly GraphNode[];
  readonly groups: readonly GraphGroup[];
}

export interface Graph {
  readonly groups: readonly GraphGroup[];
  /** Events, which belong to no consumer. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** Ids are letters, digits and underscores, so that every format takes them as they are. */
export function graphOf({ contexts, events }: ApplicationModel): Graph {
  const shown = events.filter(({ type }) => !isOfRuntime(type));
  const drawing = new Drawing(new Map(shown.map(({ type }, index) => [type, `e${index + 1}`])));
  const groups = contexts.map((context, index) => drawing.context(context, `c${index + 1}`));
  return {
    groups,
    nodes: shown.map(({ type, open }, index) => ({
      id: `e${index + 1}`,
      label: open ? `${type} (open)` : type,
      shape: 'event' as const,
    })),
    edges: drawing.edges,
  };
}

class Drawing {
  readonly edges: GraphEdge[] = [];

  constructor(private readonly events: ReadonlyMap<string, string>) {}

  context(context: ContextInModel, id: string): GraphGroup {
    const { name, decisions, projections, entityProjections, readModels, records, reliesOn } = context;
    const nodes: GraphNode[] = [];
    for (const [index, decision] of decisions.entries()) {
      const node = `${id}_j${index + 1}`;
      nodes.push({ id: node, label: `decision ${decision.name}`, shape: 'decider' });
      for (const type of decision.records) this.#edge(node, this.events.get(type), 'records');
    }
    const consumers = [
      ...projections.map((each) => ({ ...each, label: `projection ${each.name}` })),
      ...entityProjections.map((each) => ({ ...each, label: `entity projection ${each.name}` })),
      ...readModels.map((each) => ({ ...each, label: `read model ${each.name}` })),
    ];
    for (const [index, { label, consumes }] of consumers.entries()) {
      const node = `${id}_p${index + 1}`;
      nodes.push({ id: node, label, shape: 'projection' });
      for (const type of consumes) this.#edge(this.events.get(type), node, '');
    }
    const consumed = new Set(
      [...context.deciders, ...projections, ...entityProjections, ...readModels].flatMap(
        ({ consumes }) => consumes,
      ),
    );
    const further = reliesOn.filter(({ event }) => !consumed.has(event));
    if (records.length + further.length > 0) {
      const node = `${id}_s`;
      nodes.push({ id: node, label: `context ${name}`, shape: 'context' });
      for (const type of records) this.#edge(node, this.events.get(type), 'records');
      for (const { event } of further) this.#edge(this.events.get(event), node, 'relies on');
    }
    const deciders = context.deciders.map((decider, index) => this.#decider(decider, `${id}_d${index + 1}`));
    return { id, label: name, nodes, groups: deciders };
  }

  #decider({ name, commands, consumes, chart }: DeciderInModel, id: string): GraphGroup {
    const stateIds = new Map(chart.states.map((state, index) => [state.name, `${id}_s${index + 1}`]));
    const states = chart.states.map((state): GraphNode => ({
      id: stateIds.get(state.name) ?? id,
      label: `${state.name}: ${[...state.commands, ...state.guarded.map((each) => `${each} (guarded)`)].join(', ') || 'no command'}`,
      shape: 'state',
    }));
    const own: GraphNode = { id: `${id}_m`, label: `decider ${name}`, shape: 'decider' };
    for (const { name: command, records } of commands)
      for (const type of records) this.#edge(own.id, this.events.get(type), command);
    for (const type of consumes) this.#edge(this.events.get(type), own.id, '');
    for (const { from, to, event } of chart.transitions)
      this.#edge(stateIds.get(from), stateIds.get(to), event);
    return { id, label: `decider ${name}`, nodes: [own, ...states], groups: [] };
  }

  #edge(from: string | undefined, to: string | undefined, label: string): void {
    if (from !== undefined && to !== undefined) this.edges.push({ from, to, label });
  }
}
