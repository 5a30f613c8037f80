/** given, when, then: what agrees passes, what does not is shown, and wrong use says what would be right. */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import {
  addressChanged,
  createInvoice,
  customerRegistered,
  customers,
  emails,
  invoiceCreated,
} from '../../../test/guides/commands/customers.js';
import {
  account,
  accountOpened,
  accounts,
  contracts,
  deposit,
  moneyDeposited,
  moneyWithdrawn,
  transfer,
  withdraw,
} from '../../../test/guides/write-side/accounts.js';
import { defineDecider } from '../command/decider.js';
import { positionIds } from '../command/subject-ids.js';
import { defineEvent, type RecordedOf } from '../event-log/contracts/event-contract.js';
import { position, tag } from '../event-log/event.js';
import { Problem } from '../http/kernel/problem.js';
import { about, exampleOf, given, refused, type When } from './index.js';

const opened = accountOpened.create({ account: 'a' });
const deposited = (cents: number): ReturnType<typeof moneyDeposited.create> =>
  moneyDeposited.create({ account: 'a', cents });

/** What the failed expectation says. */
async function said(expectation: Promise<void>): Promise<string> {
  const error: unknown = await expectation.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  // Jest's realm has another Error than node:assert.
  if (error === undefined) throw new Error('it was as expected');
  return (error as Error).message;
}

