/**
 * Very many entities in bounded memory: a program whose heap is limited folds a long log into SQLite, ten of eleven events about an entity that
 * was not there before. What it takes of time, memory and disk as they become more, and what the program does with all of them: one entity and a
 * page of a list over HTTP, and a start. Linux only.
 *
 *   npm run bench:many-entities                            300,000 entities, about a minute
 *   BENCH_KEYS=10000000 npm run bench:many-entities        ten million: a quarter of an hour of the processor; 4 GB in TMPDIR
 *   BENCH_ORDER=scattered npm run bench:many-entities      keys in no order, which writes far more to the disk
 *   BENCH_HEAP_MB=512 npm run bench:many-entities          another limit of the heap
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { FIRST_ACCOUNT, eventsOver } from './many-entities/deposits.mjs';
import { bytesOf, bytesWrittenBy, memoryOf, processorSecondsOf } from './many-entities/resources.mjs';
import { listening } from './projection/served.mjs';

const KEYS = Number(process.env.BENCH_KEYS ?? 300_000);
const ORDER = process.env.BENCH_ORDER ?? 'opened';
const HEAP_MB = Number(process.env.BENCH_HEAP_MB ?? 256);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const EVENTS = eventsOver(KEYS);
const STEPS = 10;
const SAMPLE_MS = 100;
const LIST = '/accounts?status=gold&sort=-total&limit=50';

const folder = mkdtempSync(join(tmpdir(), 'leftfold-many-'));
const data = join(folder, 'data');
const part = (name) => join(import.meta.dirname, 'many-entities', name);
const run = promisify(execFile);
const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);
const whole = (number) => Math.round(number).toLocaleString('en');
const megabytes = (bytes) => `${whole(bytes / 1e6)} MB`;
const started = () => listening(data, part('main.mjs'), {}, [`--max-old-space-size=${HEAP_MB}`]);

async function progressOf({ url }) {
  const response = await globalThis.fetch(`${url}/projections/accounts`);
  return response.json();
}

const momentOf = ({ pid }, position) => ({
  position,
  at: performance.now(),
  processor: processorSecondsOf(pid),
  written: bytesWrittenBy(pid),
});

/** A row for each tenth of the log: what it took, and what the program had of memory at most until then. */
async function foldRows(server) {
  row(
    ...['entities', 'events/s', 'events/s of processor time', 'own memory at most', 'resident at most'],
    ...['database', 'written to the disk', 'load average'],
  );
  row('---:', '---:', '---:', '---:', '---:', '---:', '---:', '---:');
  let own = 0;
  let from = momentOf(server, 0);
  for (let step = 1; step <= STEPS;) {
    await pause(SAMPLE_MS);
    own = Math.max(own, memoryOf(server.pid).own);
    const { position, entities, fault } = await progressOf(server);
    if (fault !== undefined) throw new Error(`accounts stopped: ${JSON.stringify(fault)}`);
    if (position < (EVENTS / STEPS) * step) continue;
    const to = momentOf(server, position);
    const events = to.position - from.position;
    row(
      whole(entities.count),
      whole((events / (to.at - from.at)) * 1000),
      whole(events / (to.processor - from.processor)),
      `${own} MiB`,
      `${memoryOf(server.pid).peak} MiB`,
      megabytes(bytesOf(join(data, 'projections'))),
      megabytes(to.written - from.written),
      loadavg()[0].toFixed(1),
    );
    from = to;
    step += 1;
  }
}

async function ready({ url }) {
  while ((await globalThis.fetch(`${url}/health/ready`)).status !== 200) await pause(5);
}

async function readRow({ url, pid }, what, path, connections) {
  const options = {
    url,
    method: 'GET',
    path,
    connections,
    seconds: SECONDS,
    keys: KEYS,
    from: FIRST_ACCOUNT,
  };
  const { stdout } = await run(process.execPath, [
    join(import.meta.dirname, 'load.mjs'),
    JSON.stringify(options),
  ]);
  const { rate, p50, p99 } = JSON.parse(stdout);
  row(what, `${whole(rate)}/s`, `${p50.toFixed(1)} ms`, `${p99.toFixed(1)} ms`, `${memoryOf(pid).own} MiB`);
}

async function readRows(server) {
  row('read', 'rate', 'p50', 'p99', 'own memory after it');
  row('---', '---:', '---:', '---:', '---:');
  await readRow(server, 'one entity, each another one, one at a time', '/accounts/a{n}', 1);
  await readRow(server, 'one entity, each another one, 32 at a time', '/accounts/a{n}', 32);
  await readRow(server, 'a page of 50, filtered and sorted, one at a time', LIST, 1);
}

async function fill() {
  const began = performance.now();
  await run(process.execPath, [part('fill.mjs'), join(data, 'log'), String(KEYS), ORDER]);
  const seconds = (performance.now() - began) / 1000;
  console.log(`Log written in ${seconds.toFixed(0)} s, ${megabytes(bytesOf(join(data, 'log')))}.\n`);
}

async function fold() {
  const server = await started();
  try {
    await foldRows(server);
    await ready(server);
    console.log('');
    await readRows(server);
  } finally {
    await server.stop();
  }
}

async function startAgain() {
  const began = performance.now();
  const server = await started();
  try {
    await ready(server);
    const seconds = ((performance.now() - began) / 1000).toFixed(2);
    const { own, peak } = memoryOf(server.pid);
    console.log(
      `\nStarted again: ready after ${seconds} s, own memory ${own} MiB, ${peak} MiB resident at most.\n`,
    );
    await readRows(server);
  } finally {
    await server.stop();
  }
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0].model}`);
console.log(`${whole(EVENTS)} events over ${whole(KEYS)} keys (${ORDER}), heap limited to ${HEAP_MB} MiB\n`);
try {
  await fill();
  await fold();
  await startAgain();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
