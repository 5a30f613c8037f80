/** Numbers that follow each other without a gap. */
import { execute } from '../../src/runtime/command/execute.js';
import type { Commit } from '../../src/runtime/event-log/event.js';
import { allAtOnce, times } from '../support/attempts.js';
import { STORES } from '../support/event-stores.js';
import { LogInTest } from '../support/log-in-test.js';
import { allEvents } from '../support/reading.js';
import { bookDecider, createInvoice, invoiceCreated } from './invoices.js';

describe.each(STORES)('an invoice number over $name', (kind) => {
  let test: LogInTest;

  beforeEach(async () => {
    test = await LogInTest.open(kind, [invoiceCreated]);
  });

  afterEach(async () => {
    await test.close();
  });

  const created = (cents: number): Promise<Commit> =>
    execute(test.log, bookDecider, undefined, createInvoice, { cents });

  const numbers = async (): Promise<readonly number[]> =>
    (await allEvents(test.log)).map(({ data }) => (data as { readonly number: number }).number);

  it('is 1 at first, then the next each time', async () => {
    for (const cents of [100, 200, 300]) await created(cents);
    expect(await numbers()).toEqual([1, 2, 3]);
  });

  it('is not used up by an invoice that cannot be recorded', async () => {
    await created(100);
    await expect(created(-1)).rejects.toMatchObject({ problem: 'contract-broken' });
    await created(200);
    expect(await numbers()).toEqual([1, 2]);
  });

  it('is each invoice’s own when many are created at the same time', async () => {
    const attempts = times(10, (index) => created(index + 1));
    await expect(allAtOnce(attempts)).resolves.toEqual({ succeeded: 10, refused: [] });
    expect(await numbers()).toEqual(times(10, (index) => index + 1));
  });
});
