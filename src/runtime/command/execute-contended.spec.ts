/** Many commands at once on one subject, none of which excludes another: all are carried out. */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { TemporarySchema, describeWithPostgres } from '../../../test/support/postgres.js';
import { allEvents } from '../../../test/support/reading.js';
import { defineEvent, type RecordedOf } from '../event-log/contracts/event-contract.js';
import { EventLog } from '../event-log/event-log.js';
import { tag } from '../event-log/event.js';
import type { EventStore } from '../event-log/event-store.js';
import { Problem } from '../http/kernel/problem.js';
import { MemoryStore } from '../stores/memory.store.js';
import { defineDecider, type Command } from './decider.js';
import { execute } from './execute.js';

const amount = z.strictObject({ account: z.string(), amount: z.int() });
const deposited = defineEvent({ type: 'amount.deposited', schema: amount });
const withdrawn = defineEvent({ type: 'amount.withdrawn', schema: amount });

interface Account {
  readonly balance: number;
}

const account = defineDecider({
  name: 'account',
  machine: setup({
    types: {
      context: {} as Account,
      events: {} as RecordedOf<typeof deposited> | RecordedOf<typeof withdrawn>,
    },
  }).createMachine({
    context: { balance: 0 },
    initial: 'open',
    states: { open: {} },
    on: {
      'amount.deposited': {
        actions: assign({ balance: ({ context, event }) => context.balance + event.data.amount }),
      },
      'amount.withdrawn': {
        actions: assign({ balance: ({ context, event }) => context.balance - event.data.amount }),
      },
    },
  }),
  consumes: [deposited, withdrawn],
  subject: (id: string) => ({ query: [{ tags: [tag(`account:${id}`)] }] }),
  refusal: () => new Problem('conflict', 'closed', 'It is closed', 'The account is closed.'),
});

const withdraw: Command<Account, number> = {
  records: withdrawn,
  decide: ({ context }, input) => {
    if (context.balance < input)
      throw new Problem('conflict', 'too-little', 'There is too little', 'There is not enough money.');
    return [withdrawn.create({ account: 'a', amount: input }, [tag('account:a')])];
  },
};

const openLog = (store: EventStore): EventLog => {
  const log = new EventLog(store);
  log.contracts.register([deposited, withdrawn]);
  return log;
};

const deposit = (log: EventLog): Promise<unknown> =>
  log.append([deposited.create({ account: 'a', amount: 150 }, [tag('account:a')])]);

/** 200 withdrawals of 1, of which there is money for 150. @returns what the others were refused with */
async function withdrawAtOnce(logs: readonly EventLog[]): Promise<readonly string[]> {
  const attempts = await Promise.allSettled(
    Array.from({ length: 200 }, (_, index) => {
      const log = logs[index % logs.length];
      return log === undefined ? Promise.reject(new Error()) : execute(log, account, 'a', withdraw, 1);
    }),
  );
  return attempts.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
}

const tooLittle = Array.from({ length: 50 }, () => 'Problem: There is not enough money.');

describe('two hundred withdrawals at once', () => {
  it('are carried out as far as there is money, each decided once', async () => {
    const log = openLog(new MemoryStore());
    await deposit(log);
    let decisions = 0;
    const { decide } = withdraw;
    const counted: Command<Account, number> = {
      ...withdraw,
      decide: (...given) => {
        decisions += 1;
        return decide(...given);
      },
    };
    await Promise.allSettled(Array.from({ length: 200 }, () => execute(log, account, 'a', counted, 1)));
    expect(decisions).toBe(200);
    await expect(log.head()).resolves.toBe(151);
  });

  it('are refused beyond that by the decider, and never for a conflict', async () => {
    const log = openLog(new MemoryStore());
    await deposit(log);
    expect(await withdrawAtOnce([log])).toEqual(tooLittle);
  });
});

describeWithPostgres('two hundred withdrawals at once, by two processes', () => {
  it('are carried out as far as there is money', async () => {
    const schema = await TemporarySchema.create();
    const logs = [openLog(await schema.open()), openLog(await schema.open())];
    try {
      const [log] = logs;
      if (log === undefined) throw new Error('there is a log');
      await deposit(log);
      expect(await withdrawAtOnce(logs)).toEqual(tooLittle);
      expect(await allEvents(log)).toHaveLength(151);
    } finally {
      for (const each of logs) await each.close();
      await schema.remove();
    }
  });
});
