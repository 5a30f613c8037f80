/** The steps of a fold, in XState’s terms. */
import { assign } from 'xstate';
import { frozen } from '../../../test/support/frozen.js';
import { adds, after, compiled, trailAfter, type Config } from '../../../test/support/small-machines.js';
import type { FoldEvent } from './fold-state.js';

describe('a step', () => {
  const fold = compiled({
    initial: 'closed',
    on: { 'door.painted': { actions: adds('painted') }, 'door.opened': '.broken' },
    states: {
      closed: { on: { 'door.opened': 'open', 'door.closed': {} } },
      open: { on: { 'door.closed': 'closed', 'door.painted': {} } },
      broken: {},
    },
  });

  it('takes the transition of the state rather than that of the machine', () => {
    expect(after(fold, 'door.opened').value).toBe('open');
    expect(after(fold, 'door.opened', 'door.opened').value).toBe('broken');
  });

  it('returns the same object when there is no transition for the event', () => {
    expect(fold.step(fold.initial, { type: 'unknown.happened' })).toBe(fold.initial);
  });

  it('returns the same object when no guard holds, in one region or in several', () => {
    const never = { guard: () => false, actions: adds('never') };
    const still = { on: { 'door.painted': never } };
    const one = compiled(still);
    const several = compiled({ type: 'parallel', states: { left: still, right: still } });
    expect(one.step(one.initial, { type: 'door.painted' })).toBe(one.initial);
    expect(several.step(several.initial, { type: 'door.painted' })).toBe(several.initial);
    expect(several.step(several.initial, { type: 'unknown.happened' })).toBe(several.initial);
  });

  it('exits and enters the state again only if the transition re-enters', () => {
    const noted = { entry: adds('in'), exit: adds('out') };
    const self = compiled({
      initial: 's',
      states: { s: { ...noted, on: { again: { target: 's', reenter: true }, stayed: { target: 's' } } } },
    });
    expect(trailAfter(self, 'stayed')).toEqual(['in']);
    expect(trailAfter(self, 'again')).toEqual(['in', 'out', 'in']);
  });

  it('returns the same object when the event is forbidden', () => {
    expect(fold.step(fold.initial, { type: 'door.closed' })).toBe(fold.initial);
  });

  it('does not change the state before', () => {
    const before = frozen(after(fold, 'door.painted'));
    expect(fold.step(before, { type: 'door.painted' }).context.trail).toEqual(['painted', 'painted']);
    expect(before.context.trail).toEqual(['painted']);
  });

  it('gives the same result every time', () => {
    const before = after(fold, 'door.painted');
    expect(fold.step(before, { type: 'door.opened' })).toEqual(fold.step(before, { type: 'door.opened' }));
  });

  it('is not accepted when the event is forbidden or has no transition', () => {
    const open = after(fold, 'door.opened');
    expect(fold.accepts(open, { type: 'door.closed' })).toBe(true);
    expect(fold.accepts(open, { type: 'door.painted' })).toBe(false);
    expect(fold.accepts(open, { type: 'unknown.happened' })).toBe(false);
  });
});

describe('events of one type, whatever they hold', () => {
  const stays = { target: 's', reenter: true };
  const guarded = (holds: boolean): object => ({ ...stays, guard: () => holds });
  const region = (on: object): Config => ({ initial: 's', states: { s: { on } } });
  const fold = compiled({
    type: 'parallel',
    on: { forbidden: {}, parent: { target: '.one' }, 'any.*': { target: '.one' } },
    states: {
      one: region({ sure: stays, asked: guarded(true) }),
      two: region({ sure: guarded(false), asked: guarded(false) }),
    },
  });
  const simple = compiled(region({ only: stays }));

  it.each([
    ['are accepted when a transition of one region has no guard', fold, 'sure', true],
    ['are accepted by the parent', fold, 'parent', true],
    ['are accepted by a wildcard', fold, 'any.thing', true],
    ['are accepted in a state without regions', simple, 'only', true],
    ['are not accepted when there is no transition', fold, 'unknown', false],
    ['are not accepted when they are forbidden', fold, 'forbidden', false],
    ['are accepted or not as guards say', fold, 'asked', undefined],
  ])('%s', (_, asked, type, expected) => {
    expect(asked.acceptsAny?.(asked.initial, type)).toBe(expected);
    if (expected !== undefined) expect(asked.accepts(asked.initial, { type })).toBe(expected);
  });
});

describe('a step that runs nothing of the machine', () => {
  const stays = { target: 's', reenter: true };
  const inState = (on: object, others: object = {}): Config => ({
    initial: 's',
    states: { s: { on, ...others } },
  });
  const move = inState({ moved: stays });

  it.each<[string, Config, boolean]>([
    ['a transition only', move, true],
    ['no transition', inState({}), true],
    ['a guard', inState({ moved: { ...stays, guard: () => true } }), false],
    ['an action', inState({ moved: { ...stays, actions: adds('moved') } }), false],
    ['an action on entry', inState({ moved: stays }, { entry: adds('in') }), false],
    ['an action on exit', inState({ moved: stays }, { exit: adds('out') }), false],
    [
      'an eventless transition',
      inState({ moved: stays }, { always: { guard: () => false, target: 's' } }),
      false,
    ],
    ['regions, of which none is looked at', { type: 'parallel', states: { one: move, two: move } }, false],
  ])('is known: %s', (_, config, expected) => {
    const fold = compiled(config);
    expect(fold.runsNothing?.(fold.initial, 'moved')).toBe(expected);
  });
});

