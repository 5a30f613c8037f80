/**
 * The root actor of a process. Every projection is a child of it, so that all can be inspected together:
 *
 *   running ──stop──▶ stopped
 *      └ one child for each projection, with the projection's name as its id
 */
import { assign, createActor, createMachine, type Actor } from 'xstate';
import type { Lifecycle, ProjectionActor } from './projection.machine.js';

export interface RuntimeContext {
  readonly projections: Readonly<Record<string, ProjectionActor>>;
}

export type RuntimeEvent =
  | { readonly type: 'start'; readonly name: string; readonly lifecycle: Lifecycle }
  | { readonly type: 'stop' };

// Not with `setup`, which needs all children declared; projections are known only when the application starts.
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
