/**
 * Very many entities in bounded memory: a program whose heap is limited folds a long log into SQLite, each of its events about another one of
 * so many keys, in no order of keys. What it takes in time, memory and disk as they become more, and what the program does with all of them: one
 * entity and a page of a list over HTTP, and a start. Linux only.
 *
 *   npm run bench:many-entities                             300,000 entities, about a minute
 *   BENCH_KEYS=10000000 npm run bench:many-entities         ten million: about half an hour, and 12 GB of disk in TMPDIR
 *   BENCH_HEAP_MB=512 BENCH_EVENTS=…                        another limit of the heap; events, 1.1 of each key unless given
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { bytesOf, memoryOf } from './many-entities/resources.mjs';
import { listening } from './projection/served.mjs';

const KEYS = Number(process.env.BENCH_KEYS ?? 300_000);
const EVENTS = Number(process.env.BENCH_EVENTS ?? Math.round(KEYS * 1.1));
const HEAP_MB = Number(process.env.BENCH_HEAP_MB ?? 256);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const STEPS = 10;
const SAMPLE_MS = 100;
const LIST = '/accounts?status=gold&sort=-total&limit=50';

const folder = mkdtempSync(join(tmpdir(), 'leftfold-many-'));
const data = join(folder, 'data');
const main = join(import.meta.dirname, 'many-entities', 'main.mjs');
const run = promisify(execFile);
const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);
const whole = (number) => Math.round(number).toLocaleString('en');
const megabytes = (bytes) => `${whole(bytes / 1e6)} MB`;
const began = () => listening(data, main, {}, [`--max-old-space-size=${HEAP_MB}`]);

/** @returns how far the program has folded, and whether it answers from all of it */
async function progressOf({ url }) {
  const response = await globalThis.fetch(`${url}/projections/accounts`);
  return response.json();
}

/** A row for each step of keys, with what the program had at most until then. */
async function foldRows(server) {
  row('keys so far', 'events/s of this step', 'own memory at most', 'resident at most', 'database');
  row('---:', '---:', '---:', '---:', '---:');
  let own = 0;
  let step = { at: performance.now(), position: 0 };
  for (let next = 1; next <= STEPS;) {
    await pause(SAMPLE_MS);
    own = Math.max(own, memoryOf(server.pid).own);
    const { position, status, fault } = await progressOf(server);
    if (fault !== undefined) throw new Error(`stopped: ${JSON.stringify(fault)}`);
    const isLast = next === STEPS;
    if (isLast ? position < EVENTS : position < (KEYS / STEPS) * next) continue;
    const at = performance.now();
    const rate = ((position - step.position) / (at - step.at)) * 1000;
    const size = bytesOf(join(data, 'projections'));
    row(
      `${whole(Math.min(position, KEYS))} (${status})`,
      whole(rate),
      `${own} MiB`,
      `${memoryOf(server.pid).peak} MiB`,
      megabytes(size),
    );
    step = { at, position };
    next += 1;
  }
}

async function ready({ url }) {
  while ((await globalThis.fetch(`${url}/health/ready`)).status !== 200) await pause(5);
}

async function load({ url }, path, connections) {
  const options = JSON.stringify({ url, method: 'GET', path, connections, seconds: SECONDS, keys: KEYS });
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'load.mjs'), options]);
  return JSON.parse(stdout);
}

async function readRow(server, what, path, connections) {
  const { rate, p50, p99 } = await load(server, path, connections);
  const { own } = memoryOf(server.pid);
  row(
    what,
    `${whole(rate)}/s`,
    `p50 ${p50.toFixed(1)} ms`,
    `p99 ${p99.toFixed(1)} ms`,
    `own memory ${own} MiB`,
  );
}

async function readRows(server) {
  row('read', 'rate', 'p50', 'p99', 'after it');
  row('---', '---:', '---:', '---:', '---:');
  await readRow(server, 'one entity, each another one, one at a time', '/accounts/a{n}', 1);
  await readRow(server, 'one entity, each another one, 32 connections', '/accounts/a{n}', 32);
  await readRow(server, 'a page of 50, filtered and sorted, one at a time', LIST, 1);
}

async function restartRow() {
  const from = performance.now();
  const server = await began();
  try {
    await ready(server);
    const seconds = (performance.now() - from) / 1000;
    const { own, peak } = memoryOf(server.pid);
    console.log(
      `\nStarted again: ready after ${seconds.toFixed(2)} s, own memory ${own} MiB, ${peak} MiB resident at most.\n`,
    );
    await readRows(server);
  } finally {
    await server.stop();
  }
}

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0].model}; ${whole(EVENTS)} events over ${whole(KEYS)} keys, heap limited to ${HEAP_MB} MiB\n`,
);
try {
  const filling = performance.now();
  await run(process.execPath, [
    join(import.meta.dirname, 'many-entities', 'fill.mjs'),
    ...[join(data, 'log'), String(EVENTS), String(KEYS)],
  ]);
  const seconds = (performance.now() - filling) / 1000;
  console.log(`Log written in ${seconds.toFixed(0)} s, ${megabytes(bytesOf(join(data, 'log')))}.\n`);
  const server = await began();
  try {
    await foldRows(server);
    const from = performance.now();
    await ready(server);
    console.log(
      `\nReady ${((performance.now() - from) / 1000).toFixed(2)} s after the last event was folded.\n`,
    );
    await readRows(server);
  } finally {
    await server.stop();
  }
  await restartRow();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
