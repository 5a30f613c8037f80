/** Unique values and numbers without gaps, also when several processes want the same at once. */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { TemporarySchema, describeWithPostgres } from '../../../test/support/postgres.js';
import { allEvents } from '../../../test/support/reading.js';
import { defineEvent, type RecordedOf } from '../event-log/contracts/event-contract.js';
import { EventLog } from '../event-log/event-log.js';
import type { EventStore } from '../event-log/event-store.js';
import { tag, type Tag } from '../event-log/event.js';
import { Problem } from '../http/kernel/problem.js';
import { MemoryStore } from '../stores/memory.store.js';
import { defineDecider } from './decider.js';
import { decideTogether } from './decide-together.js';
import { execute, executeTogether } from './execute.js';
import { sequenceOf, uniqueValues } from './unique.js';

const emails = uniqueValues('email', { normalize: (value) => value.toLowerCase() });

const customerRegistered = defineEvent({
  type: 'customer.registered',
  schema: z.strictObject({ email: z.string() }),
});
const emailChanged = defineEvent({ type: 'email.changed', schema: z.strictObject({ email: z.string() }) });
const customerLeft = defineEvent({ type: 'customer.left', schema: z.strictObject({}) });

const about = (id: string): readonly Tag[] => [tag(`customer:${id}`)];

const customer = defineDecider({
  name: 'customer',
  machine: setup({
    types: {
      context: {} as { readonly email: string },
      events: {} as
        | RecordedOf<typeof customerRegistered>
        | RecordedOf<typeof emailChanged>
        | RecordedOf<typeof customerLeft>,
    },
    actions: { note: assign({ email: ({ event }) => ('email' in event.data ? event.data.email : '') }) },
  }).createMachine({
    id: 'customer',
    context: { email: '' },
    initial: 'unknown',
    states: {
      unknown: { on: { 'customer.registered': { target: 'registered', actions: 'note' } } },
      registered: { on: { 'email.changed': { actions: 'note' }, 'customer.left': 'gone' } },
      gone: {},
    },
  }),
  consumes: [customerRegistered, emailChanged, customerLeft],
  subject: about,
  commands: {
    register: {
      input: z.strictObject({ email: z.string() }),
      records: customerRegistered,
      unique: ({ email }, id) => [emails.claim(email, id)],
      decide: (_, input, id) => customerRegistered.create(input, about(id)),
    },
    changeEmail: {
      input: z.strictObject({ email: z.string() }),
      records: emailChanged,
      unique: ({ email }, id) => [emails.claim(email, id)],
      decide: ({ context }, input, id) => [
        emails.release(context.email, id),
        emailChanged.create(input, about(id)),
      ],
    },
    leave: {
      input: z.strictObject({}),
      records: customerLeft,
      decide: ({ context }, _input, id) => [
        customerLeft.create({}, about(id)),
        emails.release(context.email, id),
      ],
    },
  },
});

const invoiceCreated = defineEvent({ type: 'invoice.created', schema: z.strictObject({ number: z.int() }) });
const invoiceNumbers = sequenceOf('invoice-number', invoiceCreated, ({ number }) => number);
const createInvoice = decideTogether({
  name: 'invoices',
  input: z.strictObject({}),
  models: () => ({ numbers: invoiceNumbers.decisionModel() }),
  records: { numbers: invoiceCreated },
  decide: ({ context }) => invoiceCreated.create({ number: context.numbers.last + 1 }),
});

const openLog = (store: EventStore): EventLog => {
  const log = new EventLog(store);
  log.contracts.register([...customer.consumes, ...emails.contracts, invoiceCreated]);
  return log;
};

const outcome = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'recorded',
    (error: unknown) => (error instanceof Problem ? error.problem : String(error)),
  );

const register = (log: EventLog, id: string, email: string): Promise<string> =>
  outcome(execute(log, customer, id, 'register', { email }));
const change = (log: EventLog, id: string, email: string): Promise<string> =>
  outcome(execute(log, customer, id, 'changeEmail', { email }));

