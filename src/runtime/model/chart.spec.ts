/** What the map of an application says of a machine: what each state allows, and where transitions lead. */
import { assign, createMachine } from 'xstate';
import { foldOf } from '../fold/fold.js';
import { mayAccept } from '../command/chart.js';
import { chartOf } from './chart.js';

const FINISH = [{ name: 'finish', type: 'order.done' }];
const to = { target: '#m.done' };
const perhaps = { guard: ({ event }: { event: { data?: object } }) => event.data !== undefined };

/** What a state below one that takes the event allows, and whether the fold may accept it. */
function allowed(on: object, around: object = { 'order.done': to }): readonly [string, boolean] {
  const machine = createMachine({
    id: 'm',
    initial: 'open',
    states: { open: { initial: 'busy', on: around, states: { busy: { on } } }, done: {} },
  });
  const busy = chartOf(machine, FINISH).states.find(({ name }) => name === 'open.busy');
  const how = busy?.commands.length === 1 ? 'allows' : busy?.guarded.length === 1 ? 'guarded' : 'no';
  const fold = foldOf(machine);
  return [how, mayAccept(fold, fold.initial, 'order.done')];
}

describe('what a state allows', () => {
  it.each<[string, object, string]>([
    ['by a transition of the state around it', {}, 'allows'],
    ['by a wildcard', { 'order.*': to }, 'allows'],
    ['by a transition behind a guarded one', { 'order.done': { ...perhaps, target: '#m.done' } }, 'allows'],
    ['perhaps, since a guard may forbid it', { 'order.done': perhaps }, 'guarded'],
    ['perhaps, before it is forbidden', { 'order.done': [{ ...perhaps, ...to }, {}] }, 'guarded'],
    ['not what it forbids', { 'order.done': {} }, 'no'],
    ['not what it forbids by undefined', { 'order.done': undefined }, 'no'],
    ['not what it forbids by a wildcard', { 'order.*': {} }, 'no'],
    ['by its type rather than by a wildcard', { '*': {}, 'order.done': to }, 'allows'],
  ])('is known: %s', (_, on, expected) => {
    expect(allowed(on)).toEqual([expected, expected !== 'no']);
  });

  it('is also what a wildcard takes that is longer than the type', () => {
    expect(allowed({}, { 'order.done.*': to })).toEqual(['allows', true]);
  });
});

describe('the transitions of a chart', () => {
  it('are also those without an event and those without a target; what is forbidden is none', () => {
    const machine = createMachine({
      id: 'm',
      context: { count: 0 },
      initial: 'a',
      states: {
        a: { on: { next: 'b', counted: { actions: assign({ count: 1 }) }, ignored: {} } },
        b: { always: 'c' },
        c: {},
      },
    });
    expect(chartOf(machine, []).transitions).toEqual([
      { from: 'a', to: 'b', event: 'next' },
      { from: 'a', to: 'a', event: 'counted' },
      { from: 'b', to: 'c', event: 'always' },
    ]);
  });
});
