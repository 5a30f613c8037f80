/** Which definitions of projections are accepted. */
import { assign, createMachine, raise, type AnyStateMachine } from 'xstate';
import { amountAdded, noteTaken } from '../../../test/support/amounts.js';
import type { AnyContract } from '../event-log/contracts/event-contract.js';
import { defineProjection, type ProjectionDefinition } from './define-projection.js';

const still = createMachine({ id: 'still', initial: 's', states: { s: {} } });

const define = (
  given: {
    readonly name?: string;
    readonly machine?: AnyStateMachine;
    readonly consumes?: readonly AnyContract[];
    readonly version?: number;
  } = {},
): ProjectionDefinition =>
  defineProjection({ name: 'total', machine: still, consumes: [amountAdded], view: () => ({}), ...given });

const reactingTo = (...types: readonly string[]): AnyStateMachine =>
  createMachine({
    initial: 's',
    states: { s: { on: Object.fromEntries(types.map((type) => [type, { target: 's' }])) } },
  } as never);

describe('a definition of a projection', () => {
  it('has the fold of its machine', () => {
    expect(define().fold.initial.value).toBe('s');
  });

  it.each(['total', 'daily-balance', 't', 'sum2'])('may be named %s', (name) => {
    expect(define({ name }).name).toBe(name);
  });

  it.each([
    '',
    'Total',
    '2nd',
    '-total',
    'daily balance',
    'daily_balance',
    '../other',
    'total/',
    'total\n',
    'x'.repeat(201),
  ])('cannot be named %j', (name) => {
    expect(() => define({ name })).toThrow(
      `projection ${name}: a name is at most 200 lower case letters, digits and hyphens, as in daily-balance`,
    );
  });

  it.each([
    ...['projections', 'health', 'events', 'docs', 'docs-yaml', 'commits', 'head', 'forwarding'],
    ...[
      'model',
      'problems',
      'verification',
      'storage',
      'console',
      'push',
      'log',
      'subscribe',
      'subscribers',
      'receive',
      'state',
    ],
  ])('cannot be named %s, where the runtime serves its own', (name) => {
    expect(() => define({ name })).toThrow(
      `projection ${name}: /${name} is where the runtime serves its own; any name will do but ` +
        'commits, console, docs, docs-yaml, events, forwarding, head, health, inspect, log, model, problems, projections, push, receive, ' +
        'state, storage, subscribe, subscribers, verification',
    );
  });

  it('has version 1, or the one that is given, which changes its fingerprint', () => {
    expect(define().version).toBe(1);
    expect(define({ version: 2 }).version).toBe(2);
    expect(define({ version: 1 }).fingerprint).toBe(define().fingerprint);
    expect(define({ version: 2 }).fingerprint).not.toBe(define().fingerprint);
  });

  it.each([0, -1, 1.5, NaN])('cannot have version %d', (version) => {
    expect(() => define({ version })).toThrow(
      `projection total: a version is a whole number from 1, and ${version} is not`,
    );
  });

  it('is refused with the name of the state when its machine is not pure', () => {
    const waiting = createMachine({ id: 'waiting', initial: 's', states: { s: { after: { 10: 's' } } } });
    expect(() => define({ machine: waiting })).toThrow('machine waiting, state s');
  });

  it('is refused with the name of the member when its initial context is no data', () => {
    const machine = createMachine({ id: 'money', context: { total: new URL('leftfold:m') } });
    expect(() => define({ machine })).toThrow(
      'machine money: context.total is an instance of URL, and a state holds plain data',
    );
  });

  it('is refused when its machine reacts to an event that it does not say it consumes', () => {
    expect(() => define({ machine: reactingTo('amount.added', 'note.taken') })).toThrow(
      'projection total: its machine reacts to note.taken, which consumes does not list',
    );
  });

  it('may consume an event that its machine does not react to', () => {
    expect(() =>
      define({ machine: reactingTo('amount.added'), consumes: [amountAdded, noteTaken] }),
    ).not.toThrow();
  });

  it.each(['*', 'amount.*'])('may react to %s, which matches what it consumes', (wildcard) => {
    expect(() => define({ machine: reactingTo(wildcard) })).not.toThrow();
  });

  it('may react to what its machine raises itself', () => {
    const machine = createMachine({
      id: 'm',
      initial: 's',
      states: {
        s: { on: { 'amount.added': { actions: raise({ type: 'limit.reached' }) }, 'limit.reached': 't' } },
        t: {},
      },
    });
    expect(() => define({ machine })).not.toThrow();
  });

  it('may react to the done event of a nested state', () => {
    const machine = createMachine({
      id: 'm',
      context: { a: 0 },
      initial: 's',
      states: {
        s: {
          initial: 't',
          states: { t: { on: { 'amount.added': 'end' } }, end: { type: 'final' } },
          onDone: { target: 'after', actions: assign({ a: 1 }) },
        },
        after: {},
      },
    });
    expect(() => define({ machine })).not.toThrow();
  });
});
