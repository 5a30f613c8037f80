/** The sum of all numbers: a state that stays small. */
import { assign, setup } from 'xstate';
import { defineProjection } from '../../dist/runtime/index.js';
import { numberRecorded, numberRetracted } from './numbers.mjs';

const sumMachine = setup({
  actions: {
    add: assign({
      total: ({ context, event }) => context.total + BigInt(event.data.value),
      count: ({ context }) => context.count + 1,
    }),
    subtract: assign({
      total: ({ context, event }) => context.total - BigInt(event.data.value),
      count: ({ context }) => context.count - 1,
    }),
  },
}).createMachine({
  id: 'sum',
  context: { total: 0n, count: 0 },
  initial: 'empty',
  states: {
    empty: { on: { 'number.recorded': { target: 'counting', actions: 'add' } } },
    counting: { on: { 'number.recorded': { actions: 'add' }, 'number.retracted': { actions: 'subtract' } } },
  },
});

export const sum = defineProjection({
  name: 'sum',
  machine: sumMachine,
  consumes: [numberRecorded, numberRetracted],
  view: ({ context, value }) => ({ value: String(context.total), state: value, count: context.count }),
});
