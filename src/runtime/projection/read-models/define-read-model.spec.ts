/** What a definition of a read model is refused for, and what tells two of them apart. */
import { saleMade, saleRefunded, turnover } from '../../../../test/support/app/shop.js';
import { defineReadModel } from './define-read-model.js';

describe('a definition of a read model', () => {
  const definition = {
    name: 'sales',
    consumes: [saleMade, saleRefunded],
    schema: turnover.schema,
    handle: { 'sale.made': () => Promise.resolve(), 'sale.refunded': () => Promise.resolve() },
  } as const;
  const defining = (changes: object) => (): unknown => defineReadModel({ ...definition, ...changes });

  it.each([
    ['a name that is none', { name: 'Sales' }, 'read model Sales: a name is at most 200 lower case letters'],
    [
      'a name of the runtime',
      { name: 'events' },
      'read model events: /events is where the runtime serves its own',
    ],
    [
      'a version that is none',
      { version: 0 },
      'read model sales: a version is a whole number from 1, and 0 is not',
    ],
    [
      'no events',
      { consumes: [], handle: {} },
      'read model sales: consumes lists no event; name one or more',
    ],
    ['no schema', { schema: undefined }, 'read model sales: schema is a function that creates the tables'],
    [
      'no handler for an event',
      { handle: { 'sale.made': () => Promise.resolve() } },
      'read model sales: there is no handler for sale.refunded',
    ],
    [
      'a handler for an event that is not consumed',
      { handle: { ...definition.handle, 'sale.lost': () => Promise.resolve() } },
      'read model sales: there is a handler for sale.lost, which consumes does not list; it lists sale.made, sale.refunded',
    ],
    ['no handlers', { handle: undefined }, 'read model sales: there is no handler for sale.made'],
  ])('with %s is refused', (_what, changes, message) => {
    expect(defining(changes)).toThrow(message);
  });

  it('is told apart by its handlers, its schema, its version and its events', () => {
    const fingerprints = [
      {},
      { version: 2 },
      { handle: { ...definition.handle, 'sale.made': () => Promise.resolve(1) } },
      { handle: () => Promise.resolve() },
      { schema: () => Promise.resolve() },
      { consumes: [saleMade], handle: { 'sale.made': definition.handle['sale.made'] } },
    ].map((changes) => (defining(changes)() as { readonly fingerprint: string }).fingerprint);
    expect(new Set(fingerprints).size).toBe(fingerprints.length);
  });
});
