/** The map of an application. */
import type { Model, ModelContext } from '../../model.js';
import { modelMap, neighboursOf } from './model-graph.js';

const context: ModelContext = {
  name: 'Numbers',
  deciders: [
    {
      name: 'number',
      path: '/numbers',
      consumes: ['number.recorded'],
      ids: 'position',
      states: [],
      commands: [
        { name: 'record', input: {}, records: ['number.recorded'] },
        { name: 'repeat', input: {}, records: ['number.recorded'] },
      ],
    },
  ],
  decisions: [],
  projections: [{ name: 'sum', consumes: ['number.recorded', 'elsewhere.made'] }],
  entityProjections: [],
  readModels: [],
  records: [],
};
const event = {
  revision: 1,
  open: false,
  schema: {},
  examples: [],
  earlier: [],
  recordedBy: [],
  consumedBy: [],
};
const model: Model = {
  contexts: [context],
  events: ['number.recorded', 'other.made'].map((type) => ({ ...event, type })),
};

describe('the map', () => {
  it('has what is in a context within it, and the events that it records, which lead to who consumes them', () => {
    const { parts, edges, graph } = modelMap(model);
    expect(parts.map(({ id, link }) => [id, link])).toEqual([
      ['context Numbers', undefined],
      ['decider number', '#/entities/number'],
      ['projection sum', '#/projections/sum'],
      ['event number.recorded', '#/contracts/number.recorded'],
      ['event other.made', '#/contracts/other.made'],
    ]);
    expect(graph.nodes.map(({ id, children = [] }) => [id, children.map((child) => child.id)])).toEqual([
      ['context Numbers', ['decider number', 'projection sum', 'event number.recorded']],
      ['event other.made', []],
    ]);
    expect(edges.map(({ from, to }) => [from, to])).toEqual([
      ['decider number', 'event number.recorded'],
      ['event number.recorded', 'projection sum'],
    ]);
  });

  it('lights what something is tied to', () => {
    const map = modelMap(model);
    expect([...neighboursOf(map, 'projection sum')]).toEqual([
      'projection sum',
      'event number.recorded > projection sum',
      'event number.recorded',
    ]);
    expect(neighboursOf(map, 'context Numbers')).toContain('event number.recorded');
  });
});
