/** States are plain data that nobody changes in place. */
import { deserialize, serialize } from 'node:v8';
import { assign, createMachine, setup } from 'xstate';
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
    [{ b: Buffer.from('a') }, 'context.b is an instance of Buffer'],
    [{ m: new (class Prices extends Map {})() }, 'context.m is an instance of Prices'],
    [{ s: new (class Names extends Set {})() }, 'context.s is an instance of Names'],
    [{ d: new (class Day extends Date {})() }, 'context.d is an instance of Day'],
    [{ l: new (class List extends Array {})() }, 'context.l is an instance of List'],
    [{ o: { [Symbol('s')]: 1 } }, 'context.o is an object with a member named by a symbol'],
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

  it.each<[string, object, (context: never) => void]>([
    ['a Map is set', { of: new Map() }, ({ of }: { of: Map<string, number> }) => of.set('a', 1)],
    [
      'a Map is cleared',
      { of: new Map() },
      ({ of }: { of: Map<string, number> }) => {
        of.clear();
      },
    ],
    ['a Set is added to', { of: new Set() }, ({ of }: { of: Set<number> }) => of.add(1)],
    ['a Set is deleted from', { of: new Set([1]) }, ({ of }: { of: Set<number> }) => of.delete(1)],
    ['a Date is set', { of: new Date(0) }, ({ of }: { of: Date }) => of.setFullYear(2000)],
  ])('cannot be changed in place when %s', (_, context, change) => {
    const machine = machineOf(context, (now: never) => {
      change(now);
      return {};
    });
    const fold = foldOf(machine);
    const message =
      /changes the context in place in state "open", at added: .*: the action \(inline\): a \w+ of a state is read only/;
    expect(() => fold.step(fold.initial, added(1))).toThrow(message);
    expect(() => fold.step(structuredClone(fold.initial), added(1))).toThrow(message);
  });

  it('can be copied, serialized and compared although it is frozen', () => {
    const context = { m: new Map([['a', 1]]), s: new Set([1]), d: new Date(0) };
    freezeData(context, 'context');
    expect(structuredClone(context)).toEqual({ m: new Map([['a', 1]]), s: new Set([1]), d: new Date(0) });
    expect(deserialize(serialize(context))).toEqual(context);
    expect(new Map(context.m).set('b', 2).size).toBe(2);
  });

  it('names the state and the action or the guard that does what it must not', () => {
    const machine = setup({
      actions: {
        sum: assign({ total: () => new Money(1) }),
        push: assign(({ context }) => {
          (context as unknown as { list: number[] }).list.push(1);
          return {};
        }),
        nothing: assign({}),
      },
      guards: {
        sorted: ({ context }) => (context as unknown as { list: number[] }).list.reverse().length > 0,
      },
    }).createMachine({
      id: 'till',
      context: { list: [1, 2] },
      initial: 'open',
      states: {
        open: {
          on: {
            sold: { actions: ['nothing', 'sum', 'nothing'] },
            kept: { actions: ['nothing', 'push'] },
            listed: { guard: 'sorted', actions: 'nothing' },
          },
        },
      },
    });
    const fold = foldOf(machine);
    const stepping = (type: string) => () => fold.step(fold.initial, { type });
    expect(stepping('sold')).toThrow(
      /context\.total is an instance of Money.*\(machine till, state open: the action sum, at sold\)/,
    );
    expect(stepping('kept')).toThrow('machine till, state open: the action push: Cannot add property');
    expect(stepping('listed')).toThrow(
      'machine till, state open: the guard sorted: Cannot assign to read only',
    );
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
