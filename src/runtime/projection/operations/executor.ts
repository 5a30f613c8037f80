/** Where a job runs: in this thread, in turns with the server, or in a worker process (`worker-executor.ts`). */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Position } from '../../event-log/event.js';
import type { FoldDependencies } from './fold-dependencies.js';
import { runJob, type JobResults, type ThreadJobRequest } from './run-job.js';

export interface ExecutorOptions {
  readonly projection: string;
  /** How far to fold, now; asked again while the job runs. */
  readonly target: () => Position;
  readonly onProgress: (position: Position) => void;
  /** Ends the job, which rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

export abstract class Executor {
  /**
   * @throws FoldFailed; from another process an Error with its message
   * @throws WorkerLost when the worker process ended, or folded no event for too long
   */
  abstract run<Kind extends ThreadJobRequest['kind']>(
    request: ThreadJobRequest & { readonly kind: Kind },
    options: ExecutorOptions,
  ): Promise<JobResults[Kind]>;
}

/** For logs that no other process can open. Nothing bounds what a machine takes of the server's time and memory. */
export class ThreadExecutor extends Executor {
  constructor(private readonly dependenciesOf: (projection: string) => FoldDependencies) {
    super();
  }

  override run<Kind extends ThreadJobRequest['kind']>(
    request: ThreadJobRequest & { readonly kind: Kind },
    { projection, target, onProgress, signal }: ExecutorOptions,
  ): Promise<JobResults[Kind]> {
    return runJob<Kind>(request, this.dependenciesOf(projection), {
      target,
      now: () => performance.now(),
      afterSlice: async (position) => {
        onProgress(position);
        await nextTurn();
        signal.throwIfAborted();
      },
    });
  }
}
