/**
 * Entity projections compared with their alternatives, in one run: every figure with its ratio and the ratio that it should reach.
 *
 *   npm run bench:entities                                            1,000,000 events over 100,000 keys; a list of 1,000,000
 *   BENCH_KEYS=100000,1000000 node --expose-gc bench/entities/memory.mjs   what memory does as entities become more
 *   BENCH_EVENTS=100000 BENCH_KEYS=10000 BENCH_LISTED=100000 npm run bench:entities   smaller ones
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LmdbStore } from '../dist/runtime/stores/lmdb/index.js';
import { EventLog, MemoryStore } from '../dist/runtime/index.js';
import { EntityPlace } from '../dist/runtime/projection/entities/entity-place.js';
import { SqliteDatabases } from '../dist/runtime/projection/entities/sqlite/sqlite-databases.js';
import { postgresDatabasesOf } from '../dist/runtime/projection/entities/postgres/postgres-databases.js';
import { EntityProjection } from '../dist/runtime/projection/entities/entity-projection.js';
import { skipContracts } from '../dist/runtime/projection/skipping.js';
import { createActor } from 'xstate';
import { accounts, depositsFrom, deposited } from './entities/accounts.mjs';
import { foldByEmmett, hasEmmett } from './entities/emmett.mjs';
import { writePlain } from './entities/plain.mjs';
import { median } from './rates.mjs';
import { PostgresServer, findPostgres } from '../test/support/postgres-server.mjs';
import { start } from './projection/served.mjs';

const EVENTS = Number(process.env.BENCH_EVENTS ?? 1_000_000);
const KEYS = Number(process.env.BENCH_KEYS ?? EVENTS / 10);
const LISTED = Number(process.env.BENCH_LISTED ?? EVENTS);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 2);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
/** emmett is measured over fewer events, a tenth as many keys: it takes some hundred times as long. */
const PEER_EVENTS = Number(process.env.BENCH_PEER_EVENTS ?? Math.min(EVENTS, 20_000));
const COMMIT_EVENTS = 1000;
const LIST = '/accounts?status=gold&sort=-total&limit=50';
const MAX_P99_MS = 5;

const folder = mkdtempSync(join(tmpdir(), 'leftfold-bench-'));
const row = (...cells) => console.log(`| ${cells.join(' | ')} |`);
const perSecond = (rate) => `${Math.round(rate).toLocaleString('en')}/s`;

async function fill(log, events, keys) {
  log.contracts.register([deposited, ...skipContracts]);
  for (let first = 0; first < events; first += COMMIT_EVENTS) {
    await log.append(depositsFrom(first, Math.min(COMMIT_EVENTS, events - first), keys));
  }
}

/** Events a second, from the start to the head. */
async function fold(log, databases) {
  const began = performance.now();
  const recovered = Promise.withResolvers?.() ?? later();
  const projection = new EntityProjection(accounts, log, new EntityPlace(databases), {
    recovered: recovered.resolve,
    resumed: () => undefined,
    wentBack: () => undefined,
    faulted: ({ error }) => recovered.reject(error),
    unusable: (reason) => recovered.reject(new Error(reason)),
    trouble: () => undefined,
  });
  const actor = createActor(projection.lifecycle());
  projection.runsAs(actor);
  actor.start();
  await recovered.promise;
  const rate = (EVENTS / (performance.now() - began)) * 1000;
  await projection.stop();
  return rate;
}

function later() {
  const settle = {};
  settle.promise = new Promise((resolve, reject) => Object.assign(settle, { resolve, reject }));
  return settle;
}

async function load(url, path, connections, keys) {
  const options = JSON.stringify({ url, method: 'GET', path, connections, seconds: SECONDS, keys });
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(import.meta.dirname, 'load.mjs'),
    options,
  ]);
  return JSON.parse(stdout);
}

