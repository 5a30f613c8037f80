/** The code of `docs/unique-things.md`: customers with an e-mail address of their own, and invoices with numbers without gaps. */
import { Module } from '@nestjs/common';
import { assign, setup } from 'xstate';
import { z } from 'zod';
import {
  LeftfoldModule,
  decideTogether,
  defineDecider,
  defineEvent,
  sequenceOf,
  tag,
  uniqueValues,
  type RecordedOf,
  type Tag,
} from '../../../src/runtime/index.js';

export const customerRegistered = defineEvent({
  type: 'customer.registered',
  schema: z.strictObject({ email: z.string() }),
  examples: [{ data: { email: 'ann@example.org' } }],
});

export const addressChanged = defineEvent({
  type: 'address.changed',
  schema: z.strictObject({ email: z.string() }),
  examples: [{ data: { email: 'ann@example.com' } }],
});

export const customerLeft = defineEvent({
  type: 'customer.left',
  schema: z.strictObject({}),
  examples: [{ data: {} }],
});

export const emails = uniqueValues('email', { normalize: (value) => value.toLowerCase() });

const customerMachine = setup({
  types: {
    context: {} as { readonly email: string },
    events: {} as
      | RecordedOf<typeof customerRegistered>
      | RecordedOf<typeof addressChanged>
      | RecordedOf<typeof customerLeft>,
  },
  actions: {
    note: assign({
      email: ({ context, event }) => ('email' in event.data ? event.data.email : context.email),
    }),
  },
}).createMachine({
  id: 'customer',
  context: { email: '' },
  initial: 'unknown',
  states: {
    unknown: { on: { 'customer.registered': { target: 'registered', actions: 'note' } } },
    registered: { on: { 'address.changed': { actions: 'note' }, 'customer.left': 'left' } },
    left: {},
  },
});

const ofCustomer = (id: string): readonly Tag[] => [tag(`customer:${id}`)];
const input = z.strictObject({ email: z.email() });

export const customers = defineDecider({
  name: 'customers',
  machine: customerMachine,
  consumes: [customerRegistered, addressChanged, customerLeft],
  subject: ofCustomer,
  commands: {
    register: {
      input,
      records: customerRegistered,
      problems: emails.problems,
      unique: ({ email }, id) => [emails.claim(email, id)],
      decide: (_state, { email }, id) => customerRegistered.create({ email }, ofCustomer(id)),
    },
    changeAddress: {
      input,
      records: addressChanged,
      problems: emails.problems,
      unique: ({ email }, id) => [emails.claim(email, id)],
      decide: ({ context }, { email }, id) => [
        emails.release(context.email, id),
        addressChanged.create({ email }, ofCustomer(id)),
      ],
    },
    leave: {
      input: z.strictObject({}),
      records: customerLeft,
      decide: ({ context }, _input, id) => [
        emails.release(context.email, id),
        customerLeft.create({}, ofCustomer(id)),
      ],
    },
  },
});

export const invoiceCreated = defineEvent({
  type: 'invoice.created',
  schema: z.strictObject({ number: z.int(), cents: z.int() }),
  examples: [{ data: { number: 1, cents: 1250 } }],
});

const invoiceNumbers = sequenceOf('invoice-number', invoiceCreated, ({ number }) => number);

export const createInvoice = decideTogether({
  name: 'invoices',
  input: z.strictObject({ cents: z.int().positive() }),
  models: () => ({ numbers: invoiceNumbers.decisionModel() }),
  records: { numbers: invoiceCreated },
  decide: ({ context }, { cents }) => invoiceCreated.create({ number: context.numbers.last + 1, cents }),
});

@Module({
  imports: [
    LeftfoldModule.forFeature({
      contracts: [...emails.contracts, invoiceCreated],
      deciders: [customers, emails.decider, createInvoice],
      http: true,
    }),
  ],
})
export class CustomersModule {}
