/** Which actions a fold refuses, and with which message. */
import {
  assign,
  cancel,
  emit,
  enqueueActions,
  fromPromise,
  log,
  raise,
  sendParent,
  sendTo,
  spawnChild,
  stopChild,
} from 'xstate';
import { compiling, doing, inState, type Config } from '../../../../test/support/small-machines.js';

const work = fromPromise(() => Promise.resolve());
const effect = (): void => undefined;

describe('an action with an effect outside the context', () => {
  it.each<[string, unknown]>([
    ['a function', effect],
    ['sendTo', sendTo('other', { type: 'more.happened' })],
    ['sendParent', sendParent({ type: 'more.happened' })],
    ['spawnChild', spawnChild(work)],
    ['stopChild', stopChild('other')],
    ['emit', emit({ type: 'more.happened' })],
    ['log', log('more')],
    ['cancel', cancel('timer')],
  ])('is refused: %s', (_, action) => {
    expect(compiling(doing(action))).toThrow(/^machine m, state s: the action .* is not an assign/);
  });

  it('is refused by its name when it has one', () => {
    expect(compiling(doing('notify'), { actions: { notify: effect } })).toThrow(
      'machine m, state s: the action notify is not an assign',
    );
  });

  it('is refused also after an assignment', () => {
    expect(compiling(doing([assign({ a: 1 }), effect]))).toThrow(
      'machine m, state s: the action (inline) is not an assign',
    );
  });

  it.each<[string, unknown]>([
    ['milliseconds', raise({ type: 'more.happened' }, { delay: 5 })],
    ['a function of time', raise({ type: 'more.happened' }, { delay: () => 5 })],
    ['a name', raise({ type: 'more.happened' }, { delay: 'later' } as never)],
  ])('is refused when it raises an event after %s', (_, action) => {
    expect(compiling(doing(action))).toThrow(
      'machine m, state s: the action xstate.raise raises its event later; record an event when the time has come',
    );
  });

  it('is refused when it raises a name instead of an event', () => {
    expect(compiling(doing(raise('more.happened' as never)))).toThrow(
      "machine m, state s: the action xstate.raise raises more.happened as a name; raise({ type: 'more.happened' }) is",
    );
  });

  it.each<[string, Config, string]>([
    ['on entry', inState({ entry: effect }), 's'],
    ['on exit', inState({ exit: effect }), 's'],
    ['on entry of the machine', { ...inState({}), entry: effect }, '(root)'],
    ['in a transition', doing(effect), 's'],
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
    expect(compiling(config)).toThrow(`machine m, state ${state}: the action (inline) is not an assign`);
  });
});

describe('an effect that is enqueued', () => {
  const enqueueing = (collect: (args: never) => void): (() => unknown) => {
    const fold = compiling(doing(enqueueActions(collect as never)))();
    return () => fold.step(fold.initial, { type: 'it.happened' });
  };

  it.each(['cancel', 'emit', 'sendParent', 'sendTo', 'spawnChild', 'stopChild'])(
    'is refused once it is: enqueue.%s',
    (name) => {
      const step = enqueueing(({ enqueue }: { enqueue: Readonly<Record<string, () => void>> }) =>
        enqueue[name]?.(),
      );
      expect(step).toThrow(`machine m, state s: enqueue.${name} is not an assign`);
    },
  );

  it('is refused when it is enqueued: a function', () => {
    const step = enqueueing(({ enqueue }: { enqueue: (action: unknown) => void }) => {
      enqueue(effect);
    });
    expect(step).toThrow('machine m, state s: the action (inline) is not an assign');
  });

  it('is refused when it is enqueued: an event that is raised later', () => {
    const step = enqueueing(({ enqueue }: { enqueue: { raise: typeof raise } }) => {
      enqueue.raise({ type: 'more.happened' }, { delay: 5 });
    });
    expect(step).toThrow('machine m, state s: the action xstate.raise raises its event later');
  });

  it('is refused when the machine is defined, if it is enqueued at the start', () => {
    const config = inState({
      entry: enqueueActions(({ enqueue }) => {
        enqueue.emit({ type: 'more.happened' });
      }),
    });
    expect(compiling(config)).toThrow('machine m, state s: enqueue.emit is not an assign');
  });
});

describe('a function with a parameter that a fold does not have', () => {
  it.each<[string, Config, string]>([
    [
      'spawn, in an assign of the whole',
      doing(assign(({ context, spawn }) => ({ ...context, a: spawn }))),
      'spawn',
    ],
    ['spawn, in an assign of a member', doing(assign({ a: ({ spawn: start }) => start })), 'spawn'],
    [
      'self, in a function with a name',
      doing(
        assign(function named({ self }) {
          return { a: self };
        }),
      ),
      'self',
    ],
    [
      'system, in enqueueActions',
      doing(
        enqueueActions(({ enqueue, system }) => {
          enqueue.assign({ a: system });
        }),
      ),
      'system',
    ],
    ['self, in a raised event', doing(raise(({ self }) => ({ type: 'more.happened', self }))), 'self'],
    [
      'self, in the output of a final state',
      inState({
        initial: 't',
        states: { t: { type: 'final', output: ({ self }: { self: unknown }) => self } },
      }),
      'self',
    ],
  ])('is refused: %s', (_, config, name) => {
    expect(compiling(config)).toThrow(
      new RegExp(`^machine m, state s.*: a function takes ${name}, which a fold does not have$`),
    );
  });

  it.each(['input', 'spawn', 'self'])('is refused where it makes the context: %s', (name) => {
    const context = {
      input: ({ input }: { input: unknown }) => ({ a: input }),
      spawn: ({ spawn }: { spawn: unknown }) => ({ a: spawn }),
      self: ({ self }: { self: unknown }) => ({ a: self }),
    }[name];
    expect(compiling({ context })).toThrow(
      `machine m, state (root): a function takes ${name}, which a fold does not have`,
    );
  });

  it('cannot spawn even if its parameters do not show it', () => {
    const fold = compiling(doing(assign((args) => ({ a: args.spawn('work' as never) }))))();
    expect(() => fold.step(fold.initial, { type: 'it.happened' })).toThrow(
      'an assignment spawns, and a fold has no actors',
    );
  });

  it('is not refused for using the name elsewhere', () => {
    expect(
      compiling(doing(assign(({ event }) => ({ a: (event as unknown as { spawn: number }).spawn })))),
    ).not.toThrow();
  });
});
