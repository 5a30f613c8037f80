/** The check of a decider: what it finds, how it tells it, and what it reports of a decider that keeps the rules. */
import fc from 'fast-check';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { customers, emails } from '../../../../test/guides/commands/customers.js';
import type { Decision } from '../../command/commands.js';
import { defineDecider, type Decider } from '../../command/decider.js';
import { positionIds } from '../../command/subject-ids.js';
import { defineEvent, type RecordedOf } from '../../event-log/contracts/event-contract.js';
import { position, tag, type Tag } from '../../event-log/event.js';
import type { FoldState } from '../../fold/fold-state.js';
import { Problem } from '../../http/kernel/problem.js';
import { checkDecider, type CheckReport } from './index.js';

const accountOpened = defineEvent({ type: 'account.opened', schema: z.strictObject({}) });
const moneyDeposited = defineEvent({
  type: 'money.deposited',
  schema: z.strictObject({ cents: z.int().positive() }),
});
const accountClosed = defineEvent({ type: 'account.closed', schema: z.strictObject({}) });

interface AccountContext {
  readonly cents: number;
}

const cents = z.strictObject({ cents: z.int().min(1).max(1000) });
const nothing = z.strictObject({});
const of = (id: string): readonly Tag[] => [tag(`account:${id}`)];

interface Parts {
  readonly deposit?: (state: FoldState<AccountContext>, cents: number, id: string) => Decision;
  readonly add?: (cents: number, added: number) => number;
  readonly close?: (state: FoldState<AccountContext>) => Decision;
}

/** An account that keeps the rules, unless parts of it are others. */
function accountWith({
  deposit = (_state, amount, id) => moneyDeposited.create({ cents: amount }, of(id)),
  add = (before, added) => before + added,
  close,
}: Parts = {}): Decider<
  string,
  AccountContext,
  { readonly open: typeof nothing; readonly deposit: typeof cents; readonly close: typeof nothing }
> {
  return defineDecider({
    name: 'account',
    machine: setup({
      types: {
        context: {} as AccountContext,
        events: {} as
          | RecordedOf<typeof accountOpened>
          | RecordedOf<typeof moneyDeposited>
          | RecordedOf<typeof accountClosed>,
      },
      actions: {
        add: assign({
          cents: ({ context, event }) =>
            event.type === 'money.deposited' ? add(context.cents, event.data.cents) : 0,
        }),
      },
    }).createMachine({
      context: { cents: 0 },
      initial: 'unknown',
      states: {
        unknown: { on: { 'account.opened': 'open' } },
        open: {
          initial: 'empty',
          states: {
            empty: {
              on: { 'money.deposited': { target: 'filled', actions: 'add' }, 'account.closed': '#closed' },
            },
            filled: { on: { 'money.deposited': { actions: 'add' } } },
            frozen: {},
          },
        },
        closed: { id: 'closed' },
      },
    }),
    consumes: [accountOpened, moneyDeposited, accountClosed],
    subject: of,
    commands: {
      open: {
        input: nothing,
        records: accountOpened,
        decide: (_state, _input, id) => accountOpened.create({}, of(id)),
      },
      deposit: {
        input: cents,
        records: moneyDeposited,
        decide: (state, input, id) => deposit(state, input.cents, id),
      },
      close: {
        input: nothing,
        records: accountClosed,
        decide: (state, _input, id) => close?.(state) ?? accountClosed.create({}, of(id)),
      },
    },
  });
}

async function said(check: Promise<CheckReport>): Promise<string> {
  const error: unknown = await check.catch((reason: unknown) => reason);
  if (error instanceof Error) return error.message;
  throw new Error('it keeps the rules');
}

const seed = 42;

