/** The sum of all numbers: empty ──first number──▶ counting. */
import { assign, setup } from 'xstate';
import type { FoldState, RecordedOf, StateValue } from '../../runtime/index.js';
import type { numberRecorded, numberRetracted } from '../numbers/numbers.events.js';

export interface SumContext {
  readonly total: bigint;
  /** Numbers recorded and not retracted. */
  readonly count: number;
}

export const sumMachine = setup({
  types: {
    context: {} as SumContext,
    events: {} as RecordedOf<typeof numberRecorded> | RecordedOf<typeof numberRetracted>,
  },
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

/** `value` is in decimal. */
export type SumView = Readonly<{ value: string; state: StateValue; count: number }>;

/** What `GET /sum` answers with. */
export function sumView({ context, value }: FoldState<SumContext>): SumView {
  return { value: String(context.total), state: value, count: context.count };
}
