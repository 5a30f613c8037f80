/**
 * A projection's lifecycle. The main path:
 *
 *   running.recovering ──caught up──▶ running.following ──stop──▶ stopped
 *                └───────fault──────────────┘  ▲
 *                            ▼                 │ caught up
 *                         faulted ──resume──▶ running.resuming
 *
 * It recovers again when an event is skipped that has been folded already, and when the log has gone back (`LogWentBack`).
 */
import { assign, fromCallback, setup, waitFor, type ActorRefFrom, type SnapshotFrom } from 'xstate';
import type { LogWentBack } from '../event-log/errors.js';
import type { Position } from '../event-log/event.js';
import type { ProjectionFault } from './fault.js';

export type { ProjectionFault } from './fault.js';

export type FoldingEvent =
  | { readonly type: 'caught up' }
  | { readonly type: 'fault'; readonly fault: ProjectionFault }
  | { readonly type: 'refold' };

export type LifecycleEvent = FoldingEvent | { readonly type: 'stop' } | { readonly type: 'resume' };

export const projectionMachine = setup({
  types: {
    /** Kept while resuming, until the projection has caught up. */
    context: {} as { readonly fault: ProjectionFault | undefined },
    events: {} as LifecycleEvent,
  },
  actors: {
    /** Restores a snapshot, folds, and follows; provided by `Projection`, and stopped when `running` is left. */
    folding: fromCallback<LifecycleEvent>(() => {
      throw new Error('folding is provided by the projection');
    }),
  },
  actions: { forget: assign({ fault: undefined }) },
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
        resuming: { on: { 'caught up': { target: 'following', actions: 'forget' } } },
        following: {},
      },
      on: {
        fault: { target: 'faulted', actions: assign({ fault: ({ event }) => event.fault }) },
        refold: { target: 'running', reenter: true, actions: 'forget' },
        stop: 'stopped',
      },
    },
    faulted: { on: { resume: 'running.resuming', stop: 'stopped' } },
    stopped: { type: 'final' },
  },
});

export type Lifecycle = typeof projectionMachine;

export type ProjectionActor = ActorRefFrom<Lifecycle>;

export type ProjectionStatus = 'recovering' | 'following' | 'resuming' | 'faulted' | 'stopped';

/** The lifecycle with a projection's own folding in it, which ends when the signal is aborted. */
export function lifecycleOf(
  fold: (send: (event: FoldingEvent) => void, ended: AbortSignal) => void,
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
  if (snapshot.matches({ running: 'resuming' })) return 'resuming';
  if (snapshot.matches('running')) return 'following';
  return snapshot.matches('faulted') ? 'faulted' : 'stopped';
}

/** Resolves once the projection is no longer resuming, or after `timeout` milliseconds. */
export async function settled(actor: ProjectionActor, timeout: number): Promise<void> {
  const isSettled = (snapshot: SnapshotFrom<Lifecycle>): boolean => statusOf(snapshot) !== 'resuming';
  // `waitFor` rejects after the timeout, which is no error here.
  await waitFor(actor, isSettled, { timeout }).catch(() => undefined);
}

/** What a projection reports of its lifecycle; its host turns it into signals and log lines. */
export interface ProjectionObserver {
  recovered(report: RecoveryReport): void;
  faulted(fault: ProjectionFault): void;
  /** The log has another past than the one that was folded; the projection folds anew. */
  wentBack(error: LogWentBack): void;
  /** It was faulted, and has caught up. The report begins at the position where it stopped. */
  resumed(report: RecoveryReport): void;
}

export interface RecoveryReport {
  readonly position: Position;
  /** Where folding began: at the snapshot that was restored (0 without one), or where it had stopped. */
  readonly restoredFrom: Position;
  /** How many positions were folded after it. */
  readonly events: number;
  readonly milliseconds: number;
}
