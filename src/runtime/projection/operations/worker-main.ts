/** The entry of a worker process: runs one job on a log that it opens itself, and exits. */
import { fileErrorText } from '../../file-error-text.js';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { fingerprintIn } from '../../fold/machine-fingerprint.js';
import { isEntityProjection } from '../entities/define-entity-projection.js';
import { EntityPlace } from '../entities/entity-place.js';
import { foldEntities } from './fold-entities.js';
import { runJob, type JobControl, type JobRequest, type JobResults } from './run-job.js';
import { openDependencies, type CreateWorkerBootstrap } from './worker-bootstrap.js';
import {
  SharedPosition,
  type MessageFromWorker,
  type MessageToWorker,
  type WorkerRequest,
} from './worker-channel.js';

const PROGRESS_INTERVAL_MS = 50;

/** Resolves once the message is on its way. */
function sendToParent(message: MessageFromWorker): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, () => {
      resolve();
    });
  });
}

async function perform(worker: WorkerRequest): Promise<JobResults[JobRequest['kind']]> {
  const { bootstrap, options, projection, request, log, machine } = worker;
  let { target } = worker;
  process.on('message', (message: MessageToWorker) => {
    target = message.target;
  });
  const { default: create } = (await import(bootstrap)) as { readonly default: CreateWorkerBootstrap };
  const opened = await openDependencies(await create(options));
  try {
    const definition = opened.entityProjections.get(projection) ?? opened.of(projection).definition;
    if (opened.log.identity !== log) throw new Error('the worker has opened another log');
    // They differ, for example, when the program was built anew while the server runs.
    if (fingerprintIn(opened.log.contracts, definition) !== machine)
      throw new Error('the worker has loaded another machine than the process that started it');
    await sendToParent({ kind: 'begun' });
    const reached = SharedPosition.inWorker();
    let sentAt = 0;
    let aliveAt = 0;
    const control: JobControl = {
      target: () => target,
      now: () => performance.now(),
      afterSlice: async (position) => {
        reached.value = position;
        if (performance.now() - sentAt < PROGRESS_INTERVAL_MS) return;
        sentAt = performance.now();
        void sendToParent({ kind: 'at', position });
        await nextTurn(); // so that the parent's messages are received
      },
      alive: () => {
        const now = performance.now();
        if (now - aliveAt < PROGRESS_INTERVAL_MS) return;
        aliveAt = now;
        reached.giveSign();
      },
    };
    if (request.kind !== 'entities') return await runJob(request, opened.of(projection), control);
    if (!isEntityProjection(definition)) throw new Error(`${projection} is no entity projection`);
    const place = new EntityPlace(opened.entityDatabasesOf(projection));
    return await foldEntities(request.database, { definition, log: opened.log, place }, control);
  } finally {
    await opened.close().catch(() => undefined); // what the job ends with says more
  }
}

/** Exits when the parent is gone, even while a machine blocks this thread: a second thread checks once a second. */
function exitWithParent(): void {
  process.once('disconnect', () => process.exit());
  const watchdog = `const parent = ${process.ppid};
    setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGKILL'), 1000);`;
  new Worker(watchdog, { eval: true }).unref();
  // A signal to the whole process group is meant for the server, which ends this process in good order.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
}

function messageOf(error: unknown): string {
  const sentence = fileErrorText(error);
  if (sentence !== undefined) return sentence;
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`;
}

exitWithParent();
const [workerRequest] = (await once(process, 'message')) as [WorkerRequest];
try {
  await sendToParent({ kind: 'done', result: await perform(workerRequest) });
} catch (error) {
  await sendToParent({ kind: 'failed', message: messageOf(error) });
}
process.exit();
