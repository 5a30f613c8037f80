/**
 * The log compared with its alternatives, all durable, in one run: every figure with its ratio and the ratio that
 * it should reach. The peers are in a package of their own (`bench/peers`); without it, and without a PostgreSQL server's
 * binaries on the machine, their rows are left out.
 *
 *   npm ci --prefix bench/peers && npm run bench:log
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LmdbStore } from '../dist/runtime/stores/lmdb/lmdb.store.js';
import { PostgresStore } from '../dist/runtime/stores/postgres/postgres.store.js';
import {
  commitsBesideFile,
  conditions,
  median,
  memoryOf,
  readsBesideParsing,
  singleAppends,
} from './log/lmdb.mjs';
import { bareAppends } from './log/lmdb-alone.mjs';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const LARGE = Number(process.env.BENCH_EVENTS ?? 10_000_000);
const SMALL = 10_000;
const IN_FLIGHT = 64;

const perSecond = (rate) => `${Math.round(rate).toLocaleString('en')}/s`;
const row = (work, ours, beside, ratio, reach) =>
  console.log(`| ${work} | ${ours} | ${beside} | ${ratio} | ${reach} |`);
const times = (ratio) => `${ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(0)} ×`;

/**
 * Single appends by each peer and by our stores, in turns, so that whatever else the machine does befalls them all; what
 * the peers take to catch up, once. Without the peers only our own store in LMDB.
 */
async function measureSingles(folder) {
  const options = { inFlight: IN_FLIGHT, seconds: SECONDS };
  const rounds = [];
  const lmdb = await LmdbStore.open(join(folder, 'singles'));
  const peers = await peersAtHand();
  const server = await peers?.startPostgres();
  const postgres = server && (await PostgresStore.open({ url: server.url }));
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const measured = [];
      for (const peer of peers?.names ?? []) {
        measured.push(
          await peers.measurePeer(peer, { ...options, postgresUrl: server.url, catchUp: round === 0 }),
        );
      }
      rounds.push({
        peers: measured,
        postgres: postgres && (await singleAppends(postgres, options)),
        lmdb: await singleAppends(lmdb, options),
        alone: await bareAppends(join(folder, 'alone'), options),
      });
    }
    return rounds;
  } finally {
    await lmdb.close();
    await postgres?.close();
    await server?.stop();
  }
}

/** What is needed to measure the peers; undefined, and a word of why, where they cannot be run. */
async function peersAtHand() {
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
  return { measurePeer, startPostgres, names: ['emmett-sqlite', 'emmett-postgresql', 'castore-postgres'] };
}

/** The rows of single appends: medians of the rounds, the ratio to the best peer of each round. */
function showSingles(rounds) {
  const [{ peers: first }] = rounds;
  const medianOf = (rateOf) => median(rounds.map(rateOf));
  const show = (work, ours, isBeside, reach) => {
    const beside = first.map(({ name }) => name).filter(isBeside);
    const rateOf = (round, name) => round.peers.find((peer) => peer.name === name).appends.rate;
    const ratios = rounds.map(
      (round) => ours(round) / Math.max(...beside.map((name) => rateOf(round, name))),
    );
    row(
      `${work}, ${IN_FLIGHT} single appends in flight`,
      perSecond(medianOf(ours)),
      beside.map((name) => `${name} ${perSecond(medianOf((round) => rateOf(round, name)))}`).join(', '),
      beside.length === 0
        ? ''
        : `${times(median(ratios))} (${times(Math.min(...ratios))} to ${times(Math.max(...ratios))})`,
      reach,
    );
  };
  show(
    'LMDB',
    ({ lmdb }) => lmdb,
    () => true,
    '10 × the best',
  );
  const ofAlone = rounds.map(({ lmdb, alone }) => lmdb / alone);
  row(
    `LMDB, ${IN_FLIGHT} single appends in flight`,
    perSecond(medianOf(({ lmdb }) => lmdb)),
    `${perSecond(medianOf(({ alone }) => alone))} LMDB by itself, the same entries and nothing else`,
    `${times(median(ofAlone))} (${times(Math.min(...ofAlone))} to ${times(Math.max(...ofAlone))})`,
    '',
  );
  if (first.length > 0) {
    show(
      'PostgreSQL',
      ({ postgres }) => postgres,
      (name) => name.includes('postgres'),
      '3 × the best',
    );
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
    const rounds = await measureSingles(folder);
    showSingles(rounds);
    const read = await readsBesideParsing(folder, { commits: 400, rounds: ROUNDS });
    row(
      'LMDB, the whole log read and decoded',
      perSecond(read.reading),
      `${perSecond(read.parsing)} \`JSON.parse\` of the same lines`,
      times(read.ratio),
      '2 ×',
    );
    const followed = rounds[0].peers.filter(({ catchUp }) => catchUp !== undefined);
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
