/** What the guides on commands show is tested code, and what they say of unique things is what happens. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventLog, MemoryStore, Problem, execute, executeTogether } from '../../src/runtime/index.js';
import { allEvents } from '../support/reading.js';
import { PROJECT, blocksOf } from '../support/readme.js';
import { bookLent, bookReturned, lend } from './commands/loans.js';
import { createInvoice, customers, emails, invoiceCreated } from './commands/customers.js';

/** A part of an object is shown further to the left than it stands. */
const inOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

describe.each([
  ['docs/first-context.md', ['test/bank/bank.ts']],
  ['docs/several-things.md', ['test/bank/bank.ts', 'test/guides/commands/loans.ts']],
  ['docs/unique-things.md', ['test/guides/commands/customers.ts']],
])('%s', (guide, files) => {
  it('shows parts of a tested file as they are', () => {
    const code = files.map((file) => readFileSync(join(PROJECT, file), 'utf8')).join('\n');
    const shown = blocksOf(guide).filter(({ language }) => language === 'ts');
    expect(shown.length).toBeGreaterThan(0);
    for (const { text } of shown) expect(inOneLine(code)).toContain(inOneLine(text));
  });
});

describe('a decision that makes something', () => {
  it('makes it once, and its id is refused a second time', async () => {
    const log = new EventLog(new MemoryStore());
    log.contracts.register([bookLent, bookReturned]);
    const problemOf = (loan: string, book: string): Promise<string> =>
      executeTogether(log, lend, { loan, book, member: 'm' }).then(
        () => 'none',
        (error: unknown) => (error instanceof Problem ? error.problem : String(error)),
      );
    expect(await problemOf('l', 'b')).toBe('none');
    expect(await problemOf('l', 'other')).toBe('loan-not-ready');
    expect(await problemOf('k', 'b')).toBe('book-not-ready');
    await log.close();
  });
});

describe('unique things', () => {
  let log: EventLog;
  beforeEach(() => {
    log = new EventLog(new MemoryStore());
    log.contracts.register([...customers.consumes, ...emails.contracts, invoiceCreated]);
  });

  const problemOf = (attempt: Promise<unknown>): Promise<string> =>
    attempt.then(
      () => 'none',
      (error: unknown) => (error instanceof Problem ? error.problem : String(error)),
    );

  it('are claimed, refused to others, and free again after a change', async () => {
    const register = (id: string): Promise<string> =>
      problemOf(execute(log, customers, id, 'register', { email: 'ann@example.org' }));
    expect([await register('a'), await register('b')]).toEqual(['none', 'email-taken']);
    await execute(log, customers, 'a', 'changeAddress', { email: 'ann@example.com' });
    expect(await register('b')).toBe('none');
    expect((await allEvents(log)).map(({ type }) => type)).toEqual([
      'customer.registered',
      'email.claimed',
      'email.released',
      'address.changed',
      'email.claimed',
      'customer.registered',
      'email.claimed',
    ]);
  });

  it('are numbers without gaps', async () => {
    await Promise.all(Array.from({ length: 20 }, () => executeTogether(log, createInvoice, { cents: 1 })));
    const numbers = (await allEvents(log)).map(({ data }) => (data as { number: number }).number);
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });
});
