/** The code of `docs/write-side.md`: accounts that are opened, filled, drawn from and closed. */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import {
  Problem,
  decideTogether,
  defineDecider,
  defineEvent,
  tag,
  type Command,
  type RecordedOf,
  type Tag,
} from '../../../src/runtime/index.js';

const cents = z.int().positive();

export const accountOpened = defineEvent({
  type: 'account.opened',
  schema: z.strictObject({ account: z.string() }),
  examples: [{ data: { account: 'a' } }],
});

export const moneyDeposited = defineEvent({
  type: 'money.deposited',
  schema: z.strictObject({ account: z.string(), cents }),
  examples: [{ data: { account: 'a', cents: 1250 } }],
});

export const moneyWithdrawn = defineEvent({
  type: 'money.withdrawn',
  schema: z.strictObject({ account: z.string(), cents }),
  examples: [{ data: { account: 'a', cents: 50 } }],
});

export const accountClosed = defineEvent({
  type: 'account.closed',
  schema: z.strictObject({ account: z.string() }),
  examples: [{ data: { account: 'a' } }],
});

export const contracts = [accountOpened, moneyDeposited, moneyWithdrawn, accountClosed];

export interface AccountContext {
  readonly cents: number;
}

export const accountMachine = setup({
  types: {
    context: {} as AccountContext,
    events: {} as
      | RecordedOf<typeof accountOpened>
      | RecordedOf<typeof moneyDeposited>
      | RecordedOf<typeof moneyWithdrawn>
      | RecordedOf<typeof accountClosed>,
  },
  guards: { isEmpty: ({ context }) => context.cents === 0 },
}).createMachine({
  id: 'account',
  context: { cents: 0 },
  initial: 'unknown',
  states: {
    unknown: { on: { 'account.opened': 'open' } },
    open: {
      on: {
        'money.deposited': {
          actions: assign({ cents: ({ context, event }) => context.cents + event.data.cents }),
        },
        'money.withdrawn': {
          actions: assign({ cents: ({ context, event }) => context.cents - event.data.cents }),
        },
        'account.closed': { guard: 'isEmpty', target: 'closed' },
      },
    },
    closed: {},
  },
});

const ofAccount = (account: string): Tag => tag(`account:${account}`);

export const account = defineDecider({
  name: 'account',
  machine: accountMachine,
  consumes: contracts,
  subject: (id: string) => ({ query: [{ tags: [ofAccount(id)] }] }),
  refusal: ({ value, context }, id) => {
    if (value === 'unknown')
      return new Problem(
        'not-found',
        'account-not-found',
        'There is no such account',
        `There is no account ${id}.`,
      );
    const why = value === 'closed' ? 'it is closed' : `it is open and holds ${context.cents} cents`;
    return new Problem(
      'conflict',
      'account-not-ready',
      'The account does not allow it',
      `Account ${id}: ${why}.`,
    );
  },
});

export const open: Command<AccountContext, string> = {
  records: accountOpened,
  decide: (_state, id) => [accountOpened.create({ account: id }, [ofAccount(id)])],
};

export interface Amount {
  readonly account: string;
  readonly cents: number;
}

export const deposit: Command<AccountContext, Amount> = {
  records: moneyDeposited,
  decide: (_state, amount) => [moneyDeposited.create(amount, [ofAccount(amount.account)])],
};

export const withdraw: Command<AccountContext, Amount> = {
  records: moneyWithdrawn,
  decide: ({ context }, amount) => {
    if (amount.cents > context.cents) {
      const detail = `Account ${amount.account} holds ${context.cents} cents, not ${amount.cents}.`;
      throw new Problem('conflict', 'not-enough-money', 'There is not enough money', detail);
    }
    return [moneyWithdrawn.create(amount, [ofAccount(amount.account)])];
  },
};

export interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly cents: number;
}

export const accounts = decideTogether(({ from, to }: Transfer) => ({
  from: account.decisionModel(from, moneyWithdrawn),
  to: account.decisionModel(to, moneyDeposited),
}));

export const transfer: Command<{ from: AccountContext; to: AccountContext }, Transfer> = {
  records: moneyWithdrawn,
  decide: ({ context }, { from, to, cents }) => [
    ...withdraw.decide({ value: 'open', context: context.from }, { account: from, cents }),
    ...deposit.decide({ value: 'open', context: context.to }, { account: to, cents }),
  ],
};
