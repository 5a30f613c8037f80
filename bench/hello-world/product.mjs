/**
 * What a product of ever more factors costs: each row has twice as many as the one before, in at most 2.5 times the time.
 * `npm run bench:http` shows it last; it goes with the hello world.
 */
import { productIn, productMachine } from '../../dist/contexts/product/product.machine.js';
import { foldOf } from '../../dist/runtime/fold/fold.js';
import { median } from '../rates.mjs';

const FACTORS = [10_000, 20_000, 40_000, 80_000, 160_000, 320_000];

export function measure({ rounds: count }) {
  const fold = foldOf(productMachine);
  const costOf = (factors) => {
    const began = performance.now();
    let state = fold.initial;
    for (let index = 0; index < factors; index += 1) {
      state = fold.step(state, { type: 'number.recorded', data: { value: String((index % 97) + 3) } });
    }
    productIn(state.context);
    return performance.now() - began;
  };
  costOf(FACTORS.at(-1)); // until everything is compiled
  // All lengths in each round, so that what disturbs the machine for a while disturbs the halves as well.
  const rounds = Array.from({ length: count }, () => FACTORS.map(costOf));
  FACTORS.forEach((factors, index) => {
    const time = median(rounds.map((times) => times[index]));
    const ratios = rounds.map((times) => times[index] / times[index - 1]);
    const growth = index === 0 ? '' : `   ${median(ratios).toFixed(2)} × the half (at most 2.5)`;
    console.log(
      `product of ${String(factors).padStart(7)} factors ${time.toFixed(0).padStart(7)} ms${growth}`,
    );
  });
}
