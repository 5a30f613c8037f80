/** The states of a machine as data, and which of them a value says are active. */
import { assign, createMachine } from 'xstate';
import { foldOf, type Machine } from './fold.js';
import type { StateValue } from './fold-state.js';
import { activeStates, statesOf, type MachineState } from './machine-states.js';

const machineOf = (config: object): Machine => createMachine(config as never) as Machine;

const shop = machineOf({
  id: 'shop',
  initial: 'closed',
  on: { 'shop.*': { actions: assign({}) } },
  states: {
    closed: { on: { 'shop.opened': [{ guard: 'isDay', target: 'open' }, {}] } },
    open: {
      type: 'parallel',
      states: {
        till: {
          initial: 'idle',
          states: { idle: { on: { 'sale.begun': 'busy' } }, busy: { on: { 'sale.ended': 'idle' } } },
        },
        door: {
          initial: 'ajar',
          states: { shut: { type: 'final' }, ajar: { always: { guard: 'isCold', target: 'shut' } } },
          onDone: '#shop.closed',
        },
      },
      on: { 'day.ended': { target: ['#shop.open.till.busy', '#shop.open.door.shut'] } },
    },
    last: { type: 'history', target: 'open' },
  },
});

const found = (path: string): MachineState | undefined => statesOf(shop).find((each) => each.path === path);

describe('the states of a machine', () => {
  it('are all of them in the order of the document, the root first, each with what it is in and of which type it is', () => {
    expect(statesOf(shop).map(({ path, parent, type }) => [path, parent, type])).toEqual([
      ['', null, 'compound'],
      ['closed', '', 'atomic'],
      ['open', '', 'parallel'],
      ['open.till', 'open', 'compound'],
      ['open.till.idle', 'open.till', 'atomic'],
      ['open.till.busy', 'open.till', 'atomic'],
      ['open.door', 'open', 'compound'],
      ['open.door.shut', 'open.door', 'final'],
      ['open.door.ajar', 'open.door', 'atomic'],
      ['last', '', 'history'],
    ]);
  });

  it('are initial when they are entered with what they are in: of parallel regions all', () => {
    const initial = statesOf(shop).filter((each) => each.initial);
    expect(initial.map(({ path }) => path)).toEqual([
      '',
      'closed',
      'open.till',
      'open.till.idle',
      'open.door',
      'open.door.ajar',
    ]);
  });

  it('have their own transitions, with guards and targets; what only forbids an event is none', () => {
    expect(found('closed')?.transitions).toEqual([
      { event: 'shop.opened', guard: 'isDay', targets: ['open'] },
    ]);
    expect(found('')?.transitions).toEqual([{ event: 'shop.*', targets: [] }]);
    expect(found('open')?.transitions).toEqual([
      { event: 'day.ended', targets: ['open.till.busy', 'open.door.shut'] },
    ]);
    expect(found('open.door')?.transitions).toEqual([{ event: 'done', targets: ['closed'] }]);
    expect(found('open.door.ajar')?.transitions).toEqual([
      { event: '', guard: 'isCold', targets: ['open.door.shut'] },
    ]);
  });

  it('are the root alone where there are no others', () => {
    const alone = machineOf({ id: 'alone', on: { 'a.b': { actions: assign({}) } } });
    expect(statesOf(alone)).toEqual([
      { path: '', parent: null, type: 'atomic', initial: true, transitions: [{ event: 'a.b', targets: [] }] },
    ]);
    expect(activeStates(alone, foldOf(alone).initial.value)).toEqual([]);
  });
});

describe('the active states', () => {
  it.each<[StateValue, readonly string[]]>([
    ['closed', ['closed']],
    [
      { open: { door: 'ajar', till: 'busy' } },
      ['open', 'open.till', 'open.till.busy', 'open.door', 'open.door.ajar'],
    ],
  ])('of %j are all from the outermost to the innermost, in the order of the document', (value, paths) => {
    expect(activeStates(shop, value)).toEqual(paths);
  });
});
