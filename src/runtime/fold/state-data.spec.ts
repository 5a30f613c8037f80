/** States are plain data that nobody changes in place. */
import { assign, createMachine } from 'xstate';
import { foldOf } from './fold.js';
import { NotData, freezeData } from './state-data.js';

class Money {
  constructor(readonly euros: number) {}
}

const added = (euros: number): { type: string; euros: number } => ({ type: 'added', euros });

const machineOf = (context: object, change: (context: never, event: never) => object) =>
  createMachine({
    context,
    initial: 'open',
    states: {
      open: {
        on: { added: { actions: assign(({ context: now, event }) => change(now as never, event as never)) } },
      },
    },
  });

describe('a state', () => {
  it('may hold everything that a snapshot brings back as it was', () => {
    const data = {
      a: [1, 'x', null, undefined, true, 5n],
      b: new Map([['k', { c: new Set([1]) }]]),
      d: new Date(0),
    };
    expect(() => {
      freezeData({ ...data, e: new Uint8Array(2), f: Object.create(null) as object }, 'context');
    }).not.toThrow();
    expect(Object.isFrozen(data.a)).toBe(true);
    expect(Object.isFrozen(data.b.get('k'))).toBe(true);
  });

  it.each([
    [{ total: new Money(0) }, 'context.total is an instance of Money'],
    [{ list: [{ of: new Money(0) }] }, 'context.list[0].of is an instance of Money'],
    [{ by: new Map([['a', new Money(0)]]) }, 'context.by.get(a) is an instance of Money'],
    [{ f: () => 1 }, 'context.f is a function'],
    [{ r: /x/ }, 'context.r is an instance of RegExp'],
  ])('cannot be %j', (context, message) => {
    expect(() => {
      freezeData(context, 'context');
    }).toThrow(message);
    expect(() => foldOf(machineOf(context, () => ({})))).toThrow(message);
  });

  it('may lead back to itself', () => {
    const context: { self?: unknown } = {};
    context.self = context;
    expect(() => {
      freezeData(context, 'context');
    }).not.toThrow();
  });

  it('is refused as soon as a step makes it something else', () => {
    const fold = foldOf(
      machineOf({ total: 0 }, (_: never, { euros }: { euros: number }) => ({ total: new Money(euros) })),
    );
    expect(() => fold.step(fold.initial, added(3))).toThrow(NotData);
    expect(() => fold.step(fold.initial, added(3))).toThrow('context.total is an instance of Money');
  });

  it('cannot be changed in place, and the error says by what', () => {
    const pushing = machineOf({ list: [] }, ({ list }: { list: number[] }, { euros }: { euros: number }) => {
      list.push(euros);
      return { list };
    });
    const fold = foldOf<{ list: number[] }>(pushing);
    expect(() => fold.step(fold.initial, added(3))).toThrow(
      'an action or guard changes the context in place in state "open", at added: it must return a new value instead',
    );
    const restored = structuredClone(fold.initial);
    expect(() => fold.step(restored, added(3))).toThrow(/changes the context in place/);
    expect(fold.initial.context.list).toEqual([]);
  });

  it('is not looked through after each step in production, only at the beginning', () => {
    const fold = foldOf<{ total: unknown }>(
      machineOf({ total: 0 }, () => ({ total: new Money(1) })),
      { checksSteps: false },
    );
    expect(fold.step(fold.initial, added(1)).context.total).toBeInstanceOf(Money);
    expect(() =>
      foldOf(
        machineOf({ total: new Money(0) }, () => ({})),
        { checksSteps: false },
      ),
    ).toThrow(NotData);
  });
});
