/**
 * The product of all numbers: nonzero ⇄ zero. Zeros are counted, not multiplied, so that retracting the
 * last one brings the product back. Retracted factors are kept apart and divided out when the value is asked for.
 */
import { assign, setup } from 'xstate';
import type { RecordedOf } from '../../runtime/index.js';
import type { numberRecorded, numberRetracted } from '../numbers/numbers.events.js';
import { magnitudeOfLogarithm, type Magnitude } from './magnitude.js';
import {
  NO_FACTORS,
  isNegative,
  logarithmIn,
  productOf,
  withFactor,
  type ProductTree,
} from './product-tree.js';

export interface ProductContext {
  /** Numbers recorded and not retracted, zeros among them. */
  readonly count: number;
  /** How many of them are zero. */
  readonly zeros: number;
  /** Every other number that was ever recorded. */
  readonly factors: ProductTree;
  /** Those of them that were retracted. */
  readonly retracted: ProductTree;
}

export const productMachine = setup({
  types: {
    context: {} as ProductContext,
    events: {} as RecordedOf<typeof numberRecorded> | RecordedOf<typeof numberRetracted>,
  },
  guards: {
    isZero: ({ event }) => event.data.value === '0',
    isLastZero: ({ context, event }) => event.data.value === '0' && context.zeros === 1,
  },
  actions: {
    addZero: assign({
      zeros: ({ context }) => context.zeros + 1,
      count: ({ context }) => context.count + 1,
    }),
    removeZero: assign({
      zeros: ({ context }) => context.zeros - 1,
      count: ({ context }) => context.count - 1,
    }),
    multiply: assign({
      factors: ({ context, event }) => withFactor(context.factors, event.data.value),
      count: ({ context }) => context.count + 1,
    }),
    divide: assign({
      retracted: ({ context, event }) => withFactor(context.retracted, event.data.value),
      count: ({ context }) => context.count - 1,
    }),
  },
}).createMachine({
  id: 'product',
  context: { count: 0, zeros: 0, factors: NO_FACTORS, retracted: NO_FACTORS },
  initial: 'nonzero',
  states: {
    nonzero: {
      on: {
        'number.recorded': [{ guard: 'isZero', target: 'zero', actions: 'addZero' }, { actions: 'multiply' }],
        'number.retracted': [{ guard: 'isZero' }, { actions: 'divide' }],
      },
    },
    zero: {
      on: {
        'number.recorded': [{ guard: 'isZero', actions: 'addZero' }, { actions: 'multiply' }],
        'number.retracted': [
          { guard: 'isLastZero', target: 'nonzero', actions: 'removeZero' },
          { guard: 'isZero', actions: 'removeZero' },
          { actions: 'divide' },
        ],
      },
    },
  },
});

/** A product whose factors have together more digits than this is not computed: it would hold the thread (some 70 ms at the bound). */
export const MAX_COMPUTED_DIGITS = 200_000;

/** @throws RangeError unless `isComputable` */
export function productIn(context: ProductContext): bigint {
  const { zeros, factors, retracted } = context;
  if (zeros > 0) return 0n;
  if (!isComputable(context)) throw new RangeError('the product is too long to be computed');
  return productOf(factors) / productOf(retracted);
}

export function isComputable({ zeros, factors, retracted }: ProductContext): boolean {
  return zeros > 0 || logarithmIn(factors) + logarithmIn(retracted) <= MAX_COMPUTED_DIGITS;
}

/** The size of a product that is not zero, by the logarithms of its factors. */
export function estimatedMagnitude({ factors, retracted }: ProductContext): Magnitude {
  const logarithm = Math.max(logarithmIn(factors) - logarithmIn(retracted), 0);
  return magnitudeOfLogarithm(isNegative(factors) !== isNegative(retracted), logarithm);
}
