/** A bank: accounts are opened, filled, drawn from without overdraft, and closed; money goes from one to another in one commit. */
import { Module } from '@nestjs/common';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import {
  LeftfoldModule,
  Problem,
  decideTogether,
  defineDecider,
  defineEntityProjection,
  defineEvent,
  subjectId,
  tag,
  type RecordedOf,
  type Tag,
} from '../../src/runtime/index.js';

const account = z.string();
const cents = z.int().positive();
const ofAccount = (id: string): Tag => tag(`account:${id}`);

export const accountOpened = defineEvent({
  type: 'account.opened',
  schema: z.strictObject({ account, owner: z.string() }),
  examples: [{ data: { account: 'a', owner: 'Ann' } }],
});
export const moneyDeposited = defineEvent({
  type: 'money.deposited',
  schema: z.strictObject({ account, cents }),
  examples: [{ data: { account: 'a', cents: 1250 } }],
});
export const moneyWithdrawn = defineEvent({
  type: 'money.withdrawn',
  schema: z.strictObject({ account, cents }),
  examples: [{ data: { account: 'a', cents: 50 } }],
});
export const accountClosed = defineEvent({
  type: 'account.closed',
  schema: z.strictObject({ account }),
  examples: [{ data: { account: 'a' } }],
});

export const contracts = [accountOpened, moneyDeposited, moneyWithdrawn, accountClosed];

const accountMachine = setup({
  types: {
    context: {} as { readonly owner: string; readonly cents: number },
    events: {} as RecordedOf<(typeof contracts)[number]>,
  },
  guards: {
    isCovered: ({ context, event }) => event.type !== 'money.withdrawn' || event.data.cents <= context.cents,
    isEmpty: ({ context }) => context.cents === 0,
  },
}).createMachine({
  id: 'account',
  context: { owner: '', cents: 0 },
  initial: 'unknown',
  states: {
    unknown: {
      on: {
        'account.opened': { target: 'open', actions: assign({ owner: ({ event }) => event.data.owner }) },
      },
    },
    open: {
      on: {
        'money.deposited': {
          actions: assign({ cents: ({ context, event }) => context.cents + event.data.cents }),
        },
        'money.withdrawn': {
          guard: 'isCovered',
          actions: assign({ cents: ({ context, event }) => context.cents - event.data.cents }),
        },
        'account.closed': { guard: 'isEmpty', target: 'closed' },
      },
    },
    closed: {},
  },
});

const noAccount = (id: string): Problem =>
  new Problem('not-found', 'account-not-found', 'There is no such account', `There is no account ${id}.`);

const notEnough = (id: string, held: number): Problem =>
  new Problem(
    'conflict',
    'not-enough-money',
    'There is not enough money',
    `Account ${id} holds ${held} cents.`,
  );

const notReady = (id: string, why: string): Problem =>
  new Problem('conflict', 'account-not-ready', 'The account does not allow it', `Account ${id}: ${why}.`);

export const accounts = defineDecider({
  name: 'account',
  machine: accountMachine,
  consumes: contracts,
  subject: (id: string) => [ofAccount(id)],
  http: { path: 'accounts' },
  commands: {
    open: {
      input: z.strictObject({ owner: z.string().min(1).max(200) }),
      examples: [{ owner: 'Ann' }],
      records: accountOpened,
      decide: (_state, { owner }, id) => accountOpened.create({ account: id, owner }, [ofAccount(id)]),
    },
    deposit: {
      input: z.strictObject({ cents }),
      examples: [{ cents: 1250 }],
      records: moneyDeposited,
      http: { many: true, forms: true },
      decide: (_state, amount, id) => moneyDeposited.create({ account: id, ...amount }, [ofAccount(id)]),
    },
    withdraw: {
      input: z.strictObject({ cents }),
      examples: [{ cents: 50 }],
      problems: [notEnough('a', 5)],
      records: moneyWithdrawn,
      decide: (_state, amount, id) => moneyWithdrawn.create({ account: id, ...amount }, [ofAccount(id)]),
    },
    close: {
      input: z.strictObject({}),
      records: accountClosed,
      decide: (_state, _input, id) => accountClosed.create({ account: id }, [ofAccount(id)]),
    },
  },
  refusal: ({ value, context }, id, records) => {
    if (value === 'unknown') return noAccount(id);
    if (value === 'open' && records === moneyWithdrawn) return notEnough(id, context.cents);
    return notReady(id, value === 'closed' ? 'it is closed' : `it is open and holds ${context.cents} cents`);
  },
  problems: [notReady('a', 'it is closed')],
});

export const transfer = decideTogether({
  name: 'transfers',
  input: z.strictObject({ from: subjectId, to: subjectId, cents }),
  examples: [{ from: 'a', to: 'b', cents: 50 }],
  problems: [noAccount('b'), notEnough('a', 5), notReady('b', 'it is closed')],
  models: ({ from, to }) => ({ from: accounts.decisionModel(from), to: accounts.decisionModel(to) }),
  records: { from: moneyWithdrawn, to: moneyDeposited },
  decide: (_state, amount) => [
    moneyWithdrawn.create({ account: amount.from, cents: amount.cents }, [ofAccount(amount.from)]),
    moneyDeposited.create({ account: amount.to, cents: amount.cents }, [ofAccount(amount.to)]),
  ],
});

/** The list of them, as in `GET /accounts?sort=-cents`. One of them is shown by its decider. */
export const accountList = defineEntityProjection({
  name: 'accounts',
  machine: accountMachine,
  consumes: contracts,
  key: ({ data }) => data.account,
  view: ({ value, context }) => ({ state: value, ...context }),
  index: { state: 'text', cents: 'number' },
  compound: [['state', 'cents']],
  tag: ofAccount,
  http: { entity: false },
});

@Module({
  imports: [
    LeftfoldModule.forFeature({
      contracts,
      deciders: [accounts, transfer],
      projections: [accountList],
      http: true,
    }),
  ],
})
export class BankModule {}
