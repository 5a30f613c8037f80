/** The code of `docs/several-things.md` for a decision that makes something: a loan, between a member and a book. */
import { setup } from 'xstate';
import { z } from 'zod';
import {
  decideTogether,
  defineDecider,
  defineEvent,
  subjectId,
  tag,
  type Tag,
} from '../../../src/runtime/index.js';

export const bookLent = defineEvent({
  type: 'book.lent',
  schema: z.strictObject({ loan: z.string(), book: z.string(), member: z.string() }),
  examples: [{ data: { loan: 'l', book: 'b', member: 'm' } }],
});

export const bookReturned = defineEvent({
  type: 'book.returned',
  schema: z.strictObject({ loan: z.string(), book: z.string() }),
  examples: [{ data: { loan: 'l', book: 'b' } }],
});

const ofLoan = (id: string): Tag => tag(`loan:${id}`);
const ofBook = (id: string): Tag => tag(`book:${id}`);

export const books = defineDecider({
  name: 'book',
  machine: setup({}).createMachine({
    id: 'book',
    initial: 'in',
    states: { in: { on: { 'book.lent': 'out' } }, out: { on: { 'book.returned': 'in' } } },
  }),
  consumes: [bookLent, bookReturned],
  subject: (id: string) => [ofBook(id)],
  http: false,
});

export const loans = defineDecider({
  name: 'loan',
  machine: setup({}).createMachine({
    id: 'loan',
    initial: 'unknown',
    states: { unknown: { on: { 'book.lent': 'open' } }, open: { on: { 'book.returned': 'over' } }, over: {} },
  }),
  consumes: [bookLent, bookReturned],
  subject: (id: string) => [ofLoan(id)],
  http: { path: 'loans' },
});

export const lend = decideTogether({
  name: 'lend',
  input: z.strictObject({ loan: subjectId, book: subjectId, member: subjectId }),
  examples: [{ loan: 'l', book: 'b', member: 'm' }],
  models: ({ loan, book }) => ({ loan: loans.decisionModel(loan), book: books.decisionModel(book) }),
  records: { loan: bookLent, book: bookLent },
  http: { path: 'members/{member}/loans', makes: 'loan', location: 'loans/{loan}' },
  decide: (_state, given) => bookLent.create(given, [ofLoan(given.loan), ofBook(given.book)]),
});
