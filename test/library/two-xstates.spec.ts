/** A machine that was made by another copy of XState than the runtime's own folds alike. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as ours from 'xstate';
import { foldOf, type Fold } from '../../src/runtime/index.js';
import { TemporaryFolder } from '../support/server.js';

const PACKAGE = join(import.meta.dirname, '../../node_modules/xstate');

type XState = typeof ours;

interface Counted {
  readonly count: number;
}

/** With everything that XState makes for a machine: assignments, raised events, and guards of every kind. */
function foldWith({ and, assign, enqueueActions, not, or, raise, setup, stateIn }: XState): Fold<Counted> {
  const machine = setup({
    types: { context: {} as Counted, events: {} as { type: 'up' } | { type: 'down' } | { type: 'full' } },
    guards: {
      isPositive: ({ context }) => context.count > 0,
      isFull: ({ context }) => context.count >= 3,
    },
    actions: {
      add: assign({ count: ({ context }) => context.count + 1 }),
      take: enqueueActions(({ enqueue }) => {
        enqueue.assign({ count: ({ context }) => context.count - 1 });
      }),
    },
  }).createMachine({
    id: 'counter',
    context: { count: 0 },
    initial: 'open',
    states: {
      open: {
        on: {
          up: [
            { guard: and([stateIn('open'), 'isFull']), actions: raise({ type: 'full' }) },
            { guard: not('isFull'), actions: 'add' },
          ],
          down: { guard: or(['isFull', 'isPositive']), actions: 'take' },
          full: 'full',
        },
      },
      full: {},
    },
  });
  return foldOf<Counted>(machine as never);
}

const run = (fold: Fold<Counted>): unknown =>
  ['up', 'up', 'down', 'down', 'down', 'up', 'up', 'up', 'up', 'down'].reduce<unknown[]>(
    (states, type) => [
      ...states,
      fold.step((states.at(-1) ?? fold.initial) as typeof fold.initial, { type }),
    ],
    [],
  );

describe('two copies of XState', () => {
  const folder = new TemporaryFolder();
  afterAll(() => {
    folder.remove();
  });

  it('make machines that fold alike', async () => {
    const copy = join(folder.path, 'node_modules', 'xstate');
    cpSync(PACKAGE, copy, { recursive: true });
    const theirs = (await import(pathToFileURL(join(copy, 'dist/xstate.esm.js')).href)) as XState;
    expect(theirs.setup).not.toBe(ours.setup);
    const states = run(foldWith(theirs));
    expect(states).toEqual(run(foldWith(ours)));
    expect((states as { readonly value: unknown }[]).at(-1)).toMatchObject({
      value: 'full',
      context: { count: 3 },
    });
  });
});
