/** Which machines are refused, and with which message. */
import { and, fromPromise, not, stateIn } from 'xstate';
import { compiling, doing, inState, type Config } from '../../../../test/support/small-machines.js';

const work = fromPromise(() => Promise.resolve());

const asking = (guard: unknown): Config => inState({ on: { 'it.happened': { guard } } });

describe('a machine that is not pure', () => {
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
    [
      'remembers: what a history state remembers is no part of a snapshot',
      inState({ initial: 't', states: { t: {}, back: { type: 'history' } } }),
      'machine m, state s.back: a fold cannot remember (history)',
    ],
  ])('%s, and the state is named', (_, config, message) => {
    expect(compiling(config)).toThrow(message);
  });
});

describe('a name without an implementation', () => {
  it.each<[string, Config, string]>([
    ['an action', doing('missing'), 'the action missing has no implementation'],
    [
      'an action with parameters',
      doing({ type: 'missing', params: { by: 1 } }),
      'the action missing has no implementation',
    ],
    ['a guard', asking('missing'), 'the guard missing has no implementation'],
    [
      'a guard with parameters',
      asking({ type: 'missing', params: { by: 1 } }),
      'the guard missing has no implementation',
    ],
    ['a guard within others', asking(and([not('missing')])), 'the guard missing has no implementation'],
  ])('is refused: %s', (_, config, message) => {
    expect(compiling(config)).toThrow(`machine m, state s: ${message}`);
  });

  it('is refused: a state in `stateIn`', () => {
    expect(compiling(asking(stateIn('#m.t')))).toThrow(
      "machine m, state s: Child state 't' does not exist on 'm'",
    );
  });
});

describe('a wildcard that matches nothing', () => {
  it.each(['it.*.now', '*.happened', 'it*', '*.*'])(
    'is refused with the name of the state: %s',
    (descriptor) => {
      expect(compiling(inState({ on: { [descriptor]: 's' } }))).toThrow(
        `machine m, state s: no event matches ${descriptor}; a wildcard is the whole of a descriptor or its last part`,
      );
    },
  );

  it.each(['*', 'it.*', 'it.has.*'])('is not one at the end: %s', (descriptor) => {
    expect(compiling(inState({ on: { [descriptor]: 's' } }))).not.toThrow();
  });
});

describe('a built-in guard of XState that the compiler does not know', () => {
  it('is refused with the name of the state', () => {
    const unheard = Object.assign(() => true, { check: () => true });
    expect(compiling(asking(unheard))).toThrow(
      'machine m, state s: a guard is of a kind that a fold does not know',
    );
  });
});

describe('a transition to two states that cannot be active together', () => {
  it('is refused with the name of the state', () => {
    const torn = {
      initial: 's',
      states: {
        s: { on: { 'it.happened': { target: ['#m.t.u', '#m.t.v'] } } },
        t: { initial: 'u', states: { u: {}, v: {} } },
      },
    };
    expect(compiling(torn)).toThrow('machine m, state s: a transition enters two states of m.t at once');
  });
});
