import {
  assign,
  cancel,
  createMachine,
  emit,
  enqueueActions,
  fromPromise,
  log,
  raise,
  sendTo,
  spawnChild,
} from 'xstate';
import { requirePure } from './pure-machine.js';

type Config = Readonly<Record<string, unknown>>;

const machine = (config: Config, actions: Config = {}): (() => void) => {
  const made = createMachine({ id: 'm', context: { a: 0 }, ...config } as never, { actions } as never);
  return () => {
    requirePure(made);
  };
};

const inState = (config: Config): Config => ({ initial: 's', states: { s: config } });

describe('a pure machine', () => {
  it('has states, transitions, guards and assignments', () => {
    expect(
      machine(
        {
          initial: 's',
          entry: assign({ a: 1 }),
          states: {
            s: {
              always: { guard: () => false, target: 't', actions: 'add' },
              on: { 'it.happened': { target: 't', actions: [{ type: 'add', params: { by: 2 } }] } },
              exit: 'add',
            },
            t: { type: 'parallel', states: { left: {}, right: {} } },
          },
        },
        { add: assign({ a: 2 }) },
      ),
    ).not.toThrow();
  });
});

describe('a machine that is not pure', () => {
  const work = fromPromise(() => Promise.resolve());

  it.each<[string, Config, string]>([
    ['invokes', inState({ invoke: { src: work } }), 'machine m, state s: a fold cannot invoke'],
    ['waits', inState({ after: { 1000: 's' } }), 'machine m, state s: a fold cannot wait (after)'],
    ['invokes as a whole', { ...inState({}), invoke: { src: work } }, 'machine m, state (root)'],
    ['waits as a whole', { ...inState({}), after: { 1000: '.s' } }, 'machine m, state (root)'],
    [
      'invokes in a nested state',
      inState({ initial: 't', states: { t: { initial: 'u', states: { u: { invoke: { src: work } } } } } }),
      'machine m, state s.t.u',
    ],
    [
      'waits in a parallel region',
      {
        type: 'parallel',
        states: { left: {}, right: { initial: 't', states: { t: { after: { 5: 't' } } } } },
      },
      'machine m, state right.t',
    ],
  ])('%s, and the state is named', (_, config, message) => {
    expect(machine(config)).toThrow(message);
  });
});

describe('an action other than an assignment', () => {
  const effect = (): void => undefined;

  it.each<[string, unknown]>([
    ['a function', effect],
    ['raise', raise({ type: 'more.happened' })],
    ['sendTo', sendTo('other', { type: 'more.happened' })],
    ['spawnChild', spawnChild(fromPromise(() => Promise.resolve()))],
    ['emit', emit({ type: 'more.happened' })],
    ['log', log('more')],
    ['cancel', cancel('timer')],
    ['enqueueActions', enqueueActions(() => undefined)],
  ])('is refused: %s', (_, action) => {
    expect(machine(inState({ on: { 'it.happened': { actions: action } } }))).toThrow(
      /^machine m, state s: the action .* is not an assign/,
    );
  });

  it('is refused by its name when it has one', () => {
    expect(machine(inState({ on: { 'it.happened': { actions: 'notify' } } }), { notify: effect })).toThrow(
      'machine m, state s: the action notify is not an assign',
    );
  });

  it('is refused when it stands behind an assignment', () => {
    expect(machine(inState({ on: { 'it.happened': { actions: [assign({ a: 1 }), effect] } } }))).toThrow(
      'machine m, state s: the action (inline) is not an assign',
    );
  });

  it('is refused by name when it has no implementation', () => {
    expect(machine(inState({ on: { 'it.happened': { actions: 'missing' } } }))).toThrow(
      'machine m, state s: the action missing has no implementation',
    );
  });

  it('is refused by name when it has parameters, but no implementation', () => {
    expect(
      machine(inState({ on: { 'it.happened': { actions: { type: 'missing', params: { by: 1 } } } } })),
    ).toThrow('machine m, state s: the action missing has no implementation');
  });

  it.each<[string, Config, string]>([
    ['on entry', inState({ entry: effect }), 's'],
    ['on exit', inState({ exit: effect }), 's'],
    ['on entry of the machine', { ...inState({}), entry: effect }, '(root)'],
    ['in a transition', inState({ on: { 'it.happened': { actions: effect } } }), 's'],
    [
      'in a second, guarded transition',
      inState({ on: { 'it.happened': [{ guard: () => false, target: 's' }, { actions: effect }] } }),
      's',
    ],
    [
      'in a transition of the machine',
      { ...inState({}), on: { 'it.happened': { actions: effect } } },
      '(root)',
    ],
    ['in a wildcard transition', inState({ on: { '*': { actions: effect } } }), 's'],
    ['in an eventless transition', inState({ always: { guard: () => false, actions: effect } }), 's'],
    [
      'when a nested state is done',
      inState({ initial: 't', states: { t: { type: 'final' } }, onDone: { actions: effect } }),
      's',
    ],
    [
      'in the initial transition of the machine',
      { initial: { target: 's', actions: effect }, states: { s: {} } },
      '(root)',
    ],
    [
      'in the initial transition of a nested state',
      inState({ initial: { target: 't', actions: effect }, states: { t: {} } }),
      's',
    ],
    ['in a parallel region', { type: 'parallel', states: { left: {}, right: { entry: effect } } }, 'right'],
  ])('is found %s', (_, config, state) => {
    expect(machine(config)).toThrow(`machine m, state ${state}: the action (inline) is not an assign`);
  });
});