describe('a command', () => {
  it('records events', async () => {
    await given([opened])
      .when(account, 'a', deposit, { account: 'a', cents: 5 })
      .then([deposited(5)]);
  });

  it('is refused by what the events before it have made of its subject', async () => {
    const tooMuch = given([opened, deposited(5)]).when(account, 'a', withdraw, { account: 'a', cents: 6 });
    await tooMuch.then(refused('not-enough-money'));
    await tooMuch.then(refused('not-enough-money', /holds 5 cents/));
    await tooMuch.then(refused('not-enough-money', 'Account a holds 5 cents, not 6.'));
    await tooMuch.then(new Problem('conflict', 'not-enough-money', '', 'Account a holds 5 cents, not 6.'));
  });

  it('is refused by its schema as over HTTP', async () => {
    await given([])
      .when(customers, 'c', 'register', { email: 'ann' })
      .then(refused('invalid-body', /^#\/email: /));
  });

  it('is about one subject: events about others have their own tags', async () => {
    const other = about(account, 'b', [opened, deposited(5)]);
    await given([...other, opened])
      .when(account, 'a', withdraw, { account: 'a', cents: 5 })
      .then(refused('not-enough-money'));
  });

  it('is compared by tags where an expected event has some', async () => {
    const cents = { account: 'a', cents: 5 };
    const when = given([opened]).when(account, 'a', deposit, cents);
    await when.then(moneyDeposited.create(cents, [tag('account:a')]));
    expect(await said(when.then([moneyDeposited.create(cents, [tag('account:b')])]))).toContain(
      "- money.deposited { account: 'a', cents: 5 } [account:b]\n+ money.deposited { account: 'a', cents: 5 } [account:a]",
    );
  });

  it('claims unique values in the same commit, and finds them taken', async () => {
    const options = { contracts: emails.contracts };
    await given([], options)
      .when(customers, 'c', 'register', { email: 'Ann@example.org' })
      .then([
        customerRegistered.create({ email: 'Ann@example.org' }),
        emails.claimed.create({ value: 'ann@example.org', owner: 'c' }),
      ]);
    await given([emails.claim('ann@example.org', 'b').event], options)
      .when(customers, 'c', 'register', { email: 'ann@example.org' })
      .then(refused('email-taken'));
    await given(
      [customerRegistered.create({ email: 'a@example.org' }), emails.claim('a@example.org', 'c').event],
      options,
    )
      .when(customers, 'c', 'changeAddress', { email: 'b@example.org' })
      .then([
        emails.release('a@example.org', 'c'),
        addressChanged.create({ email: 'b@example.org' }),
        emails.claim('b@example.org', 'c').event,
      ]);
  });

  it('may be about several subjects', async () => {
    const before = [...about(account, 'a', [opened, deposited(5)]), ...about(account, 'b', [opened])];
    const input = { from: 'a', to: 'b', cents: 5 };
    await given(before, { contracts })
      .when(accounts, input, transfer, input)
      .then([
        moneyWithdrawn.create({ account: 'a', cents: 5 }),
        moneyDeposited.create({ account: 'b', cents: 5 }),
      ]);
    await given([invoiceCreated.create({ number: 7, cents: 1 })])
      .when(createInvoice, { cents: 5 })
      .then([invoiceCreated.create({ number: 8, cents: 5 })]);
  });

  it('may be about the event at a position, which is given without a tag', async () => {
    const noted = defineEvent({ type: 'note.taken', schema: z.strictObject({ text: z.string() }) });
    const struck = defineEvent({ type: 'note.struck', schema: z.strictObject({ text: z.string() }) });
    const notes = defineDecider({
      name: 'note',
      machine: setup({
        types: {
          context: {} as { readonly text: string },
          events: {} as RecordedOf<typeof noted> | RecordedOf<typeof struck>,
        },
      }).createMachine({
        context: { text: '' },
        initial: 'unknown',
        states: {
          unknown: {
            on: {
              'note.taken': { target: 'taken', actions: assign({ text: ({ event }) => event.data.text }) },
            },
          },
          taken: { on: { 'note.struck': 'struck' } },
          struck: {},
        },
      }),
      consumes: [noted, struck],
      ids: positionIds(() => new Problem('not-found', 'no-note', '', '')),
      subject: (number) => ({ query: [{ tags: [tag(`note:${number}`)] }], origin: number }),
      commands: {
        strike: {
          input: z.strictObject({}),
          records: struck,
          decide: ({ context }, _input, number) => struck.create(context, [tag(`note:${number}`)]),
        },
      },
    });
    const events = [noted.create({ text: 'one' }), noted.create({ text: 'two' })];
    await given(events)
      .when(notes, position(2), 'strike', {})
      .then([struck.create({ text: 'two' })]);
    await given([...events, struck.create({ text: 'two' })])
      .when(notes, position(2), 'strike', {})
      .then(refused('note-not-ready'));
  });

  it('is allowed or not: what is offered as links', async () => {
    await given([]).expectCommands(customers, 'c', ['register']);
    await given([customerRegistered.create({ email: 'a@example.org' })]).expectCommands(customers, 'c', [
      'changeAddress',
      'leave',
    ]);
    expect(await said(given([]).expectCommands(customers, 'c', []))).toBe(
      'the commands none were expected; unknown allows register',
    );
  });
});

describe('what differs', () => {
  it('is marked, one event a line, with where the data differs', async () => {
    const before = [...about(account, 'a', [opened, deposited(9)]), ...about(account, 'b', [opened])];
    const input = { from: 'a', to: 'b', cents: 5 };
    const message = await said(
      given(before, { contracts })
        .when(accounts, input, transfer, input)
        .then([
          moneyWithdrawn.create({ account: 'a', cents: 5 }),
          moneyDeposited.create({ account: 'b', cents: 6 }),
          opened,
        ]),
    );
    expect(message).toBe(
      `other events were recorded than expected

  money.withdrawn { account: 'a', cents: 5 }
- money.deposited { account: 'b', cents: 6 }
+ money.deposited { account: 'b', cents: 5 }
    #/cents is 5, and 6 was expected
- account.opened { account: 'a' }
`,
    );
  });

  it('is told of a refusal in place of events, and of events in place of a refusal', async () => {
    const input = { account: 'a', cents: 6 };
    const refusedOne = given([opened]).when(account, 'a', withdraw, input);
    expect(await said(refusedOne.then([moneyWithdrawn.create(input)]))).toBe(
      `events were expected, and it was refused

- money.withdrawn { account: 'a', cents: 6 }
+ not-enough-money: Account a holds 0 cents, not 6.
`,
    );
    expect(await said(refusedOne.then(refused('account-not-ready')))).toBe(
      `it was refused for another reason

- account-not-ready
+ not-enough-money: Account a holds 0 cents, not 6.
`,
    );
    const recorded = given([opened]).when(account, 'a', deposit, input);
    expect(await said(recorded.then(refused('account-not-ready')))).toBe(
      `a refusal was expected, and it was recorded

- account-not-ready
+ money.deposited { account: 'a', cents: 6 } [account:a]
`,
    );
  });

  it('is an AssertionError, with both sides for the runner', async () => {
    const outcome = given([opened]).when(account, 'a', deposit, { account: 'a', cents: 6 }).then([]);
    await expect(outcome).rejects.toMatchObject({
      code: 'ERR_ASSERTION',
      expected: '',
      actual: "money.deposited { account: 'a', cents: 6 } [account:a]",
    });
  });
});

describe('wrong use', () => {
  it('of a command that there is not names those that there are', async () => {
    const when = given([]).when(customers, 'c', 'regster' as 'register', { email: 'a@example.org' });
    await expect(when.then([])).rejects.toThrow(
      'the decider customers has no command regster; it has register, changeAddress, leave',
    );
  });

  it('of an event that the decider does not consume names those that it does', async () => {
    const when = given([opened]).when(customers, 'c', 'register', { email: 'a@example.org' });
    await expect(when.then([])).rejects.toThrow(
      'given[0], account.opened: the decider customers does not consume it; there are address.changed, customer.left, customer.registered.',
    );
  });

  it('of data that breaks its contract names the event and the member', async () => {
    const when = given([opened, deposited(-1)]).when(account, 'a', deposit, { account: 'a', cents: 1 });
    await expect(when.then([])).rejects.toThrow(/^given\[1\], money\.deposited: data\.cents: /);
  });

  it('of a command whose event breaks its contract is no refusal', async () => {
    const when = given([opened]).when(account, 'a', deposit, { account: 'a', cents: 0.5 });
    await expect(when.then(refused('contract-broken'))).rejects.toThrow(
      /^the command made events that cannot be recorded: #\/events\/0\/data\/cents /,
    );
  });

  it('of a claim whose contract is not known names the event', async () => {
    const when = given([]).when(customers, 'c', 'register', { email: 'a@example.org' });
    await expect(when.then([])).rejects.toThrow('There is no event email.claimed');
  });

  it('without an expectation is refused', async () => {
    const when: When = given([opened]).when(account, 'a', deposit, { account: 'a', cents: 1 });
    await expect(Promise.resolve(when as unknown)).rejects.toThrow('nothing is expected; add .then([ … ])');
  });

  it('of a contract without examples says so', () => {
    const bare = defineEvent({ type: 'bare.made', schema: z.strictObject({}) });
    expect(() => exampleOf(bare)).toThrow('bare.made has no example');
  });
});
