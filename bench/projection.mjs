/**
 * Projections beside what a user would have instead, in one run: every figure with its ratio, and the ratio that it should
 * reach. Rounds alternate, medians are shown; the ratio is the median of the rounds' ratios. A row is a file in `bench/projection`.
 *
 *   npm run bench:projection
 */
import { cpus } from 'node:os';
import { median } from './rates.mjs';
import { measure as appendWhileRebuilding } from './projection/append-while-rebuilding.mjs';
import { measure as foldInMemory } from './projection/fold-in-memory.mjs';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 1);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const ROWS = [foldInMemory, appendWhileRebuilding];

const perSecond = (rate) => `${Math.round(rate).toLocaleString('en')}/s`;
const times = (ratio) => `${ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(0)} ×`;
const of = (results, figure) => median(results.map(figure));

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0].model}; medians of ${ROUNDS} rounds of ${SECONDS} s\n`,
);
console.log('| work | Leftfold | beside | ratio | reach |\n| --- | ---: | ---: | ---: | ---: |');
for (const measure of ROWS) {
  const {
    work,
    results,
    beside,
    reach,
    shown = perSecond,
  } = await measure({ rounds: ROUNDS, seconds: SECONDS });
  const ours = shown(of(results, (result) => result.ours));
  const theirs = shown(of(results, (result) => result.beside));
  const ratio = times(of(results, (result) => result.ours / result.beside));
  console.log(`| ${work} | ${ours} | ${theirs} ${beside} | ${ratio} | ${reach} × |`);
}
