/** A log in another process beside the same log in this one: appends, replay, and how late a state of another process is. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventLog } from '../dist/runtime/event-log/event-log.js';
import { Folding } from '../dist/runtime/projection/folding.js';
import { LmdbStore } from '../dist/runtime/stores/lmdb/lmdb.store.js';
import { RemoteStore } from '../dist/runtime/stores/remote/remote.store.js';
import { startLog } from './apart/log-server.mjs';
import { numberRecorded, numberRetracted } from './domain/numbers.mjs';
import { product } from './domain/product.mjs';
import { singleAppends } from './log/lmdb.mjs';
import { numberEvents } from './projection/numbers.mjs';
import { after, paced } from './projection/paced.mjs';
import { median } from './rates.mjs';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 4);
const EVENTS = Number(process.env.BENCH_EVENTS ?? 1_000_000);
const BATCH = 500;
const IN_FLIGHT = 64;
const RATE = 1_000;

const folder = mkdtempSync(join(tmpdir(), 'leftfold-bench-'));
const rows = [];

const count = (number) => Math.round(number).toLocaleString('en');

function ratios(work, beside, reach, results) {
  const each = results.map(({ ours, theirs }) => ours / theirs).toSorted((one, other) => one - other);
  rows.push(
    `| ${work} | ${count(median(results.map(({ ours }) => ours)))}/s | ${count(median(results.map(({ theirs }) => theirs)))}/s ${beside} | ` +
      `${median(each).toFixed(2)} (${each[0].toFixed(2)} to ${each.at(-1).toFixed(2)}) | ${reach} |`,
  );
}

async function appends() {
  const server = await startLog(join(folder, 'appends'));
  const remote = await RemoteStore.open({ url: new URL(server.url) });
  const local = LmdbStore.open(join(folder, 'local'));
  const results = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const theirs = await singleAppends(local, { seconds: SECONDS, inFlight: IN_FLIGHT });
    const ours = await singleAppends(remote, { seconds: SECONDS, inFlight: IN_FLIGHT });
    results.push({ ours, theirs });
  }
  await remote.close();
  await local.close();
  await server.stop();
  ratios(`${IN_FLIGHT} single appends in flight, durable`, 'into LMDB in the process', 0.5, results);
}

function logOver(store) {
  const log = new EventLog(store);
  log.contracts.register([numberRecorded, numberRetracted]);
  return log;
}

async function fill(log) {
  const events = numberEvents(EVENTS);
  for (let start = 0; start < events.length; start += BATCH)
    await log.append(events.slice(start, start + BATCH).map(({ type, data }) => ({ type, data })));
}

async function replayed(log) {
  const folding = new Folding(product.fold);
  const began = performance.now();
  for await (const events of log.read()) folding.take({ events, through: events.at(-1).position });
  if (folding.position !== EVENTS) throw new Error(`folded up to ${folding.position} of ${EVENTS}`);
  return (EVENTS / (performance.now() - began)) * 1000;
}

async function replays() {
  const server = await startLog(join(folder, 'replays'));
  const remote = logOver(await RemoteStore.open({ url: new URL(server.url) }));
  const local = logOver(LmdbStore.open(join(folder, 'replayed')));
  await fill(local);
  await fill(remote);
  const results = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const result = { theirs: await replayed(local), ours: await replayed(remote) };
    if (round > 0) results.push(result); // the first one warms up
  }
  await remote.close();
  await local.close();
  await server.stop();
  ratios(`${count(EVENTS)} events replayed to a state`, 'from LMDB in the process', 0.4, results);
}

/** From the acknowledgement in this process to the fold in the follower's, p99 in milliseconds. */
async function lateness() {
  const server = await startLog(join(folder, 'lateness'));
  const log = logOver(await RemoteStore.open({ url: new URL(server.url) }));
  const follower = fork(join(import.meta.dirname, 'apart', 'follower.mjs'), [server.url]);
  await once(follower, 'message');
  const results = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const acknowledged = new Map();
    await paced({ rate: RATE, isOver: after(SECONDS) }, async () => {
      const { last } = await log.append([numberRecorded.create({ value: '1' })]);
      acknowledged.set(last, Number(process.hrtime.bigint()));
      return 0;
    });
    const foldedAt = new Map();
    while (foldedAt.size < acknowledged.size) {
      follower.send('more');
      const [positions] = await once(follower, 'message');
      for (const [at, time] of positions) foldedAt.set(at, time);
    }
    const late = [...acknowledged].map(([at, time]) => Math.max(foldedAt.get(at) - time, 0) / 1e6);
    if (round > 0) results.push(late.toSorted((one, other) => one - other)[Math.floor(late.length * 0.99)]);
  }
  follower.kill();
  await log.close();
  await server.stop();
  rows.push(
    `| append acknowledged in one process → folded in another, p99, at ${count(RATE)}/s | ${median(results).toFixed(1)} ms | | | under 10 ms |`,
  );
}

try {
  await appends();
  await replays();
  await lateness();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(
  ['| work | Leftfold | beside | ratio | reach |', '| --- | ---: | ---: | ---: | ---: |', ...rows].join('\n'),
);
const AT_REST = join(import.meta.dirname, 'hello-world', 'at-rest.mjs');
if (existsSync(AT_REST)) await import(AT_REST);
process.exit();
