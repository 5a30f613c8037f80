/**
 * The root actor of a running process. Everything that runs is its child and can be inspected:
 *
 *   running ──stop──▶ stopped
 *      └ a child for each projection, under the projection's name
 */
import { assign, createActor, createMachine, type Actor } from 'xstate';
import type { Lifecycle, ProjectionActor } from './projection.machine.js';

export interface RuntimeContext {
  readonly projections: Readonly<Record<string, ProjectionActor>>;
}

export type RuntimeEvent =
  | { readonly type: 'start'; readonly name: string; readonly lifecycle: Lifecycle }
  | { readonly type: 'stop' };

// Not with `setup`, which wants to know every child beforehand; which projections there are, the app says.
export const runtimeMachine = createMachine({
  types: {} as { context: RuntimeContext; events: RuntimeEvent },
  id: 'runtime',
  context: { projections: {} },
  initial: 'running',
  states: {
    running: {
      on: {
        start: {
          actions: assign({
            projections: ({ context, event, spawn }) => ({
              ...context.projections,
              [event.name]: spawn(event.lifecycle, { id: event.name }),
            }),
          }),
        },
        stop: 'stopped',
      },
    },
    stopped: { type: 'final' },
  },
});

export type RuntimeActor = Actor<typeof runtimeMachine>;

export const createRuntime = (): RuntimeActor => createActor(runtimeMachine, { id: 'runtime' });
