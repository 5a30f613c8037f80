/**
 * Commands on a subject with many events, on a durable log: from the state that is kept beside folding all of it again, in turns in the
 * same run; and many commands in flight on one subject beside one after another.
 *
 *   npm run bench:commands
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { EventLog, defineDecider, defineEvent, execute, load, tag } from '../dist/runtime/index.js';
import { LmdbStore } from '../dist/runtime/stores/lmdb/lmdb.store.js';
import { median } from './rates.mjs';

const EVENTS = Number(process.env.BENCH_EVENTS ?? 10_000);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 40);
const IN_FLIGHT = 64;
/** Before what is measured has been compiled. */
const WARM_UP = 10;

const deposited = defineEvent({ type: 'money.deposited', schema: z.strictObject({ cents: z.int() }) });
const about = (id) => [tag(`account:${id}`)];

/** @param recentStateBytes 0: each command folds all of the subject */
const accountWith = (recentStateBytes) =>
  defineDecider({
    name: 'account',
    machine: setup({}).createMachine({
      id: 'account',
      context: { cents: 0 },
      on: {
        'money.deposited': {
          actions: assign({ cents: ({ context, event }) => context.cents + event.data.cents }),
        },
      },
    }),
    consumes: [deposited],
    subject: about,
    commands: {
      deposit: {
        input: z.strictObject({ cents: z.int() }),
        records: deposited,
        decide: (_state, input, id) => deposited.create(input, about(id)),
      },
    },
    ...(recentStateBytes !== undefined && { recentStateBytes }),
  });

const timeOf = async (work) => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

const folder = mkdtempSync(join(tmpdir(), 'leftfold-commands-'));
const log = new EventLog(LmdbStore.open(folder));
log.contracts.register([deposited]);
for (let at = 0; at < EVENTS; at += 1_000)
  await log.append(Array.from({ length: 1_000 }, () => deposited.create({ cents: 1 }, about('a'))));

const [recent, whole] = [accountWith(), accountWith(0)];
await load(log, recent, 'a');
let appended = 0;
const rounds = [];
for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
  // An append that is no command: one event is new.
  await log.append([deposited.create({ cents: 1 }, about('a'))]);
  const kept = await timeOf(() => load(log, recent, 'a'));
  const folded = await timeOf(() => load(log, whole, 'a'));
  const command = await timeOf(() => execute(log, recent, 'a', 'deposit', { cents: 1 }));
  const commandOnAll = await timeOf(() => execute(log, whole, 'a', 'deposit', { cents: 1 }));
  if (round >= WARM_UP) rounds.push({ kept, folded, command, commandOnAll });
}

const append = log.tryAppend.bind(log);
log.tryAppend = (...given) => {
  appended += 1;
  return append(...given);
};
const deposits = 1_024;
const oneByOne = await timeOf(async () => {
  for (let each = 0; each < deposits; each += 1) await execute(log, recent, 'a', 'deposit', { cents: 1 });
});
appended = 0;
const together = await timeOf(() =>
  Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (let each = 0; each < deposits / IN_FLIGHT; each += 1)
        await execute(log, recent, 'a', 'deposit', { cents: 1 });
    }),
  ),
);
const commands = IN_FLIGHT * Math.ceil(deposits / IN_FLIGHT);
await log.close();
rmSync(folder, { recursive: true });

const of = (name) => median(rounds.map((round) => round[name]));
const ms = (time) => `${time.toFixed(3)} ms`;
const times = (ratio) => `${ratio.toFixed(ratio < 10 ? 2 : 0)} ×`;
const ratio = median(rounds.map(({ kept, folded }) => folded / kept));
console.log(
  `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.versions.node}; medians of ${ROUNDS} rounds\n`,
);
console.log('| work | with recent states | beside | ratio | reach |\n| --- | --- | --- | --- | --- |');
console.log(
  `| state of a subject with ${EVENTS.toLocaleString('en')} events, one of them new | ${ms(of('kept'))} | folding all of it: ${ms(of('folded'))} | **${times(ratio)}** | 50 × |`,
);
console.log(
  `| a command on it, durable | ${ms(of('command'))} | folding all of it: ${ms(of('commandOnAll'))} | ${times(median(rounds.map((each) => each.commandOnAll / each.command)))} | |`,
);
console.log(
  `| ${IN_FLIGHT} commands in flight on it | ${Math.round((commands / together) * 1000).toLocaleString('en')}/s, ${(appended / commands).toFixed(2)} appends each | one after another: ${Math.round((deposits / oneByOne) * 1000).toLocaleString('en')}/s | ${times(commands / together / (deposits / oneByOne))} | 1 × |`,
);
