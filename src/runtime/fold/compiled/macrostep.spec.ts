/** Eventless transitions, raised events, and where they end. */
import { assign, enqueueActions, not, raise, stateIn } from 'xstate';
import { adds, after, compiled, trailAfter, type Config } from '../../../../test/support/small-machines.js';

describe('what follows an event', () => {
  it('are eventless transitions first, then raised events in their order', () => {
    const fold = compiled({
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

  it('is not awaited from outside when an action raises it as an object', () => {
    const { awaits } = compiled(
      {
        entry: 'tell',
        exit: raise({ type: 'second' }),
        on: {
          go: { actions: raise(() => ({ type: 'third' })) },
          first: { actions: adds('first') },
          second: { actions: adds('second') },
          third: { actions: adds('third') },
          'a.*': { actions: adds('any') },
        },
      },
      { actions: { tell: raise({ type: 'first' }) } },
    );
    expect([...awaits]).toEqual(['go', 'third']);
  });

  it('is the done event of a state whose final state was entered, with its output', () => {
    const fold = compiled({
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

  it('is nothing once the machine is done, which still takes events, as in XState', () => {
    const fold = compiled({
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

  it('does not depend on which region was entered first', () => {
    const side = (name: string): Config => ({
      initial: 'off',
      states: {
        off: { on: { [`${name}.on`]: 'on' } },
        on: { always: { guard: stateIn({ gate: 'open' }), target: 'through', actions: adds(name) } },
        through: {},
      },
    });
    const fold = compiled({
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

describe('a machine with an endless loop', () => {
  const restless = {
    initial: 'a',
    states: { a: { on: { go: 'b' } }, b: { always: { target: 'c' } }, c: { always: { target: 'b' } } },
  };

  it('fails after as many microsteps as its `maxIterations`', () => {
    const fold = compiled({ ...restless, options: { maxIterations: 7 } });
    expect(() => after(fold, 'go')).toThrow(
      'machine m does not come to rest: 7 microsteps followed on one event',
    );
  });

  it('fails after a million without that option, where XState loops for ever', () => {
    expect(() => after(compiled(restless), 'go')).toThrow('1000000 microsteps followed on one event');
  });

  it('is refused when it loops at the start', () => {
    expect(() => compiled({ ...restless, initial: 'b', options: { maxIterations: 7 } })).toThrow(
      'machine m does not come to rest',
    );
  });

  it('is not one with an eventless transition that changes nothing', () => {
    const fold = compiled({
      initial: 'a',
      states: { a: { always: { target: 'a' }, on: { go: 'b' } }, b: {} },
    });
    expect(after(fold, 'go').value).toBe('b');
  });
});

describe('enqueueActions', () => {
  const fold = compiled(
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

  it('runs what was enqueued in its order, and checks guards on the state before', () => {
    expect(trailAfter(fold, 'go')).toEqual(['assigned', 'named', 'raised']);
  });

  it('checks guards at the start as XState does: with the first value, but only the root active', () => {
    const seen: boolean[] = [];
    compiled({
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
