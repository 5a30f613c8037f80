import { assign, createMachine, enqueueActions, not, raise, stateIn } from 'xstate';
import { frozen } from '../../../../test/support/frozen.js';
import type { Fold, FoldEvent, FoldState } from '../fold-state.js';
import { compile } from './compile.js';

type Config = Readonly<Record<string, unknown>>;

/** Every assignment adds its name, so that the order shows. */
interface Trail {
  readonly trail: readonly string[];
}

const adds = (name: string): unknown =>
  assign({ trail: ({ context }: { context: Trail }) => [...context.trail, name] });

const foldOf = (config: Config, implementations: Config = {}): Fold<Trail> =>
  compile(createMachine({ id: 'm', context: { trail: [] }, ...config } as never, implementations as never));

const after = (fold: Fold<Trail>, ...types: readonly string[]): FoldState<Trail> =>
  types.reduce((state, type) => fold.step(state, { type }), fold.initial);

const trailAfter = (fold: Fold<Trail>, ...types: readonly string[]): readonly string[] =>
  after(fold, ...types).context.trail;

describe('a step', () => {
  const fold = foldOf({
    initial: 'closed',
    on: { 'door.painted': { actions: adds('painted') }, 'door.opened': '.broken' },
    states: {
      closed: { on: { 'door.opened': 'open', 'door.closed': {} } },
      open: { on: { 'door.closed': 'closed', 'door.painted': {} } },
      broken: {},
    },
  });

  it('goes where the transition of the state goes, and not where that of the machine would', () => {
    expect(after(fold, 'door.opened').value).toBe('open');
    expect(after(fold, 'door.opened', 'door.opened').value).toBe('broken');
  });

  it('hands on the very same state when there is no transition for the event', () => {
    expect(fold.step(fold.initial, { type: 'unknown.happened' })).toBe(fold.initial);
  });

  it('hands on the very same state when the event is forbidden', () => {
    expect(fold.step(fold.initial, { type: 'door.closed' })).toBe(fold.initial);
  });

  it('leaves the state before it as it was', () => {
    const before = frozen(after(fold, 'door.painted'));
    expect(fold.step(before, { type: 'door.painted' }).context.trail).toEqual(['painted', 'painted']);
    expect(before.context.trail).toEqual(['painted']);
  });

  it('gives one and the same result however often it is asked', () => {
    const before = after(fold, 'door.painted');
    expect(fold.step(before, { type: 'door.opened' })).toEqual(fold.step(before, { type: 'door.opened' }));
  });

  it('is not accepted where the event is forbidden, or nobody takes it', () => {
    const open = after(fold, 'door.opened');
    expect(fold.accepts(open, { type: 'door.closed' })).toBe(true);
    expect(fold.accepts(open, { type: 'door.painted' })).toBe(false);
    expect(fold.accepts(open, { type: 'unknown.happened' })).toBe(false);
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
  const fold = foldOf({
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

  it('are in the value as XState writes it', () => {
    expect(after(fold, 'started', 'right.on').value).toEqual({ busy: { left: 'off', right: 'on' } });
  });

  it('are entered from the outside, and exited from the inside, the last first', () => {
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

  it('have a value that nobody can change, for it is shared by all states that have it', () => {
    const { value } = after(fold, 'started');
    expect(after(fold, 'started').value).toBe(value);
    expect(Object.isFrozen(value)).toBe(true);
    expect(Object.isFrozen((value as unknown as { busy: object }).busy)).toBe(true);
  });

  it('are understood from a state that nobody has seen before', () => {
    const restored = structuredClone(after(fold, 'started', 'right.on'));
    expect(fold.step(restored, { type: 'left.on' }).value).toEqual({ busy: { left: 'on', right: 'on' } });
  });

  it('are completed, as XState does it, where a state names only some of them', () => {
    const partial = { value: { busy: { right: 'on' } }, context: { trail: [] } };
    expect(fold.step(partial, { type: 'left.on' }).value).toEqual({ busy: { left: 'on', right: 'on' } });
  });

  it('cannot be those of another machine', () => {
    const foreign = { value: { busy: { middle: 'on' } }, context: { trail: [] } };
    expect(() => fold.step(foreign, { type: 'left.on' })).toThrow("Child state 'middle' does not exist");
  });
});

describe('what follows on an event', () => {
  it('are eventless transitions first, and raised events then, in their order', () => {
    const fold = foldOf({
      initial: 'a',
      states: {
        a: {
          on: {
            go: {
              target: 'b',
              actions: [raise({ type: 'first' }), raise({ type: 'second' })],
            },
          },
        },
        b: { always: { target: 'c', actions: adds('eventless') } },
        c: { on: { first: { actions: adds('first') }, second: { actions: adds('second') } } },
      },
    });
    expect(trailAfter(fold, 'go')).toEqual(['eventless', 'first', 'second']);
  });

  it('is told which events are raised, as far as they are written down', () => {
    const { raises } = foldOf(
      {
        entry: 'tell',
        exit: raise({ type: 'second' }),
        on: { go: { actions: raise(() => ({ type: 'third' })) } },
      },
      { actions: { tell: raise({ type: 'first' }) } },
    );
    expect([...raises]).toEqual(['first', 'second']);
  });

  it('is that a state is done once a final state in it is entered, with the output of that', () => {
    const fold = foldOf({
      initial: 'outer',
      states: {
        outer: {
          initial: 'a',
          states: { a: { on: { go: 'end' } }, end: { type: 'final', output: () => 'the output' } },
          onDone: {
            target: 'after',
            actions: assign({ trail: ({ event }: { event: { output: string } }) => [event.output] }),
          },
        },
        after: {},
      },
    });
    expect(after(fold, 'go')).toEqual({ value: 'after', context: { trail: ['the output'] } });
  });

  it('is nothing more once the machine itself is done; it still takes events, as with XState', () => {
    const fold = foldOf({
      initial: 'a',
      on: { noted: { actions: adds('noted') }, again: '.a' },
      states: {
        a: { on: { go: 'end' } },
        end: { type: 'final', entry: raise({ type: 'noted' }), always: 'a' },
      },
    });
    expect(after(fold, 'go')).toEqual({ value: 'end', context: { trail: [] } });
    expect(after(fold, 'go', 'noted')).toEqual({ value: 'end', context: { trail: ['noted'] } });
    expect(after(fold, 'go', 'again', 'go').value).toBe('end');
  });

  it('does not depend on what was entered first, where two regions go on by themselves', () => {
    const side = (name: string): Config => ({
      initial: 'off',
      states: {
        off: { on: { [`${name}.on`]: 'on' } },
        on: { always: { guard: stateIn({ gate: 'open' }), target: 'through', actions: adds(name) } },
        through: {},
      },
    });
    const fold = foldOf({
      type: 'parallel',
      states: {
        left: side('left'),
        right: side('right'),
        gate: { initial: 'shut', states: { shut: { on: { opened: 'open' } }, open: {} } },
      },
    });
    const types = ['left.on', 'right.on'];
    expect(trailAfter(fold, ...types, 'opened')).toEqual(['left', 'right']);
    expect(trailAfter(fold, ...types.toReversed(), 'opened')).toEqual(['left', 'right']);
  });
});

describe('a machine that does not come to rest', () => {
  const restless = {
    initial: 'a',
    states: { a: { on: { go: 'b' } }, b: { always: { target: 'c' } }, c: { always: { target: 'b' } } },
  };

  it('fails after so many microsteps as it says', () => {
    const fold = foldOf({ ...restless, options: { maxIterations: 7 } });
    expect(() => after(fold, 'go')).toThrow(
      'machine m does not come to rest: 7 microsteps followed on one event',
    );
  });

  it('fails after a million when it says nothing, where XState goes on for ever', () => {
    expect(() => after(foldOf(restless), 'go')).toThrow('1000000 microsteps followed on one event');
  });

  it('is refused when that is how it starts', () => {
    expect(() => foldOf({ ...restless, initial: 'b', options: { maxIterations: 7 } })).toThrow(
      'machine m does not come to rest',
    );
  });

  it('is no machine with an eventless transition that changes nothing', () => {
    const fold = foldOf({ initial: 'a', states: { a: { always: { target: 'a' }, on: { go: 'b' } }, b: {} } });
    expect(after(fold, 'go').value).toBe('b');
  });
});

describe('enqueueActions', () => {
  const fold = foldOf(
    {
      initial: 'a',
      states: {
        a: {
          on: {
            go: {
              target: 'b',
              actions: enqueueActions(({ enqueue, check }) => {
                enqueue.assign({ trail: ['assigned'] });
                if (check(not(stateIn('b') as never))) enqueue('named');
                enqueue.raise({ type: 'raised' });
              }),
            },
          },
        },
        b: { on: { raised: { actions: adds('raised') } } },
      },
    },
    { actions: { named: adds('named') } },
  );

  it('carries out what was enqueued, in its order, and asks guards of the state before', () => {
    expect(trailAfter(fold, 'go')).toEqual(['assigned', 'named', 'raised']);
  });

  it('asks guards at the start as XState does: with the first value, but only the machine itself active', () => {
    const seen: boolean[] = [];
    foldOf({
      initial: 'a',
      entry: enqueueActions(({ check }) => {
        seen.push(
          check(stateIn('a') as never),
          check(stateIn('#m') as never),
          check(stateIn('#m.a') as never),
        );
      }),
      states: { a: {} },
    });
    expect(seen).toEqual([true, true, false]);
  });
});

describe('the initial state', () => {
  it('has the context of the machine, itself', () => {
    const context = { trail: ['given'] };
    expect(foldOf({ context }).initial).toEqual({ value: {}, context });
    expect(foldOf({ context }).initial.context).toBe(context);
  });

  it('has what the function of the context makes', () => {
    expect(foldOf({ context: () => ({ trail: ['made'] }) }).initial.context.trail).toEqual(['made']);
  });

  it('comes after all entry actions, and after what follows on them', () => {
    const { initial } = foldOf({
      entry: adds('machine'),
      initial: { target: 'a', actions: adds('initial') },
      states: { a: { entry: adds('a'), always: 'b' }, b: { entry: adds('b') } },
    });
    expect(initial).toEqual({ value: 'b', context: { trail: ['machine', 'initial', 'a', 'b'] } });
  });
});

describe('what throws', () => {
  const throwing = (): never => {
    throw new RangeError('no more');
  };

  it.each<[string, Config]>([
    ['a guard', { guard: throwing, target: 'b' }],
    ['an assign of a member', { actions: assign({ trail: throwing }) }],
    ['an assign of the whole', { actions: assign(throwing) }],
    ['the second of two assignments', { actions: [adds('first'), assign(throwing)] }],
  ])('in %s comes out as it was thrown, and leaves the state before as it was', (_, transition) => {
    const fold = foldOf({ initial: 'a', states: { a: { on: { go: transition } }, b: {} } });
    expect(() => after(fold, 'go')).toThrow(new RangeError('no more'));
    expect(fold.initial).toEqual({ value: 'a', context: { trail: [] } });
  });
});

describe('more configurations than are kept', () => {
  const REGIONS = 14;
  const flag = (number: number): readonly [string, Config] => [
    `r${number}`,
    {
      initial: 'off',
      states: { off: { on: { [`r${number}`]: 'on' } }, on: { on: { [`r${number}`]: 'off' } } },
    },
  ];

  it('are stepped through all the same', () => {
    const numbers = Array.from({ length: REGIONS }, (_, number) => number);
    const fold = foldOf({ type: 'parallel', states: Object.fromEntries(numbers.map(flag)) });
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
