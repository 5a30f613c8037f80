/** The entry of a worker process: one piece of work, over a log of its own opening, and then the process ends. */
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { fingerprintIn } from '../../fold/machine-fingerprint.js';
import type { FromWorker, WorkerRequest, ToWorker } from './worker-messages.js';
import { SharedPosition } from './shared-position.js';
import { runJob, type JobResults, type JobRequest } from './run-job.js';
import { openDependencies, type MakeWorkerBootstrap } from './worker-bootstrap.js';

/** Milliseconds between two tellings of how far it is. */
const TELL = 50;

/** Resolves once the message is on its way. */
function tell(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, () => {
      resolve();
    });
  });
}

async function work({
  workshop,
  options,
  projection,
  task,
  target: first,
  log,
  machine,
}: WorkerRequest): Promise<JobResults[JobRequest['kind']]> {
  let target = first;
  process.on('message', (message: ToWorker) => {
    target = message.target;
  });
  const { default: make } = (await import(workshop)) as { readonly default: MakeWorkerBootstrap };
  const grounds = await openDependencies(await make(options));
  try {
    const ground = grounds.of(projection);
    if (ground.log.identity !== log) throw new Error('the worker has opened another log');
    // As when the program was built anew under the running process.
    if (fingerprintIn(ground.log.contracts, ground.definition) !== machine)
      throw new Error('the worker has loaded another machine than the process that started it');
    await tell({ kind: 'begun' });
    const reached = SharedPosition.inWorker();
    let toldAt = 0;
    return await runJob(task, ground, {
      target: () => target,
      now: () => performance.now(),
      turn: async (position) => {
        reached.value = position;
        if (performance.now() - toldAt < TELL) return;
        toldAt = performance.now();
        void tell({ kind: 'at', position });
        await nextTurn(); // so that what was sent here arrives
      },
    });
  } finally {
    await grounds.close();
  }
}

/** Does not outlive the process that started it: neither when it works, nor when a machine never lets it hear of anything. */
function endWithParent(): void {
  process.once('disconnect', () => process.exit());
  const guard = `const parent = ${process.ppid};
    setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGKILL'), 1000);`;
  new Worker(guard, { eval: true }).unref();
  // Whoever ends a whole group of processes means the server, which ends this one in good order.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`;
}

endWithParent();
const [order] = (await once(process, 'message')) as [WorkerRequest];
try {
  await tell({ kind: 'done', result: await work(order) });
} catch (error) {
  await tell({ kind: 'failed', message: messageOf(error) });
}
process.exit();
