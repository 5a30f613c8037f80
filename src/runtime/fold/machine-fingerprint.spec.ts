/** What changes the fingerprint of a machine. */
import { assign, setup, type AnyStateMachine } from 'xstate';
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
});
