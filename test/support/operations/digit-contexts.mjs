/** A context with an entity projection: the sums of the entries by their last digit. LEFTFOLD_TEST_FACTOR makes its definition another one. */
import { built, builtApp } from '../built.mjs';
import { assign, setup } from 'xstate';

const { LeftfoldModule, defineEntityProjection, tag } = await built('runtime/index.js');
const { EntriesModule } = await builtApp('contexts.js');
const { entryRecorded } = await builtApp('entries.events.js');

const factor = Number(process.env.LEFTFOLD_TEST_FACTOR ?? 1);
/** A constant that no fingerprint sees. */
const bonus = Number(process.env.LEFTFOLD_TEST_BONUS ?? 0);
const isWorker = process.send !== undefined;
/** What only a worker process adds, or how it ends there. */
const inWorker = process.env.LEFTFOLD_TEST_IN_WORKER;
/** In milliseconds: how long each of the first events takes there. */
const slowness = Number(process.env.LEFTFOLD_TEST_SLOW_IN_WORKER ?? 0);
const SLOW_EVENTS = 20;

const machine = setup({
  actions: {
    add: assign({
      total: ({ context, event }) => {
        if (isWorker && inWorker === 'killed') process.kill(process.pid, 'SIGKILL');
        if (isWorker && slowness > 0 && Number(event.data.value) <= SLOW_EVENTS)
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, slowness);
        const more = isWorker ? Number(inWorker ?? 0) : 0;
        return context.total + Number(event.data.value) * context.factor + bonus + more;
      },
    }),
  },
}).createMachine({
  id: 'digit',
  context: { total: 0, factor },
  initial: 'counting',
  states: { counting: { on: { 'entry.recorded': { actions: 'add' } } } },
});

export const digits = defineEntityProjection({
  name: 'digits',
  machine,
  consumes: [entryRecorded],
  key: ({ data }) => data.value.slice(-1),
  view: ({ context }) => ({ total: context.total }),
  index: { total: 'number' },
  tag: (key) => tag(`digit:${key}`),
});

export const contexts = [EntriesModule, LeftfoldModule.forFeature({ projections: [digits], http: true })];
