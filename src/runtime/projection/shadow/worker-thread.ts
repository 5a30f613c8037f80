/** The work in a thread of its own: whatever a machine does there, it takes no more than that thread with it. */
import { Worker } from 'node:worker_threads';
import type { EventLog } from '../../event-log/event-log.js';
import type { ProjectionDefinition } from '../define-projection.js';
import { fingerprintIn } from '../machine-fingerprint.js';
import type { FromWorker, ToWorker, WorkerData } from './messages.js';
import { Place, type Asked } from './place.js';
import type { Results, Task } from './work.js';

export interface WorkerSettings {
  /** URL of a module whose default export makes a workshop of the options (`MakeWorkshop`). */
  readonly workshop: string;
  /** Anything that a structured clone can carry. */
  readonly options: unknown;
  /** What the thread's JavaScript objects may take, in mebibytes. Default: 1024. */
  readonly megabytes?: number;
  /** How long it may come no further, in milliseconds, before it is ended. Default: 60,000. */
  readonly patience?: number;
}

const MEGABYTES = 1024;
const PATIENCE = 60_000;

/** The thread has ended before its work, or had to be. */
export class WorkerLost extends Error {}

export class WorkerThread extends Place {
  constructor(
    private readonly settings: WorkerSettings,
    private readonly log: EventLog,
    private readonly definitionOf: (projection: string) => ProjectionDefinition,
  ) {
    super();
  }

  override async run<Kind extends Task['kind']>(
    task: Task & { readonly kind: Kind },
    { projection, target, progressed, signal }: Asked,
  ): Promise<Results[Kind]> {
    const { workshop, options, megabytes = MEGABYTES, patience = PATIENCE } = this.settings;
    signal.throwIfAborted();
    const workerData: WorkerData = {
      workshop,
      options,
      projection,
      task,
      target: target(),
      reached: new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT),
      log: this.log.identity,
      machine: fingerprintIn(this.log.contracts, this.definitionOf(projection)),
    };
    const worker = new Worker(new URL('./fold-worker.js', import.meta.url), {
      name: `${task.kind} of ${projection}`,
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: megabytes },
    });
    const reached = new Float64Array(workerData.reached);
    const after = (): string => `after position ${reached[0] ?? 0}`;
    let impatient: NodeJS.Timeout | undefined;
    let onAbort = (): void => undefined;
    try {
      return await new Promise<Results[Kind]>((resolve, reject) => {
        const waitAtMost = (milliseconds: number): void => {
          clearTimeout(impatient);
          impatient = setTimeout(() => {
            const seconds = milliseconds / 1000;
            reject(new WorkerLost(`no event was folded for ${seconds} s ${after()}; the thread was ended`));
          }, milliseconds).unref();
        };
        // Loading takes what it takes, and hangs on no machine.
        waitAtMost(Math.max(patience, PATIENCE));
        worker.on('message', (message: FromWorker) => {
          waitAtMost(patience);
          if (message.kind === 'done') resolve(message.result as Results[Kind]);
          else if (message.kind === 'failed') reject(new Error(message.message));
          else if (message.kind === 'at') {
            progressed(message.position);
            worker.postMessage({ target: target() } satisfies ToWorker);
          }
        });
        worker.on('error', (error: NodeJS.ErrnoException) => {
          const reason =
            error.code === 'ERR_WORKER_OUT_OF_MEMORY'
              ? `it needed more than ${megabytes} MiB of memory ${after()}`
              : `it failed ${after()}: ${error.message}`;
          reject(new WorkerLost(reason, { cause: error }));
        });
        worker.on('exit', (code) => {
          reject(new WorkerLost(`the thread ended with ${code} ${after()}`));
        });
        onAbort = (): void => {
          reject(signal.reason as Error);
        };
        signal.addEventListener('abort', onAbort);
      });
    } finally {
      clearTimeout(impatient);
      signal.removeEventListener('abort', onAbort);
      await worker.terminate();
    }
  }
}
