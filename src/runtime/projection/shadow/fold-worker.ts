/** The entry of a worker thread: one piece of work, over a log of its own opening, and then the thread ends. */
import { constants, setPriority } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { fingerprintIn } from '../machine-fingerprint.js';
import type { FromWorker, ToWorker, WorkerData } from './messages.js';
import { perform, type Results, type Task } from './work.js';
import { openGrounds, type MakeWorkshop } from './workshop.js';

/** Milliseconds between two tellings of how far it is. */
const TELL = 50;

const data = workerData as WorkerData;
let { target } = data;

parentPort?.on('message', (message: ToWorker) => {
  target = message.target;
});

function tell(message: FromWorker): void {
  parentPort?.postMessage(message);
}

async function work(): Promise<Results[Task['kind']]> {
  const { default: make } = (await import(data.workshop)) as { readonly default: MakeWorkshop };
  const grounds = await openGrounds(await make(data.options));
  try {
    const ground = grounds.of(data.projection);
    if (ground.log.identity !== data.log) throw new Error('the worker has opened another log');
    // As when the program was built anew under the running process.
    if (fingerprintIn(ground.log.contracts, ground.definition) !== data.machine)
      throw new Error('the worker has loaded another machine than the process that started it');
    tell({ kind: 'begun' });
    giveWay();
    const reached = new Float64Array(data.reached);
    let toldAt = 0;
    return await perform(data.task, ground, {
      target: () => target,
      now: () => performance.now(),
      turn: async (position) => {
        reached[0] = position;
        if (performance.now() - toldAt < TELL) return;
        toldAt = performance.now();
        tell({ kind: 'at', position });
        await nextTurn(); // so that what was sent here arrives
      },
    });
  } finally {
    await grounds.close();
  }
}

/** On Linux a thread has a priority of its own, and whoever serves goes first; elsewhere it is the process's. */
function giveWay(): void {
  if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
}

try {
  giveWay();
  tell({ kind: 'done', result: await work() });
} catch (error) {
  tell({ kind: 'failed', message: messageOf(error) });
}
parentPort?.close();

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`;
}
