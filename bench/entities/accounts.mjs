/** Accounts: many small states of one event type, for the benchmark of entity projections. */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import {
  LeftfoldModule,
  defineEntityProjection,
  defineEvent,
  defineProjection,
} from '../../dist/runtime/index.js';
import { depositOf } from './deposits.mjs';

export const deposited = defineEvent({
  type: 'account.deposited',
  open: true,
  schema: z.strictObject({ account: z.string(), cents: z.int() }),
  examples: [{ data: { account: 'a1', cents: 5 } }],
});

const add = assign({
  total: ({ context, event }) => context.total + event.data.cents,
  count: ({ context }) => context.count + 1,
});

const machineOf = (id) =>
  setup({ actions: { add } }).createMachine({
    id,
    context: { total: 0, count: 0 },
    initial: 'open',
    states: { open: { on: { 'account.deposited': { actions: 'add' } } } },
  });

const view = ({ context }) => ({
  status: context.total % 3 === 0 ? 'gold' : 'plain',
  total: context.total,
  count: context.count,
});

export const accounts = defineEntityProjection({
  name: 'accounts',
  machine: machineOf('account'),
  consumes: [deposited],
  key: ({ data }) => data.account,
  view,
  index: { status: 'text', total: 'number' },
  compound: [['status', 'total']],
});

/** One state beside the many. */
export const sum = defineProjection({ name: 'sum', machine: machineOf('sum'), consumes: [deposited], view });

export const contexts = [
  LeftfoldModule.forFeature({ contracts: [deposited], projections: [accounts, sum], http: true }),
];

/** The events of one commit, spread over the accounts. */
export function depositsFrom(first, count, keys) {
  return Array.from({ length: count }, (_, index) => {
    return deposited.create(depositOf(first + index, keys));
  });
}
