/** Where the work beside a live projection is done: in a process of its own, or in turns with the server. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Position } from '../../event-log/event.js';
import type { Ground } from './fold-dependencies.js';
import { perform, type Results, type Task } from './run-job.js';

export interface Asked {
  readonly projection: string;
  /** How far to fold, now; asked again and again while the work goes on. */
  readonly target: () => Position;
  readonly progressed: (position: Position) => void;
  /** Ends the work; it rejects with the reason. */
  readonly signal: AbortSignal;
}

export abstract class Place {
  /**
   * @throws FoldFailed, as an error with its message where it happened in another process
   * @throws WorkerLost when the process has ended or comes no further
   */
  abstract run<Kind extends Task['kind']>(
    task: Task & { readonly kind: Kind },
    asked: Asked,
  ): Promise<Results[Kind]>;
}

/** In this process, in slices between which everybody else gets a turn: where a log cannot be opened twice. */
export class ThisThread extends Place {
  constructor(private readonly groundOf: (projection: string) => Ground) {
    super();
  }

  override run<Kind extends Task['kind']>(
    task: Task & { readonly kind: Kind },
    { projection, target, progressed, signal }: Asked,
  ): Promise<Results[Kind]> {
    return perform<Kind>(task, this.groundOf(projection), {
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
