/** Where the work beside a live projection is done: in a process of its own, or in turns with the server. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Position } from '../../event-log/event.js';
import type { FoldDependencies } from './fold-dependencies.js';
import { runJob, type JobResults, type JobRequest } from './run-job.js';

export interface ExecutorRequest {
  readonly projection: string;
  /** How far to fold, now; asked again and again while the work goes on. */
  readonly target: () => Position;
  readonly progressed: (position: Position) => void;
  /** Ends the work; it rejects with the reason. */
  readonly signal: AbortSignal;
}

export abstract class Executor {
  /**
   * @throws FoldFailed, as an error with its message where it happened in another process
   * @throws WorkerLost when the process has ended or comes no further
   */
  abstract run<Kind extends JobRequest['kind']>(
    task: JobRequest & { readonly kind: Kind },
    asked: ExecutorRequest,
  ): Promise<JobResults[Kind]>;
}

/** In this process, in slices between which everybody else gets a turn: where a log cannot be opened twice. */
export class ThreadExecutor extends Executor {
  constructor(private readonly groundOf: (projection: string) => FoldDependencies) {
    super();
  }

  override run<Kind extends JobRequest['kind']>(
    task: JobRequest & { readonly kind: Kind },
    { projection, target, progressed, signal }: ExecutorRequest,
  ): Promise<JobResults[Kind]> {
    return runJob<Kind>(task, this.groundOf(projection), {
      target,
      now: () => performance.now(),
      turn: async (position) => {
        progressed(position);
        await nextTurn();
        signal.throwIfAborted();
      },
    });
  }
}
