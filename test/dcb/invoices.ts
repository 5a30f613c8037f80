/** Invoices, numbered without a gap (dcb.events: invoice number). */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { defineDecider, type Command } from '../../src/runtime/command/decider.js';
import { defineEvent, type RecordedOf } from '../../src/runtime/event-log/contracts/event-contract.js';
import { tag } from '../../src/runtime/event-log/event.js';
import { Refused } from '../support/refused.js';

export const invoiceCreated = defineEvent({
  type: 'invoice.created',
  schema: z.strictObject({ number: z.int().min(1), cents: z.int().min(1) }),
});

export interface BookContext {
  readonly last: number;
}

const bookMachine = setup({
  types: { context: {} as BookContext, events: {} as RecordedOf<typeof invoiceCreated> },
}).createMachine({
  id: 'book',
  context: { last: 0 },
  initial: 'open',
  states: {
    open: {
      on: { 'invoice.created': { actions: assign({ last: ({ event }) => event.data.number }) } },
    },
  },
});

/** All invoices are one subject. The newest of them tells the next number, so that no other need be read. */
export const bookDecider = defineDecider({
  name: 'book',
  machine: bookMachine,
  consumes: [invoiceCreated],
  subject: () => ({ query: [{ types: [invoiceCreated.type] }], onlyNewest: true }),
  refusal: () => new Refused('book-closed', 'No more invoices.'),
});

export const createInvoice: Command<BookContext, { readonly cents: number }> = {
  records: invoiceCreated,
  decide: ({ context: { last } }, { cents }) => [
    invoiceCreated.create({ number: last + 1, cents }, [tag(`invoice:${last + 1}`)]),
  ],
};
