/** A machine as a graph, and as it is laid out. */
import { layOut, type Box, type PlacedGraph } from './layout.js';
import type { MachineState, MachineTransition } from './machine.js';
import { chartOf, nodeId } from './statechart.js';

function state(
  path: string,
  type: MachineState['type'],
  initial: boolean,
  transitions: readonly MachineTransition[] = [],
): MachineState {
  const parent = path === '' ? null : path.includes('.') ? path.slice(0, path.lastIndexOf('.')) : '';
  return { path, parent, type, initial, transitions };
}

const to = (event: string, ...targets: readonly string[]): MachineTransition => ({ event, targets });

const door: readonly MachineState[] = [
  state('', 'compound', true),
  state('shut', 'atomic', true, [to('door.opened', 'open'), { ...to('door.locked'), guard: 'hasKey' }]),
  state('open', 'atomic', false, [to('door.shut', 'shut'), to('wind.blew', 'shut')]),
];

/** Each kind of state and of transition. */
const shop: readonly MachineState[] = [
  state('', 'compound', true, [to('shop.*')]),
  state('closed', 'atomic', true, [to('shop.opened', 'open')]),
  state('open', 'parallel', false, [
    to('day.ended', 'open.till.busy', 'open.door.shut'),
    to('fire', 'closed'),
  ]),
  state('open.till', 'compound', true, [to('till.reset', 'open.till')]),
  state('open.till.idle', 'atomic', true, [to('sale.begun', 'open.till.busy')]),
  state('open.till.busy', 'atomic', false, [to('sale.ended', 'open.till.idle'), to('sale.went-on')]),
  state('open.door', 'compound', true, [to('done', 'closed')]),
  state('open.door.ajar', 'atomic', true, [{ ...to('', 'open.door.shut'), guard: 'isCold' }]),
  state('open.door.shut', 'final', false),
  state('last', 'history', false),
];

describe('the graph of a machine', () => {
  it('has a dot before the initial state, and one edge for all transitions between the same states', () => {
    const { graph, edges, nodes } = chartOf(door, 'door');
    expect(graph.nodes.map(({ id }) => id)).toEqual(['initial ', 'state shut', 'state open']);
    expect(nodes.map(({ title }) => title)).toEqual(['', 'shut', 'open']);
    expect(edges.map(({ transitions }) => transitions.map(({ text }) => text))).toEqual([
      [],
      ['door.opened'],
      ['door.locked [hasKey]'],
      ['door.shut', 'wind.blew'],
    ]);
    expect(graph.edges[2]).toMatchObject({ from: nodeId('shut'), to: nodeId('shut') });
  });

  it('draws the root where it is more than a frame, and regions without a dot between them', () => {
    const { graph, nodes } = chartOf(shop, 'shop');
    expect(graph.nodes).toHaveLength(1);
    expect(nodes.filter(({ isRegion }) => isRegion).map(({ title }) => title)).toEqual(['till', 'door']);
    expect(nodes.filter((node) => node.state === undefined)).toHaveLength(3);
    const alone = chartOf([state('', 'atomic', true, [to('a')])], 'alone');
    expect(alone.nodes.map(({ title }) => title)).toEqual(['alone']);
  });

  it.each([
    ['door', door],
    ['shop', shop],
  ])('is laid out without texts over each other or over states: %s', async (name, states) => {
    const chart = chartOf(states, name);
    const placed = await layOut(chart.graph);
    const labels = [...placed.edges.values()].flatMap(({ label }) => (label === undefined ? [] : [label]));
    expect(labels).toHaveLength(chart.edges.filter(({ transitions }) => transitions.length > 0).length);
    const leaves = leafBoxes(states, placed);
    for (const [index, label] of labels.entries())
      for (const other of [...labels.slice(index + 1), ...leaves]) expect(overlap(label, other)).toBe(false);
  });
});

function leafBoxes(states: readonly MachineState[], { nodes }: PlacedGraph): readonly Box[] {
  return states
    .filter(({ path }) => !states.some(({ parent }) => parent === path))
    .flatMap(({ path }) => nodes.get(nodeId(path)) ?? []);
}

function overlap(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}