async function foldRows(server) {
  const log = new EventLog(new MemoryStore());
  await fill(log, EVENTS, KEYS);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const beside = writePlain(join(folder, `plain-${round}.db`), EVENTS, KEYS);
    rounds.push({
      beside,
      ours: await fold(log, new SqliteDatabases(join(folder, `fold-${round}`))),
      postgres:
        server &&
        (await fold(log, postgresDatabasesOf({ url: server.url, prefix: `fold_${round}` })('accounts'))),
    });
  }
  await log.close();
  const emmett = hasEmmett() ? await emmettRates(server) : {};
  const ratio = median(rounds.map(({ ours, beside }) => ours / beside));
  row(
    `fold of ${EVENTS.toLocaleString('en')} events over ${KEYS.toLocaleString('en')} keys`,
    perSecond(median(rounds.map(({ ours }) => ours))),
    `${perSecond(median(rounds.map(({ beside }) => beside)))} rows by plain libsql`,
    `${ratio.toFixed(2)} ×`,
    '0.4 ×',
  );
  if (emmett.sqlite !== undefined)
    emmettRow(
      'SQLite',
      rounds.map(({ ours }) => ours),
      emmett.sqlite,
    );
  if (server === undefined) return;
  row(
    'the same into PostgreSQL',
    perSecond(median(rounds.map(({ postgres }) => postgres))),
    `${perSecond(median(rounds.map(({ ours }) => ours)))} into SQLite`,
    `${median(rounds.map(({ ours, postgres }) => postgres / ours)).toFixed(2)} ×`,
    '',
  );
  if (emmett.postgres !== undefined)
    emmettRow(
      'PostgreSQL',
      rounds.map(({ postgres }) => postgres),
      emmett.postgres,
    );
}

/** Once: it takes long, and is far away. */
async function emmettRates(server) {
  const options = { events: PEER_EVENTS, keys: PEER_EVENTS / 10 };
  return {
    sqlite: await foldByEmmett('sqlite', options),
    postgres: server && (await foldByEmmett('postgresql', { ...options, postgresUrl: server.url })),
  };
}

function emmettRow(where, ours, rate) {
  row(
    `the same beside emmett, into ${where}`,
    perSecond(median(ours)),
    `${perSecond(rate)} by its projection of ${PEER_EVENTS.toLocaleString('en')} events`,
    `${(median(ours) / rate).toFixed(1)} ×`,
    '3 ×',
  );
}

/** Each request asks for another entity, of which PostgreSQL is asked unless it is among those read last. */
async function postgresRow(postgres) {
  const environment = { LEFTFOLD_ENTITIES: postgres.url, LEFTFOLD_ENTITIES_PREFIX: 'served' };
  const main = join(import.meta.dirname, 'entities', 'main.mjs');
  // A second process begins with an empty cache.
  await (await start(join(folder, 'data'), main, environment)).stop();
  const server = await start(join(folder, 'data'), main, environment);
  try {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const beside = await load(server.url, '/sum', 32);
      rounds.push({ beside, ours: await load(server.url, '/accounts/a{n}', 32, LISTED) });
    }
    row(
      `one of ${LISTED.toLocaleString('en')} entities over HTTP, from PostgreSQL`,
      perSecond(median(rounds.map(({ ours }) => ours.rate))),
      `${perSecond(median(rounds.map(({ beside }) => beside.rate)))} GET /sum`,
      `${median(rounds.map(({ ours, beside }) => ours.rate / beside.rate)).toFixed(2)} ×, p99 ${median(rounds.map(({ ours }) => ours.p99)).toFixed(1)} ms`,
      '',
    );
  } finally {
    await server.stop();
  }
}

async function servedRows() {
  const data = join(folder, 'data');
  const log = new EventLog(await LmdbStore.open(join(data, 'log')));
  await fill(log, LISTED, LISTED);
  await log.close();
  const server = await start(data, join(import.meta.dirname, 'entities', 'main.mjs'));
  try {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const beside = await load(server.url, '/sum', 32);
      const ours = await load(server.url, '/accounts/a7', 32);
      const page = await load(server.url, LIST, 1);
      rounds.push({ ours, beside, page });
    }
    const ratio = median(rounds.map(({ ours, beside }) => ours.rate / beside.rate));
    row(
      'one entity over HTTP',
      perSecond(median(rounds.map(({ ours }) => ours.rate))),
      `${perSecond(median(rounds.map(({ beside }) => beside.rate)))} GET /sum`,
      `${ratio.toFixed(2)} ×`,
      '0.7 ×',
    );
    const p99 = median(rounds.map(({ page }) => page.p99));
    const what = `a page of 50 of ${LISTED.toLocaleString('en')}, filtered and sorted`;
    row(
      what,
      perSecond(median(rounds.map(({ page }) => page.rate))),
      '',
      `p99 ${p99.toFixed(1)} ms`,
      `${MAX_P99_MS} ms`,
    );
  } finally {
    await server.stop();
  }
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0].model}; medians of ${ROUNDS} rounds\n`);
const programs = findPostgres();
const server = programs && (await PostgresServer.start(programs));
console.log('| work | Leftfold | beside | ratio | reach |\n| --- | ---: | ---: | ---: | ---: |');
try {
  await foldRows(server);
  await servedRows();
  if (server !== undefined) await postgresRow(server);
} finally {
  await server?.remove();
  rmSync(folder, { recursive: true, force: true });
}
