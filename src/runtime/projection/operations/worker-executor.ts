/** Runs a job in a worker process: a machine that loops or needs too much memory there ends no other process. */
import { fork, type ChildProcess } from 'node:child_process';
import { constants, getPriority, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { EventLog } from '../../event-log/event-log.js';
import { fingerprintIn } from '../../fold/machine-fingerprint.js';
import { Executor, type ExecutorOptions } from './executor.js';
import type { JobRequest, JobResults } from './run-job.js';
import {
  SharedPosition,
  type MessageFromWorker,
  type MessageToWorker,
  type WorkerRequest,
} from './worker-channel.js';

export interface WorkerSettings {
  /** URL of a module whose default export is a `CreateWorkerBootstrap`. */
  readonly bootstrap: string;
  /** Anything that a structured clone can carry; given to that function. */
  readonly options: unknown;
  /** What the process's JavaScript objects may take, in mebibytes. Default: 1024. */
  readonly heapMegabytes?: number;
  /** After so long without an event folded, the process is ended; in milliseconds. Default: 60,000. */
  readonly timeoutMs?: number;
}

const DEFAULT_HEAP_MEGABYTES = 1024;
const DEFAULT_TIMEOUT_MS = 60_000;

/** V8's message when it aborts a process for lack of memory. */
const OUT_OF_MEMORY = 'heap out of memory';
/** The beginning of V8's report of that, which is not passed on to the server's own log. */
const V8_REPORT = '<--- Last few GCs --->';

type FingerprintedDefinition = Parameters<typeof fingerprintIn>[1];

/** The process ended before the job was done, or was ended because it folded no event for too long. */
export class WorkerLost extends Error {}

export class WorkerExecutor extends Executor {
  constructor(
    private readonly settings: WorkerSettings,
    private readonly log: EventLog,
    private readonly definitionOf: (projection: string) => FingerprintedDefinition,
  ) {
    super();
  }

  override async run<Kind extends JobRequest['kind']>(
    request: JobRequest & { readonly kind: Kind },
    { projection, target, onProgress, signal }: ExecutorOptions,
  ): Promise<JobResults[Kind]> {
    const {
      bootstrap,
      options,
      heapMegabytes = DEFAULT_HEAP_MEGABYTES,
      timeoutMs = DEFAULT_TIMEOUT_MS,
    } = this.settings;
    signal.throwIfAborted();
    const workerRequest: WorkerRequest = {
      bootstrap,
      options,
      projection,
      request,
      target: target(),
      log: this.log.identity,
      machine: fingerprintIn(this.log.contracts, this.definitionOf(projection)),
    };
    const reached = SharedPosition.create();
    const afterPosition = (): string => `after position ${reached.value}`;
    const worker = start(`${request.kind} of ${projection}`, heapMegabytes, reached);
    const readErrors = collectErrors(worker);
    const closed = new Promise<void>((resolve) => worker.once('close', resolve));
    let timeout: NodeJS.Timeout | undefined;
    let signs = 0;
    let onAbort = (): void => undefined;
    try {
      return await new Promise<JobResults[Kind]>((resolve, reject) => {
        const restartTimeout = (milliseconds: number): void => {
          clearTimeout(timeout);
          timeout = setTimeout(() => {
            if (reached.signs !== signs) {
              signs = reached.signs;
              restartTimeout(timeoutMs);
              return;
            }
            const seconds = milliseconds / 1000;
            reject(
              new WorkerLost(
                `no event was folded for ${seconds} s ${afterPosition()}; the process was ended`,
              ),
            );
          }, milliseconds).unref();
        };
        // A short timeout is for the machine; loading the modules may take longer.
        restartTimeout(Math.max(timeoutMs, DEFAULT_TIMEOUT_MS));
        worker.on('message', (message: MessageFromWorker) => {
          restartTimeout(timeoutMs);
          if (message.kind === 'done') resolve(message.result as JobResults[Kind]);
          else if (message.kind === 'failed') reject(new Error(message.message));
          else if (message.kind === 'at') {
            onProgress(message.position);
            worker.send({ target: target() } satisfies MessageToWorker, ignoreSendError);
          }
        });
        worker.on('error', (cause) => {
          reject(new WorkerLost(`it cannot be started: ${cause.message}`, { cause }));
        });
        // 'close' comes after the last message and the last output, unlike 'exit'.
        worker.on('close', (code, by) => {
          const reason = readErrors().includes(OUT_OF_MEMORY)
            ? `it needed more than ${heapMegabytes} MiB of memory`
            : `the process ended with ${by ?? code ?? 'nothing'}`;
          reject(new WorkerLost(`${reason} ${afterPosition()}`));
        });
        onAbort = (): void => {
          reject(signal.reason as Error);
        };
        signal.addEventListener('abort', onAbort);
        worker.send(workerRequest, ignoreSendError);
      });
    } finally {
      clearTimeout(timeout);
      signal.removeEventListener('abort', onAbort);
      worker.kill('SIGKILL');
      if (worker.pid !== undefined) await closed;
      reached.close();
    }
  }
}

/**
 * With `--single-threaded`, because V8's collector threads would run at the server's priority and delay its appends. The same
 * happened with a worker thread instead of a process, whatever that thread's priority.
 */
function start(title: string, heapMegabytes: number, reached: SharedPosition): ChildProcess {
  const worker = fork(fileURLToPath(new URL('./worker-main.js', import.meta.url)), [title], {
    execArgv: ['--single-threaded', `--max-old-space-size=${heapMegabytes}`],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'pipe', 'ipc', reached.descriptor],
  });
  if (worker.pid !== undefined) lowerPriority(worker.pid);
  return worker;
}

/** A larger number is a lower priority. Below the server's own, which may have been lowered already, as by `nice`. */
export function priorityBelow(own: number): number {
  const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = constants.priority;
  return Math.min(own + PRIORITY_BELOW_NORMAL, PRIORITY_LOW);
}

/** Before it loads its modules, which is more than a second of work that would compete with the server. */
function lowerPriority(pid: number): void {
  try {
    setPriority(pid, priorityBelow(getPriority()));
  } catch {
    // The process has ended already, which its 'close' event reports.
  }
}

/** Passes the worker's stderr on, but for V8's report of its end. @returns what reads the part that was kept */
function collectErrors({ stderr }: ChildProcess): () => string {
  let kept = '';
  stderr?.setEncoding('utf8').on('data', (text: string) => {
    const isReporting = kept.includes(V8_REPORT);
    kept = (isReporting ? kept : kept.slice(-V8_REPORT.length)) + text;
    if (!isReporting && !kept.includes(V8_REPORT)) process.stderr.write(text);
  });
  return () => kept;
}

/** A message cannot be sent to a process that has ended, which its 'close' event reports. */
function ignoreSendError(): void {
  // Nothing to do.
}
