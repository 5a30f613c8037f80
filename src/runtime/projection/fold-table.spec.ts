import { and, assign, createMachine, not, or, stateIn, type AnyStateMachine } from 'xstate';
import fc from 'fast-check';
import { amountEvents, flatConfig, machineOf } from '../../../test/support/random-machines.js';
import {
  acceptedByFold,
  acceptedByXState,
  restored,
  stepsOfFold,
  stepsOfXState,
} from '../../../test/support/stepwise.js';
import type { Fold, FoldState } from './fold-state.js';
import { foldByTable } from './fold-table.js';
import { foldOf } from './fold.js';

function tableFold(machine: AnyStateMachine): Fold {
  const fold = foldByTable(machine, foldOf(machine).initial);
  if (fold === undefined) throw new Error('the machine is flat, but was not taken');
  return fold;
}

function isTaken(config: Readonly<Record<string, unknown>>): boolean {
  const machine = machineOf({ id: 'm', context: { a: 0, b: 0 }, initial: 's', ...config });
  return foldByTable(machine, { value: 's', context: {} }) !== undefined;
}

describe('a flat machine as a table', () => {
  it('steps through the very states that XState steps through', () => {
    fc.assert(
      fc.property(flatConfig, amountEvents, (config, events) => {
        const machine = machineOf(config);
        expect(stepsOfFold(tableFold(machine), events)).toEqual(stepsOfXState(machine, events));
      }),
      { numRuns: 300 },
    );
  });

  it('steps on from a state that came out of a snapshot, and leaves that state as it was', () => {
    fc.assert(
      fc.property(flatConfig, amountEvents, (config, events) => {
        const machine = machineOf(config);
        expect(stepsOfFold(tableFold(machine), events, restored)).toEqual(stepsOfXState(machine, events));
      }),
    );
  });

  it('accepts an event exactly when XState can take it', () => {
    fc.assert(
      fc.property(flatConfig, amountEvents, (config, events) => {
        const machine = machineOf(config);
        expect(acceptedByFold(tableFold(machine), events)).toEqual(acceptedByXState(machine, events));
      }),
      { numRuns: 300 },
    );
  });

  it('hands on the same state when there is no transition for the event', () => {
    const fold = tableFold(machineOf({ initial: 's', context: { a: 1, b: 2 }, states: { s: {} } }));
    expect(fold.step(fold.initial, { type: 'unknown.happened' })).toBe(fold.initial);
  });

  it('tries the transitions of the state before those of the machine', () => {
    const fold = tableFold(
      machineOf({
        initial: 's',
        context: { a: 0, b: 0 },
        on: { 'it.happened': '.machine' },
        states: { s: { on: { 'it.happened': 'own' } }, own: {}, machine: {} },
      }),
    );
    const own = fold.step(fold.initial, { type: 'it.happened' });
    expect(own.value).toBe('own');
    expect(fold.step(own, { type: 'it.happened' }).value).toBe('machine');
  });

  it('does not accept an event that the state forbids, and does not leave it to the machine', () => {
    const fold = tableFold(
      machineOf({
        initial: 's',
        context: { a: 0, b: 0 },
        on: { 'it.happened': '.other' },
        states: { s: { on: { 'it.happened': {} } }, other: {} },
      }),
    );
    expect(fold.accepts(fold.initial, { type: 'it.happened' })).toBe(false);
    expect(fold.step(fold.initial, { type: 'it.happened' }).value).toBe('s');
  });
});

describe('what throws in a flat machine', () => {
  const throwing = (): never => {
    throw new RangeError('no more');
  };
  const stepWith = (transition: object): (() => FoldState) => {
    const fold = tableFold(
      createMachine({
        initial: 's',
        context: { a: 0 },
        states: { s: { on: { 'it.happened': transition } } },
      } as never),
    );
    return () => fold.step(fold.initial, { type: 'it.happened' });
  };

  it.each([
    ['a guard', { guard: throwing, target: 's' }],
    ['an assign of a member', { actions: assign({ a: throwing }) }],
    ['an assign of the whole', { actions: assign(throwing as never) }],
  ])('%s: the error comes out as it was thrown', (_, transition) => {
    expect(stepWith(transition)).toThrow(new RangeError('no more'));
  });

  it('leaves the state before it untouched when a later assign throws', () => {
    const fold = tableFold(
      createMachine({
        initial: 's',
        context: { a: 0 },
        states: { s: { on: { 'it.happened': { actions: [assign({ a: 7 }), assign(throwing as never)] } } } },
      } as never),
    );
    expect(() => fold.step(fold.initial, { type: 'it.happened' })).toThrow('no more');
    expect(fold.initial).toEqual({ value: 's', context: { a: 0 } });
  });
});

describe('a machine that is left to XState', () => {
  const changes = assign({ a: 1 });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['nested states', { states: { s: { initial: 't', states: { t: {} } } } }],
    ['parallel regions', { initial: undefined, type: 'parallel', states: { s: {}, t: {} } }],
    ['a final state', { states: { s: { on: { 'it.happened': 'end' } }, end: { type: 'final' } } }],
    ['a wildcard', { states: { s: { on: { '*': { actions: changes } } } } }],
    ['a partial wildcard', { states: { s: { on: { 'it.*': { actions: changes } } } } }],
    ['an eventless transition', { states: { s: { always: { guard: 'isEven', target: 't' } }, t: {} } }],
    ['an entry action', { states: { s: { entry: changes } } }],
    ['an exit action', { states: { s: { exit: changes } } }],
    ['an entry action of its own', { entry: changes, states: { s: {} } }],
    [
      'an action of the initial transition',
      { initial: { target: 's', actions: changes }, states: { s: {} } },
    ],
    [
      'a composed guard: and',
      { states: { s: { on: { 'it.happened': { guard: and(['isEven']), target: 's' } } } } },
    ],
    [
      'a composed guard: or',
      { states: { s: { on: { 'it.happened': { guard: or(['isEven']), target: 's' } } } } },
    ],
    [
      'a composed guard: not',
      { states: { s: { on: { 'it.happened': { guard: not('isEven'), target: 's' } } } } },
    ],
    [
      'a guard on states',
      { states: { s: { on: { 'it.happened': { guard: stateIn('#m.s'), target: 's' } } } } },
    ],
    ['a transition to the machine as a whole', { states: { s: { on: { 'it.happened': '#m' } } } }],
    [
      'a named guard without implementation',
      { states: { s: { on: { 'it.happened': { guard: 'nobody', target: 's' } } } } },
    ],
  ])('has %s', (_, config) => {
    expect(isTaken(config)).toBe(false);
  });
});
