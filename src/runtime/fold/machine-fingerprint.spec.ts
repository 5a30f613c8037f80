/** What changes the fingerprint of a machine. */
import { assign, createMachine, setup, type AnyStateMachine } from 'xstate';
import { z } from 'zod';
import { defineEvent } from '../event-log/contracts/event-contract.js';
import { fingerprintOf } from './machine-fingerprint.js';

const counted = (change: (count: number) => number, initial = 0n): AnyStateMachine =>
  setup({
    types: { context: {} as { readonly count: number; readonly large: bigint } },
    actions: { count: assign({ count: ({ context }) => change(context.count) }) },
  }).createMachine({
    id: 'counted',
    context: { count: 0, large: initial },
    initial: 'on',
    states: { on: { on: { 'thing.done': { actions: 'count' } } } },
  });

const increment = (count: number): number => count + 1;
const inline = (amount: 'one' | 'two'): AnyStateMachine =>
  setup({
    types: { context: {} as { readonly count: number } },
    actions: {
      count:
        amount === 'one'
          ? assign({ count: ({ context }) => context.count + 1 })
          : assign({ count: ({ context }) => context.count + 2 }),
    },
  }).createMachine({ context: { count: 0 }, on: { 'thing.done': { actions: 'count' } } });

const done = (revision: number): ReturnType<typeof defineEvent> =>
  defineEvent({ type: 'thing.done', revision, schema: z.strictObject({}) });

describe('the fingerprint of a machine', () => {
  it('is the same for a machine that is created twice', () => {
    expect(fingerprintOf(counted(increment), [done(1)])).toBe(fingerprintOf(counted(increment), [done(1)]));
  });

  it('differs with the initial context', () => {
    expect(fingerprintOf(counted(increment, 1n), [])).not.toBe(fingerprintOf(counted(increment), []));
  });

  it('differs with the source of an assignment', () => {
    expect(fingerprintOf(inline('one'), [])).not.toBe(fingerprintOf(inline('two'), []));
  });

  it('differs with the revisions that are consumed', () => {
    expect(fingerprintOf(inline('one'), [done(1)])).not.toBe(fingerprintOf(inline('one'), [done(2)]));
  });

  it.each<[string, unknown, unknown]>([
    ['a RegExp', /a/, /b/],
    ['a flag of a RegExp', /a/, /a/i],
    ['a Date', new Date(0), new Date(1)],
    ['a Map', new Map([['a', 1]]), new Map([['a', 2]])],
    ['a Set', new Set([1]), new Set([2])],
    ['Infinity and -Infinity', Infinity, -Infinity],
    ['Infinity and null', Infinity, null],
    ['NaN and null', NaN, null],
  ])('differs with %s in the definition', (_, one, other) => {
    const withMeta = (meta: unknown): AnyStateMachine => createMachine({ id: 'm', meta: { meta } } as never);
    expect(fingerprintOf(withMeta(one), [])).toBe(fingerprintOf(withMeta(one), []));
    expect(fingerprintOf(withMeta(one), [])).not.toBe(fingerprintOf(withMeta(other), []));
  });

  it('differs with the version', () => {
    expect(fingerprintOf(inline('one'), [], 2)).not.toBe(fingerprintOf(inline('one'), []));
    expect(fingerprintOf(inline('one'), [], 2)).not.toBe(fingerprintOf(inline('one'), [], 3));
  });

  it('is that from before there were versions when the version is 1', () => {
    const machine = createMachine({ id: 'm', context: { a: 1, b: 2n, c: null } } as never);
    expect(fingerprintOf(machine, [done(1)], 1)).toBe('iYo40uZClByb-7xxdKLVTVbSCaz4n9dcp1mBUKRO7hw');
  });
});
