import fc from 'fast-check';
import { and, assign, createMachine, not, or, stateIn } from 'xstate';
import {
  amountEvents,
  flatConfig,
  machineOf,
  type AmountEvent,
  type Config,
  type Sums,
} from '../../../test/support/random-machines.js';
import {
  acceptedByFold,
  acceptedByXState,
  restored,
  stepsOfFold,
  stepsOfXState,
} from '../../../test/support/stepwise.js';
import { foldOf } from './fold.js';

interface Args {
  readonly context: Sums;
  readonly event: AmountEvent;
}

/** Changes one state of a random machine, or the machine as a whole. */
type Addition = (states: Readonly<Record<string, Config>>) => Config;

const more = assign({ b: ({ context }: Args) => context.b + 1 });

const toState =
  (name: string, addition: Config): Addition =>
  (states) => ({ states: { ...states, [name]: { ...states[name], ...addition } } });

const toTransitionsOf =
  (name: string, type: string, transition: unknown): Addition =>
  (states) => ({
    states: {
      ...states,
      [name]: { ...states[name], on: { ...(states[name]?.['on'] as Config), [type]: transition } },
    },
  });

const wholeMachine =
  (addition: Config): Addition =>
  () =>
    addition;

const additions: readonly (readonly [string, Addition])[] = [
  ['nothing more', wholeMachine({})],
  ['an entry assignment', toState('s1', { entry: more })],
  ['an exit assignment', toState('s1', { exit: more })],
  ['an entry assignment of the machine', wholeMachine({ entry: more })],
  ['a wildcard', toTransitionsOf('s0', '*', { target: 's2', actions: more })],
  ['a partial wildcard', toTransitionsOf('s1', 'first.*', { target: 's2', actions: more })],
  [
    'an eventless transition',
    toState('s1', {
      always: {
        guard: ({ context }: Args) => context.b > 5,
        actions: assign({ b: 0 }),
        target: 's2',
      },
    }),
  ],
  ['a final state', toState('s3', { type: 'final', on: undefined })],
  ['nested states', toState('s2', nested())],
  ['parallel regions', toState('s2', { type: 'parallel', states: { left: nested(), right: nested() } })],
  ['a guard made by and', guarded(and(['isEven', { type: 'isAtLeast', params: { least: 0 } } as never]))],
  ['a guard made by or', guarded(or(['isEven', { type: 'isAtLeast', params: { least: 0 } } as never]))],
  ['a guard made by not', guarded(not('isEven'))],
  ['a guard on states', guarded(stateIn('#random.s0'))],
];

function guarded(guard: unknown): Addition {
  return toTransitionsOf('s0', 'first.happened', [{ guard, target: 's1', actions: more }, { target: 's2' }]);
}

function nested(): Config {
  return {
    initial: 'inner',
    states: {
      inner: { on: { 'first.happened': 'outer', 'second.happened': { actions: more } } },
      outer: { on: { 'first.happened': 'inner' }, entry: more },
    },
  };
}

describe.each(additions)('the fold of a random machine with %s', (_, addition) => {
  const config = flatConfig.map((flat) => ({ ...flat, ...addition(flat.states) }));

  it('steps through the very states that XState steps through', () => {
    fc.assert(
      fc.property(config, amountEvents, (given, events) => {
        const machine = machineOf(given);
        expect(stepsOfFold(foldOf(machine), events)).toEqual(stepsOfXState(machine, events));
      }),
      { numRuns: 60 },
    );
  });

  it('steps on from a state that came out of a snapshot, and leaves that state as it was', () => {
    fc.assert(
      fc.property(config, amountEvents, (given, events) => {
        const machine = machineOf(given);
        expect(stepsOfFold(foldOf(machine), events, restored)).toEqual(stepsOfXState(machine, events));
      }),
      { numRuns: 60 },
    );
  });

  it('accepts an event exactly when XState can take it', () => {
    fc.assert(
      fc.property(config, amountEvents, (given, events) => {
        const machine = machineOf(given);
        expect(acceptedByFold(foldOf(machine), events)).toEqual(acceptedByXState(machine, events));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a fold', () => {
  it('gives one and the same result for one and the same step, however often it is asked', () => {
    fc.assert(
      fc.property(flatConfig, amountEvents, (config, events) => {
        const fold = foldOf(machineOf(config));
        expect(stepsOfFold(fold, events)).toEqual(stepsOfFold(fold, events));
      }),
    );
  });

  it('gives what a guard throws to its caller, also where XState runs it', () => {
    const fold = foldOf(
      createMachine({
        initial: 'outer',
        states: {
          outer: {
            initial: 'inner',
            states: {
              inner: {
                on: {
                  'it.happened': {
                    guard: () => {
                      throw new RangeError('no more');
                    },
                    target: 'inner',
                  },
                },
              },
            },
          },
        },
      }),
    );
    expect(() => fold.step(fold.initial, { type: 'it.happened' })).toThrow('no more');
  });

  it('gives what an assignment throws to its caller, also where XState runs it', () => {
    const fold = foldOf(
      createMachine({
        initial: 's',
        context: { a: 0 },
        states: {
          s: { on: { 'it.happened': 't' } },
          t: {
            entry: assign({
              a: () => {
                throw new RangeError('no more');
              },
            }),
          },
        },
      }),
    );
    expect(() => fold.step(fold.initial, { type: 'it.happened' })).toThrow('no more');
  });

  it('refuses a machine that is not pure', () => {
    expect(() =>
      foldOf(createMachine({ id: 'm', initial: 's', states: { s: { after: { 10: 's' } } } })),
    ).toThrow('machine m, state s');
  });

  it('refuses a history state: what it remembers is no part of a snapshot', () => {
    const remembering = createMachine({
      id: 'm',
      initial: 's',
      states: {
        s: {
          initial: 't',
          on: { 'door.left': 'out' },
          states: { t: { on: { 'door.entered': 'u' } }, u: {}, back: { type: 'history' } },
        },
        out: { on: { 'door.entered': 's.back' } },
      },
    });
    expect(() => foldOf(remembering)).toThrow('machine m, state s.back');
  });
});