describe('a decider that keeps the rules', () => {
  it('is reported with the states that were reached, those that never were, and what came of its commands', async () => {
    const report = await checkDecider(accountWith(), { seed });
    expect(report).toMatchObject({
      seed,
      reached: ['unknown', 'open.empty', 'open.filled', 'closed'],
      neverReached: ['open.frozen'],
    });
    expect(Object.keys(report.commands)).toEqual(['open', 'deposit', 'close']);
    for (const { recorded, refused } of Object.values(report.commands)) {
      expect(recorded).toBeGreaterThan(20);
      expect(refused).toBeGreaterThan(20);
    }
  });

  it('is tried in the same way with the same seed', async () => {
    expect(await checkDecider(accountWith(), { seed })).toEqual(await checkDecider(accountWith(), { seed }));
  });

  it('may claim unique values', async () => {
    const report = await checkDecider(customers, {
      seed,
      contracts: emails.contracts,
      inputs: { changeAddress: fc.record({ email: fc.constantFrom('a@example.org', 'b@example.org') }) },
    });
    expect(report.neverReached).toEqual([]);
  });

  it('may name its subjects by the position of a given event', async () => {
    const noted = defineEvent({ type: 'note.taken', schema: nothing });
    const struck = defineEvent({ type: 'note.struck', schema: nothing });
    const notes = defineDecider({
      name: 'note',
      machine: setup({}).createMachine({
        initial: 'unknown',
        states: {
          unknown: { on: { 'note.taken': 'taken' } },
          taken: { on: { 'note.struck': 'struck' } },
          struck: {},
        },
      }),
      consumes: [noted, struck],
      ids: positionIds(() => new Problem('not-found', 'no-note', '', '')),
      subject: (number) => ({ query: [{ tags: [tag(`note:${number}`)] }], origin: number }),
      commands: {
        strike: {
          input: nothing,
          records: struck,
          decide: (_state, _input, number) => struck.create({}, [tag(`note:${number}`)]),
        },
      },
    });
    const report = await checkDecider(notes, { seed, ids: [position(1)], given: [noted.create({})] });
    expect([report.reached, report.neverReached]).toEqual([['taken', 'struck'], ['unknown']]);
    await expect(checkDecider(notes)).rejects.toThrow(
      'the subjects of the decider note are named by positions',
    );
  });
});

describe('a decider that breaks a rule', () => {
  it('is shown with the shortest commands that lead there, as a test', async () => {
    const broken = accountWith({
      deposit: ({ context }, amount, id) => {
        if (context.cents >= 100) throw new TypeError('too rich');
        return moneyDeposited.create({ cents: amount }, of(id));
      },
    });
    const message = await said(checkDecider(broken, { seed, ids: ['a'] }));
    expect(message).toMatch(
      /^the decider account breaks a rule after 3 commands \(seed 42, run \d+\): deposit failed: TypeError: too rich\n/,
    );
    expect(message.slice(message.indexOf('\n\n') + 2)).toBe(
      `await given([
  accountOpened.create({}, [tag('account:a')]),
  moneyDeposited.create({ cents: 100 }, [tag('account:a')]),
])
  .when(account, 'a', 'deposit', { cents: 1 })
  .then([]); // or .then(refused(…))
`,
    );
  });

  it('makes events that break their contract', async () => {
    const broken = accountWith({
      deposit: (_state, amount, id) => moneyDeposited.create({ cents: amount - 7 }, of(id)),
    });
    expect(await said(checkDecider(broken, { seed }))).toMatch(
      /after 2 commands .*: deposit made events that cannot be recorded: #\/events\/0\/data\/cents /,
    );
  });

  it('cannot fold what it recorded', async () => {
    const broken = accountWith({
      add: (before, added) => {
        if (before + added > 1500) throw new RangeError('too much');
        return before + added;
      },
    });
    expect(await said(checkDecider(broken, { seed }))).toMatch(/: deposit failed: .*too much/);
  });

  it('has a machine that is not pure', async () => {
    let calls = 0;
    const broken = accountWith({
      add: (before, added) => {
        calls += 1;
        return before + added + (calls % 7);
      },
    });
    expect(await said(checkDecider(broken, { seed }))).toContain(
      'after deposit, the events folded from the beginning give another state: the machine is not pure',
    );
  });

  it('offers what is never possible, unless that is known', async () => {
    const broken = accountWith({ close: () => new Problem('conflict', 'never', 'Never', 'Never.') });
    expect(await said(checkDecider(broken, { seed }))).toMatch(
      /^the decider account offers close in open: ?\{?.*empty.*, where it was refused all of \d+ times \(seed 42\)\. If what was generated does not fit, give inputs: \{ close: fc… \}, or name it in unlikely$|offers close in \{open:empty\}, where it was refused all of \d+ times/,
    );
    const report = await checkDecider(broken, { seed, unlikely: ['close'] });
    expect(report.commands['close']).toMatchObject({ recorded: 0 });
    expect(report.neverReached).toEqual(['open.frozen', 'closed']);
  });
});

describe('wrong use', () => {
  it('is refused: a decider without commands', async () => {
    await expect(checkDecider(emails.decider)).rejects.toThrow('the decider email has no commands');
  });

  it('is refused: a command whose input cannot be generated', async () => {
    const token = defineDecider({
      name: 'token',
      machine: setup({}).createMachine({ initial: 'a', states: { a: { on: { 'account.opened': 'a' } } } }),
      consumes: [accountOpened],
      subject: of,
      commands: {
        use: {
          input: z.strictObject({ token: z.jwt() }),
          records: accountOpened,
          decide: () => accountOpened.create({}),
        },
      },
    });
    await expect(checkDecider(token)).rejects.toThrow(
      'decider token, command use: token cannot be generated: its format is jwt.',
    );
  });
});
