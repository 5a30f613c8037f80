/**
 * A projection's lifecycle. The main path:
 *
 *   running.recovering ──caught up──▶ running.following ──stop──▶ stopped
 *                └───────fault──────────────┘
 *                            ▼
 *                         faulted ──stop──▶ stopped
 */
import { assign, fromCallback, setup, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import type { Position, RecordedEvent } from '../event-log/event.js';

/** Why a projection stopped: the event that it could not fold, and what was thrown. */
export interface ProjectionFault {
  readonly position: Position;
  readonly error: unknown;
  /** The event that could not be folded; absent when it was not the event that was at fault. */
  readonly event?: RecordedEvent;
}

export type FoldingEvent =
  { readonly type: 'caught up' } | { readonly type: 'fault'; readonly fault: ProjectionFault };

export type LifecycleEvent = FoldingEvent | { readonly type: 'stop' };

export const projectionMachine = setup({
  types: {
    context: {} as { readonly fault: ProjectionFault | undefined },
    events: {} as LifecycleEvent,
  },
  actors: {
    /** Restores, folds, follows; `Projection` provides it. Told to end when the state is left. */
    folding: fromCallback<LifecycleEvent>(() => {
      throw new Error('folding is provided by the projection');
    }),
  },
}).createMachine({
  id: 'projection',
  context: { fault: undefined },
  initial: 'running',
  states: {
    running: {
      invoke: { src: 'folding' },
      initial: 'recovering',
      states: {
        recovering: { on: { 'caught up': 'following' } },
        following: {},
      },
      on: {
        fault: { target: 'faulted', actions: assign({ fault: ({ event }) => event.fault }) },
        stop: 'stopped',
      },
    },
    faulted: { on: { stop: 'stopped' } },
    stopped: { type: 'final' },
  },
});

export type Lifecycle = typeof projectionMachine;

export type ProjectionActor = ActorRefFrom<Lifecycle>;

export type ProjectionStatus = 'recovering' | 'following' | 'faulted' | 'stopped';

/** The lifecycle with a projection's own work in it, which is told to end by the signal. */
export function lifecycleOf(
  fold: (tell: (event: FoldingEvent) => void, ended: AbortSignal) => void,
): Lifecycle {
  const folding = fromCallback<LifecycleEvent>(({ sendBack }) => {
    const ended = new AbortController();
    fold(sendBack, ended.signal);
    return () => {
      ended.abort();
    };
  });
  return projectionMachine.provide({ actors: { folding } });
}

export function statusOf(snapshot: SnapshotFrom<Lifecycle>): ProjectionStatus {
  if (snapshot.matches({ running: 'recovering' })) return 'recovering';
  if (snapshot.matches('running')) return 'following';
  return snapshot.matches('faulted') ? 'faulted' : 'stopped';
}
