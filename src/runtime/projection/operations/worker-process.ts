/** The work in a process of its own: whatever a machine does there, it takes no more than that process with it. */
import { fork, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { EventLog } from '../../event-log/event-log.js';
import type { ProjectionDefinition } from '../define-projection.js';
import { fingerprintIn } from '../../fold/machine-fingerprint.js';
import type { FromWorker, WorkerRequest, ToWorker } from './worker-messages.js';
import { Executor, type ExecutorRequest } from './executor.js';
import { SharedPosition } from './shared-position.js';
import type { JobResults, JobRequest } from './run-job.js';

export interface WorkerSettings {
  /** URL of a module whose default export makes a workshop of the options (`MakeWorkshop`). */
  readonly workshop: string;
  /** Anything that a structured clone can carry. */
  readonly options: unknown;
  /** What the process's JavaScript objects may take, in mebibytes. Default: 1024. */
  readonly megabytes?: number;
  /** How long it may come no further, in milliseconds, before it is ended. Default: 60,000. */
  readonly patience?: number;
}

const DEFAULT_HEAP_MEGABYTES = 1024;
const DEFAULT_TIMEOUT_MS = 60_000;

/** What V8 writes before the end of a process that needs more than it may have. */
const OUT_OF_MEMORY = 'heap out of memory';
/** With it begins V8's account of that, which is of no use to who reads the server's log. */
const ACCOUNT = '<--- Last few GCs --->';

/** The process has ended before its work, or had to be. */
export class WorkerLost extends Error {}

export class WorkerProcess extends Executor {
  constructor(
    private readonly settings: WorkerSettings,
    private readonly log: EventLog,
    private readonly definitionOf: (projection: string) => ProjectionDefinition,
  ) {
    super();
  }

  override async run<Kind extends JobRequest['kind']>(
    task: JobRequest & { readonly kind: Kind },
    { projection, target, progressed, signal }: ExecutorRequest,
  ): Promise<JobResults[Kind]> {
    const {
      workshop,
      options,
      megabytes = DEFAULT_HEAP_MEGABYTES,
      patience = DEFAULT_TIMEOUT_MS,
    } = this.settings;
    signal.throwIfAborted();
    const order: WorkerRequest = {
      workshop,
      options,
      projection,
      task,
      target: target(),
      log: this.log.identity,
      machine: fingerprintIn(this.log.contracts, this.definitionOf(projection)),
    };
    const reached = SharedPosition.create();
    const after = (): string => `after position ${reached.value}`;
    const worker = start(`${task.kind} of ${projection}`, megabytes, reached);
    const complaints = complaintsOf(worker);
    const closed = new Promise<void>((resolve) => worker.once('close', resolve));
    let impatient: NodeJS.Timeout | undefined;
    let onAbort = (): void => undefined;
    try {
      return await new Promise<JobResults[Kind]>((resolve, reject) => {
        const waitAtMost = (milliseconds: number): void => {
          clearTimeout(impatient);
          impatient = setTimeout(() => {
            const seconds = milliseconds / 1000;
            reject(new WorkerLost(`no event was folded for ${seconds} s ${after()}; the process was ended`));
          }, milliseconds).unref();
        };
        // Loading takes what it takes, and hangs on no machine.
        waitAtMost(Math.max(patience, DEFAULT_TIMEOUT_MS));
        worker.on('message', (message: FromWorker) => {
          waitAtMost(patience);
          if (message.kind === 'done') resolve(message.result as JobResults[Kind]);
          else if (message.kind === 'failed') reject(new Error(message.message));
          else if (message.kind === 'at') {
            progressed(message.position);
            worker.send({ target: target() } satisfies ToWorker, ignored);
          }
        });
        worker.on('error', (cause) => {
          reject(new WorkerLost(`it cannot be started: ${cause.message}`, { cause }));
        });
        // All that it has sent and written has arrived by then.
        worker.on('close', (code, by) => {
          const reason = complaints().includes(OUT_OF_MEMORY)
            ? `it needed more than ${megabytes} MiB of memory`
            : `the process ended with ${by ?? code ?? 'nothing'}`;
          reject(new WorkerLost(`${reason} ${after()}`));
        });
        onAbort = (): void => {
          reject(signal.reason as Error);
        };
        signal.addEventListener('abort', onAbort);
        worker.send(order, ignored);
      });
    } finally {
      clearTimeout(impatient);
      signal.removeEventListener('abort', onAbort);
      worker.kill('SIGKILL');
      if (worker.pid !== undefined) await closed;
      reached.close();
    }
  }
}

/**
 * With one thread of V8's: those that help its collector would run at the server's own priority, and get in the way of its
 * appends. In the same process they did, whatever the priority of the thread that folds.
 */
function start(title: string, megabytes: number, reached: SharedPosition): ChildProcess {
  const worker = fork(fileURLToPath(new URL('./fold-worker.js', import.meta.url)), [title], {
    execArgv: ['--single-threaded', `--max-old-space-size=${megabytes}`],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'pipe', 'ipc', reached.descriptor],
  });
  if (worker.pid !== undefined) putBehind(worker.pid);
  return worker;
}

/** Whoever serves goes first, from the beginning: loading its modules is more than a second of work. */
function putBehind(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, which is told elsewhere.
  }
}

/** Passes on what it writes as an error, but for V8's account of its end. @returns what reads all of it that was kept */
function complaintsOf({ stderr }: ChildProcess): () => string {
  let last = '';
  stderr?.setEncoding('utf8').on('data', (text: string) => {
    const isOver = last.includes(ACCOUNT);
    last = (isOver ? last : last.slice(-ACCOUNT.length)) + text;
    if (!isOver && !last.includes(ACCOUNT)) process.stderr.write(text);
  });
  return () => last;
}

/** A message that does not arrive concerns a process that has ended; that is told by itself. */
function ignored(): void {
  // Nothing is left to do.
}
