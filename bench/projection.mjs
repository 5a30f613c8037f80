/**
 * Projections beside what a user would have instead, in one run: every figure with its ratio, and the ratio that it should
 * reach. Rounds alternate, medians are shown; the ratio is the median of the rounds' ratios. A row is a file in `bench/projection`.
 *
 *   npm run bench:projection
 */
import { cpus } from 'node:os';
import { median } from './rates.mjs';
import { measure as foldInMemory } from './projection/fold-in-memory.mjs';
import { measure as queryable } from './projection/queryable.mjs';
import { measure as replay, measureBesidePeer as replayBesidePeer } from './projection/replay.mjs';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 1);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
/** What is measured as a rate beside another one. */
const RATES = [foldInMemory, replay, replayBesidePeer];

const perSecond = (rate) => `${Math.round(rate).toLocaleString('en')}/s`;
const times = (ratio) => `${ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(0)} ×`;
const of = (results, figure) => median(results.map(figure));

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0].model}; medians of ${ROUNDS} rounds of ${SECONDS} s\n`,
);
console.log('| work | Leftfold | beside | ratio | reach |\n| --- | ---: | ---: | ---: | ---: |');
for (const measure of RATES) {
  const measured = await measure({ rounds: ROUNDS, seconds: SECONDS });
  if (measured === undefined) continue;
  const { work, results, beside, reach } = measured;
  const ours = perSecond(of(results, (result) => result.ours));
  const theirs = perSecond(of(results, (result) => result.beside));
  const ratio = times(of(results, (result) => result.ours / result.beside));
  console.log(`| ${work} | ${ours} | ${theirs} ${beside} | ${ratio} | ${reach} × |`);
}

const p99 = await queryable({ rounds: ROUNDS });
const milliseconds = (figure) => `${of(p99, figure).toFixed(2)} ms`;
console.log(
  `| an append acknowledged → its state queryable, p99 | ${milliseconds(({ calm }) => calm)} with 8 in flight and pauses, ${milliseconds(({ busy }) => busy)} with 64 in flight | | | under 2 ms |`,
);
