/**
 * The log beside what a user would pick instead, all durable, in one run: every figure with its ratio, and the ratio that
 * it should reach. The peers are in a package of their own (`bench/peers`); without it, and without a PostgreSQL server's
 * binaries on the machine, their rows are left out.
 *
 *   npm ci --prefix bench/peers && npm run bench:log
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  commitsBesideFile,
  conditions,
  lmdbSingles,
  memoryOf,
  readsBesideParsing,
  singleAppends,
} from './log/lmdb.mjs';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const LARGE = Number(process.env.BENCH_EVENTS ?? 10_000_000);
const SMALL = 10_000;
const IN_FLIGHT = 64;
const POSTGRES_STORE = '../dist/runtime/event-log/stores/postgres/postgres.store.js';

const perSecond = (rate) => `${Math.round(rate).toLocaleString('en')}/s`;
const row = (work, ours, beside, ratio, reach) =>
  console.log(`| ${work} | ${ours} | ${beside} | ${ratio} | ${reach} |`);
const times = (ratio) => `${ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(0)} ×`;

/** What each peer does, and our PostgreSQL store on the same server; undefined where they cannot be run. */
async function measurePeers() {
  if (!existsSync(join(import.meta.dirname, 'peers', 'node_modules'))) {
    console.error('bench/peers is not installed, so there is nothing beside: npm ci --prefix bench/peers\n');
    return undefined;
  }
  const { measurePeer } = await import('./peers/measure.mjs');
  const { postgresBinaries, startPostgres } = await import('./peers/postgres.mjs');
  if (postgresBinaries() === undefined) {
    console.error('There is no PostgreSQL on this machine, so there is nothing beside.\n');
    return undefined;
  }
  const server = await startPostgres();
  try {
    const options = { postgresUrl: server.url, inFlight: IN_FLIGHT, seconds: SECONDS };
    const peers = [];
    for (const peer of ['emmett-sqlite', 'emmett-postgresql', 'castore-postgres']) {
      peers.push(await measurePeer(peer, options));
    }
    const { PostgresStore } = await import(POSTGRES_STORE);
    const store = await PostgresStore.open({ url: server.url });
    const postgres = await singleAppends(store, options);
    await store.close();
    return { peers, postgres };
  } finally {
    await server.stop();
  }
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'leftfold-bench-'));
  try {
    console.log(
      `Node ${process.version}, ${cpus().length} × ${cpus()[0].model}; medians of ${ROUNDS} rounds, ${SECONDS} s for single appends\n`,
    );
    console.log('| work | Leftfold | beside | ratio | reach |\n| --- | ---: | ---: | ---: | ---: |');
    const written = await commitsBesideFile(folder, { commits: 200, rounds: ROUNDS });
    row(
      'LMDB, commits of 500 events, one after the other',
      perSecond(written.ours),
      `${perSecond(written.raw)} the same JSON made, written and \`fdatasync\`ed`,
      `${times(written.ratio)} (${times(written.ready)} with the JSON ready)`,
      '0.7 ×',
    );
    const measured = await measurePeers();
    const singles = await lmdbSingles(folder, { seconds: SECONDS, inFlight: IN_FLIGHT });
    if (measured !== undefined) {
      const best = measured.peers.toSorted((a, b) => b.appends.rate - a.appends.rate)[0];
      const all = measured.peers.map(({ name, appends }) => `${name} ${perSecond(appends.rate)}`).join(', ');
      row(
        `LMDB, ${IN_FLIGHT} single appends in flight`,
        perSecond(singles),
        all,
        times(singles / best.appends.rate),
        '10 × the best',
      );
      const onServer = measured.peers.filter(({ name }) => name.includes('postgres'));
      const bestOnServer = onServer.toSorted((a, b) => b.appends.rate - a.appends.rate)[0];
      row(
        `PostgreSQL, ${IN_FLIGHT} single appends in flight`,
        perSecond(measured.postgres),
        onServer.map(({ name, appends }) => `${name} ${perSecond(appends.rate)}`).join(', '),
        times(measured.postgres / bestOnServer.appends.rate),
        '3 × the best',
      );
    } else {
      row(`LMDB, ${IN_FLIGHT} single appends in flight`, perSecond(singles), '', '', '');
    }
    const read = await readsBesideParsing(folder, { commits: 400, rounds: ROUNDS });
    row(
      'LMDB, the whole log read and decoded',
      perSecond(read.reading),
      `${perSecond(read.parsing)} \`JSON.parse\` of the same lines`,
      times(read.ratio),
      '2 ×',
    );
    const followed = measured?.peers.filter(({ catchUp }) => catchUp !== undefined) ?? [];
    if (followed.length > 0) {
      const rates = followed.flatMap(({ catchUp, catchUpTuned }) => [catchUp.rate, catchUpTuned?.rate ?? 0]);
      row(
        'LMDB, followed from position 0 to the head',
        perSecond(read.following),
        followed
          .map(
            ({ name, catchUp, catchUpTuned }) =>
              `${name} ${perSecond(catchUp.rate)}${catchUpTuned === undefined ? '' : ` (tuned ${perSecond(catchUpTuned.rate)})`}`,
          )
          .join(', '),
        `${times(read.following / Math.max(...followed.map(({ catchUp }) => catchUp.rate)))} (${times(read.following / Math.max(...rates))} tuned)`,
        '100 ×',
      );
    }
    const { events, written: writing, read: reading } = await memoryOf(folder, LARGE);
    const conditional = await conditions(folder, { small: SMALL, times: 500 });
    for (const [name, { little, large }] of Object.entries(conditional)) {
      row(
        `LMDB, an append under a condition ${name}, after ${events.toLocaleString('en')} events`,
        `${large.toFixed(2)} ms`,
        `${little.toFixed(2)} ms after ${SMALL.toLocaleString('en')}`,
        times(large / little),
        'at most 2 ×',
      );
    }
    const mebibytes = (memory) => `${Math.round(memory)} MiB`;
    row(
      `LMDB, memory while writing and reading ${events.toLocaleString('en')} events`,
      mebibytes(Math.max(writing.own, reading.own)),
      `${mebibytes(writing.resident)} written, ${mebibytes(reading.resident)} read with the mapped pages of the data file`,
      '',
      'under 400 MiB',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