describe('a unique value', () => {
  it('is claimed in the commit of the command', async () => {
    const log = openLog(new MemoryStore());
    await register(log, 'a', 'Ann@example.org');
    const events = await allEvents(log);
    expect(events.map(({ type }) => type)).toEqual(['customer.registered', 'email.claimed']);
    expect(new Set(events.map(({ commit }) => commit)).size).toBe(1);
    expect(events[1]).toMatchObject({ data: { value: 'ann@example.org', owner: 'a' } });
  });

  it('is refused to everybody else, and nothing is recorded', async () => {
    const log = openLog(new MemoryStore());
    await register(log, 'a', 'ann@example.org');
    expect(await register(log, 'b', 'ANN@example.org')).toBe('email-taken');
    expect(await log.head()).toBe(2);
  });

  it('is refused with what its definition says', async () => {
    const refusal = (value: string): Problem =>
      new Problem('conflict', 'seat-taken', 'Taken', `${value} is gone.`);
    const seats = uniqueValues('seat', { refusal });
    expect(seats.problems.map(({ detail }) => detail)).toEqual(['one is gone.']);
    const log = new EventLog(new MemoryStore());
    log.contracts.register(seats.contracts);
    const claim = { records: seats.claimed, decide: () => [seats.claim('4-7', 'ann').event] };
    await execute(log, seats.decider, '4-7', claim, {});
    await expect(execute(log, seats.decider, '4-7', claim, {})).rejects.toEqual(refusal('4-7'));
  });

  it('is free for others once it is changed or given up', async () => {
    const log = openLog(new MemoryStore());
    await register(log, 'a', 'ann@example.org');
    expect(await change(log, 'a', 'new@example.org')).toBe('recorded');
    expect(await register(log, 'b', 'ann@example.org')).toBe('recorded');
    expect(await change(log, 'b', 'new@example.org')).toBe('email-taken');
    await execute(log, customer, 'a', 'leave', {});
    expect(await change(log, 'b', 'new@example.org')).toBe('recorded');
  });

  it('is released by its owner only', async () => {
    const log = openLog(new MemoryStore());
    await register(log, 'a', 'ann@example.org');
    const release = { records: emails.released, decide: () => [emails.release('ann@example.org', 'b')] };
    expect(await outcome(execute(log, emails.decider, 'ann@example.org', release, undefined))).toBe(
      'email-not-owned',
    );
  });

  it('may be longer than a tag', async () => {
    const log = openLog(new MemoryStore());
    const long = `${'x'.repeat(1_000)}@example.org`;
    expect(await register(log, 'a', long)).toBe('recorded');
    expect(await register(log, 'b', long)).toBe('email-taken');
    expect(await register(log, 'c', `${long}x`)).toBe('recorded');
  });

  it('cannot be claimed by an array of commands', () => {
    const define = (): unknown =>
      defineDecider({
        name: 'customer',
        machine: setup({}).createMachine({ id: 'customer' }),
        consumes: [customerLeft],
        subject: about,
        commands: {
          leave: {
            input: z.strictObject({}),
            records: customerLeft,
            http: { many: true },
            unique: (_, id) => [emails.claim('a', id)],
            decide: () => customerLeft.create({}),
          },
        },
      });
    expect(define).toThrow(/claims unique values, so it takes no arrays/);
    expect(() =>
      decideTogether({
        name: 'leaving',
        input: z.strictObject({ id: z.string() }),
        http: { many: true },
        models: ({ id }) => ({ one: customer.decisionModel(id) }),
        records: { one: customerLeft },
        unique: ({ id }) => [emails.claim('a', id)],
        decide: (_, { id }) => customerLeft.create({}, about(id)),
      }),
    ).toThrow(/decision leaving claims unique values, so it takes no arrays/);
  });
});

describe('numbers without gaps', () => {
  it.each([-1, 0, 1, 1_000])('begin with any, such as %d, and then only the next is taken', async (first) => {
    const log = openLog(new MemoryStore());
    const take = (number: number): Promise<string> => {
      const command = { records: invoiceCreated, decide: () => [invoiceCreated.create({ number })] };
      return outcome(execute(log, invoiceNumbers.decider, undefined, command, undefined));
    };
    expect(await take(first)).toBe('recorded');
    for (const other of [first - 1, first, first + 2])
      expect(await take(other)).toBe('invoice-number-not-next');
    expect([await take(first + 1), await take(first + 2)]).toEqual(['recorded', 'recorded']);
  });
});

describe.each([
  ['one process', 1],
  ['two processes', 2],
])('at once, by %s', (_, count) => {
  const given = (): readonly EventLog[] => {
    const store = new MemoryStore();
    return Array.from({ length: count }, () => openLog(store));
  };
  const inTurn = <Item>(items: readonly Item[], index: number): Item => items[index % items.length] as Item;

  it('one of fifty gets the value', async () => {
    const logs = given();
    const attempts = Array.from({ length: 50 }, (_unused, index) =>
      register(inTurn(logs, index), `c${index}`, 'ann@example.org'),
    );
    expect((await Promise.all(attempts)).filter((each) => each === 'recorded')).toHaveLength(1);
  });

  it('numbers have no gap, and none is there twice', async () => {
    const logs = given();
    await Promise.all(
      Array.from({ length: 50 }, (_unused, index) => executeTogether(inTurn(logs, index), createInvoice, {})),
    );
    const numbers = (await allEvents(inTurn(logs, 0))).map(({ data }) => (data as { number: number }).number);
    expect(numbers).toEqual(Array.from({ length: 50 }, (_unused, index) => index + 1));
  });
});

describeWithPostgres('at once, by two processes on PostgreSQL', () => {
  it('one gets the value, and numbers have no gap', async () => {
    const schema = await TemporarySchema.create();
    const logs = [openLog(await schema.open()), openLog(await schema.open())];
    try {
      const attempts = logs.flatMap((log, at) =>
        Array.from({ length: 10 }, (_, index) => register(log, `c${at}-${index}`, 'ann@example.org')),
      );
      expect((await Promise.all(attempts)).filter((each) => each === 'recorded')).toHaveLength(1);
      await Promise.all(
        logs.flatMap((log) => Array.from({ length: 10 }, () => executeTogether(log, createInvoice, {}))),
      );
      const [log] = logs;
      const invoices =
        log === undefined ? [] : (await allEvents(log)).filter(({ type }) => type === 'invoice.created');
      expect(invoices.map(({ data }) => (data as { number: number }).number)).toEqual(
        Array.from({ length: 20 }, (_, index) => index + 1),
      );
    } finally {
      for (const each of logs) await each.close();
      await schema.remove();
    }
  });
});
