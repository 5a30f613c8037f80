/** The product of all numbers: a state that grows with the log. Factors are multiplied in a row of partial products, so that large ones meet only large ones. */
import { assign, setup } from 'xstate';
import { defineProjection } from '../../dist/runtime/index.js';
import { numberRecorded, numberRetracted } from './numbers.mjs';

const NO_FACTORS = { small: 1, row: [] };

function withFactor({ small, row }, factor) {
  const number = Number(factor);
  if (!Number.isSafeInteger(number)) return { small, row: withPartial(row, BigInt(factor)) };
  const product = small * number;
  return Number.isSafeInteger(product)
    ? { small: product, row }
    : { small: number, row: withPartial(row, BigInt(small)) };
}

function withPartial(row, product) {
  let merged = { rank: 0, product };
  let end = row.length;
  for (let last = row[end - 1]; last?.rank === merged.rank; last = row[end - 1]) {
    merged = { rank: merged.rank + 1, product: last.product * merged.product };
    end -= 1;
  }
  const next = row.slice(0, end);
  next.push(merged);
  return next;
}

const productOf = ({ small, row }) =>
  row.reduceRight((product, partial) => product * partial.product, BigInt(small));

export function productIn({ zeros, factors, retracted }) {
  if (zeros > 0) return 0n;
  return productOf(factors) / productOf(retracted);
}

export const productMachine = setup({
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

export const product = defineProjection({
  name: 'product',
  machine: productMachine,
  consumes: [numberRecorded, numberRetracted],
  view: ({ context, value: state }) => ({
    value: String(productIn(context)),
    state,
    count: context.count,
  }),
});
