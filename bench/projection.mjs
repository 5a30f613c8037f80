/**
 * Projections compared with their alternatives, in one run: every figure with its ratio and the ratio that it should
 * reach. Rounds alternate, medians are shown; the ratio is the median of the rounds' ratios, with the smallest and the largest. A row is a
 * file in `bench/projection`.
 *
 *   npm run bench:projection                        all rows; those about a long log make one of 10 million events
 *   BENCH_EVENTS=1000000 npm run bench:projection   a shorter one
 *   BENCH_ROWS=start npm run bench:projection       some rows, by the names of their files
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { median } from './rates.mjs';
import { measure as appendWhileRebuilding } from './projection/append-while-rebuilding.mjs';
import { measure as foldInMemory } from './projection/fold-in-memory.mjs';
import { measure as pastState } from './projection/past-state.mjs';
import { measure as queryable } from './projection/queryable.mjs';
import { measure as replay, measureBesidePeer as replayBesidePeer } from './projection/replay.mjs';
import { measure as start } from './projection/start.mjs';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 1);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const ROWS = {
  'fold-in-memory': foldInMemory,
  replay,
  'replay-beside-peer': replayBesidePeer,
  'past-state': pastState,
  start,
  queryable,
  'append-while-rebuilding': appendWhileRebuilding,
};
const wanted = process.env.BENCH_ROWS?.split(',') ?? Object.keys(ROWS);

const perSecond = (rate) => `${Math.round(rate).toLocaleString('en')}/s`;
const times = (ratio) => `${ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(0)} ×`;
const of = (results, figure) => median(results.map(figure));

/** A row of rates, written out; one that measures something else has done that itself. */
function shown({ results, shown: written = perSecond, ...row }) {
  if (results === undefined) return row;
  const ratios = results.map((result) => result.ours / result.beside);
  return {
    work: row.work,
    ours: written(of(results, (result) => result.ours)),
    beside: `${written(of(results, (result) => result.beside))} ${row.beside}`,
    ratio: `${times(median(ratios))} (${times(Math.min(...ratios))} to ${times(Math.max(...ratios))})`,
    reach: `${row.reach} ×`,
  };
}

if (process.send !== undefined) {
  const measured = await ROWS[process.argv[2]]({ rounds: ROUNDS, seconds: SECONDS });
  if (measured !== undefined) {
    const { work, ours, beside, ratio, reach } = shown(measured);
    console.log(`| ${work} | ${ours} | ${beside} | ${ratio} | ${reach} |`);
  }
  process.disconnect();
} else {
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0].model}; medians of ${ROUNDS} rounds of ${SECONDS} s\n`,
  );
  console.log('| work | Leftfold | beside | ratio | reach |\n| --- | ---: | ---: | ---: | ---: |');
  // Each in a process of its own: what one row teaches the engine about a function would slow down the next.
  for (const name of wanted) await once(fork(import.meta.filename, [name]), 'exit');
}
