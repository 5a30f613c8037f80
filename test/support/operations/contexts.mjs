/** Contexts with a machine that is correct in the server's process, and in a worker process behaves as LEFTFOLD_TEST_MACHINE says. */
import { built, builtApp } from '../built.mjs';
import { assign, setup } from 'xstate';

const { LeftfoldModule, defineProjection } = await built('runtime/index.js');
const { EntriesModule } = await builtApp('contexts.js');
const { entryRecorded } = await builtApp('entries.events.js');

const HALF = 1000; // the machine misbehaves after this position

const hoard = [];
const inWorker = {
  slow: () => {
    const until = performance.now() + 1;
    while (performance.now() < until);
  },
  endless: ({ position }) => {
    while (position > HALF);
  },
  hungry: ({ position }) => {
    while (position > HALF) hoard.push(new Array(10_000).fill(position));
  },
};
const isWorker = process.send !== undefined;
const behave = isWorker ? inWorker[process.env.LEFTFOLD_TEST_MACHINE] : undefined;
const factor = BigInt(process.env.LEFTFOLD_TEST_FACTOR ?? 1);

const machine = setup({
  actions: {
    count: assign({
      total: ({ context, event }) => {
        behave?.(event);
        return context.total + BigInt(event.data.value) * factor;
      },
    }),
  },
}).createMachine({
  id: 'odd',
  context: { total: 0n, factor: String(factor) },
  initial: 'counting',
  states: { counting: { on: { 'entry.recorded': { actions: 'count' } } } },
});

export const odd = defineProjection({
  name: 'odd',
  machine,
  consumes: [entryRecorded],
  view: ({ context }) => ({ total: String(context.total) }),
});

export const contexts = [EntriesModule, LeftfoldModule.forFeature({ projections: [odd], http: true })];