describe('nested and parallel states', () => {
  const region = (name: string): Config => ({
    initial: 'off',
    entry: adds(`into ${name}`),
    exit: adds(`out of ${name}`),
    states: {
      off: { on: { [`${name}.on`]: 'on' }, exit: adds(`${name} not off`) },
      on: { entry: adds(`${name} on`) },
    },
  });
  const fold = compiled({
    initial: 'idle',
    states: {
      idle: { on: { started: 'busy', 'straight.on': { target: ['#m.busy.left.on', '#m.busy.right.on'] } } },
      busy: {
        type: 'parallel',
        states: { left: region('left'), right: region('right') },
        on: { done: 'idle' },
      },
    },
  });

  it('have the value in XState’s form', () => {
    expect(after(fold, 'started', 'right.on').value).toEqual({ busy: { left: 'off', right: 'on' } });
  });

  it('are entered from the outside in, and exited from the inside out, the last first', () => {
    expect(trailAfter(fold, 'started', 'right.on', 'done')).toEqual([
      'into left',
      'into right',
      'right not off',
      'right on',
      'out of right',
      'left not off',
      'out of left',
    ]);
  });

  it('can be entered in several regions at once', () => {
    expect(after(fold, 'straight.on').value).toEqual({ busy: { left: 'on', right: 'on' } });
  });

  it('have a frozen value, which all states that have it share', () => {
    const { value } = after(fold, 'started');
    expect(after(fold, 'started').value).toBe(value);
    expect(Object.isFrozen(value)).toBe(true);
    expect(Object.isFrozen((value as unknown as { busy: object }).busy)).toBe(true);
  });

  it('are found from a state that was not folded here', () => {
    const restored = structuredClone(after(fold, 'started', 'right.on'));
    expect(fold.step(restored, { type: 'left.on' }).value).toEqual({ busy: { left: 'on', right: 'on' } });
  });

  it('are completed as in XState when a value names only some of them', () => {
    const partial = { value: { busy: { right: 'on' } }, context: { trail: [] } };
    expect(fold.step(partial, { type: 'left.on' }).value).toEqual({ busy: { left: 'on', right: 'on' } });
  });

  it('cannot be those of another machine', () => {
    const foreign = { value: { busy: { middle: 'on' } }, context: { trail: [] } };
    expect(() => fold.step(foreign, { type: 'left.on' })).toThrow("Child state 'middle' does not exist");
  });
});

describe('the initial state', () => {
  it('has the machine’s context, the same object', () => {
    const context = { trail: ['given'] };
    expect(compiled({ context }).initial).toEqual({ value: {}, context });
    expect(compiled({ context }).initial.context).toBe(context);
  });

  it('has the context that the function returns', () => {
    expect(compiled({ context: () => ({ trail: ['made'] }) }).initial.context.trail).toEqual(['made']);
  });

  it('is the state after all entry actions and what follows them', () => {
    const { initial } = compiled({
      entry: adds('machine'),
      initial: { target: 'a', actions: adds('initial') },
      states: { a: { entry: adds('a'), always: 'b' }, b: { entry: adds('b') } },
    });
    expect(initial).toEqual({ value: 'b', context: { trail: ['machine', 'initial', 'a', 'b'] } });
  });
});

describe('a function that throws', () => {
  const throwing = (): never => {
    throw new RangeError('no more');
  };

  it.each<[string, Config]>([
    ['a guard', { guard: throwing, target: 'b' }],
    ['an assign of a member', { actions: assign({ trail: throwing }) }],
    ['an assign of the whole', { actions: assign(throwing) }],
    ['the second of two assignments', { actions: [adds('first'), assign(throwing)] }],
  ])('in %s comes out as it was thrown, and leaves the state before as it was', (_, transition) => {
    const fold = compiled({ initial: 'a', states: { a: { on: { go: transition } }, b: {} } });
    expect(() => after(fold, 'go')).toThrow(new RangeError('no more'));
    expect(fold.initial).toEqual({ value: 'a', context: { trail: [] } });
  });
});

describe('more configurations than the cache holds', () => {
  const REGIONS = 14;
  const flag = (number: number): readonly [string, Config] => [
    `r${number}`,
    {
      initial: 'off',
      states: { off: { on: { [`r${number}`]: 'on' } }, on: { on: { [`r${number}`]: 'off' } } },
    },
  ];

  it('do not change the result', () => {
    const numbers = Array.from({ length: REGIONS }, (_, number) => number);
    const fold = compiled({ type: 'parallel', states: Object.fromEntries(numbers.map(flag)) });
    // The Gray code visits every combination by changing one region at a time.
    const changed = (step: number): number => numbers.find((bit) => (step >> bit) & 1) ?? 0;
    const events: FoldEvent[] = Array.from({ length: 2 ** REGIONS - 1 }, (_, index) => ({
      type: `r${changed(index + 1)}`,
    }));
    const states = new Set<string>();
    let state = fold.initial;
    for (const event of [...events, { type: `r${REGIONS - 1}` }]) {
      state = fold.step(state, event);
      states.add(JSON.stringify(state.value));
    }
    expect(states.size).toBe(2 ** REGIONS);
    expect(state.value).toEqual(fold.initial.value);
  });
});
