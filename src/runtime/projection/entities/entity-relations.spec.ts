/** A relation that cannot be answered is refused when it is defined, or when its context is put together. */
import { changedOrders, orders } from '../../../../test/support/app/orders.js';
import type { EntityRelation } from './define-entity-projection.js';
import { requireOwnRelations } from './entity-relations.js';

const customers = changedOrders({ name: 'customers' });

describe('a relation of an entity projection', () => {
  it.each([
    [
      'by what is not indexed',
      { of: customers, by: 'city' },
      'customers has no index "city"; it has status,',
    ],
    ['by nothing', { of: customers }, 'customers has no index undefined'],
    [
      'by what is no text',
      { of: customers, by: 'items' },
      'the index items of customers is to be text, not number',
    ],
    [
      'to what is no entity projection',
      { of: { name: 'x' }, by: 'status' },
      'of is the definition of an entity projection',
    ],
    ['to nothing', { by: 'status' }, 'of is the definition of an entity projection'],
  ])('is refused %s', (_, relation, message) => {
    expect(() => changedOrders({ relations: { others: relation } })).toThrow(
      new RegExp(`projection orders: relation others: .*${message}`),
    );
  });

  it.each([
    ['total', 'an answer has a member of that name already'],
    ['key', 'an answer has a member of that name already'],
    ['a-b', 'a name has letters, digits and underscores'],
    ['__proto__x.y', 'a name has letters, digits and underscores'],
  ])('is refused as %s', (name, message) => {
    expect(() => changedOrders({ relations: { [name]: { of: customers, by: 'status' } } })).toThrow(message);
  });

  it('is one of eight at most', () => {
    const names = Array.from({ length: 9 }, (_, index): [string, EntityRelation] => [
      `r${index}`,
      { of: customers, by: 'status' },
    ]);
    expect(() => changedOrders({ relations: Object.fromEntries(names) })).toThrow('at most 8 relations');
  });

  it('is to a projection of its own context', () => {
    const related = changedOrders({ relations: { others: { of: customers, by: 'customer' } } });
    const message =
      'projection orders: relation others: customers is not among the projections of its context';
    expect(() => {
      requireOwnRelations([related]);
    }).toThrow(message);
    expect(() => {
      requireOwnRelations([related, customers]);
    }).not.toThrow();
  });

  it('has another fingerprint, as a member of the view that is named like it is left out', () => {
    const related = changedOrders({ relations: { opened_by: { of: customers, by: 'customer' } } });
    expect(related.fingerprint).not.toBe(orders.fingerprint);
    const view = changedOrders({
      relations: { lines: { of: customers, by: 'customer' } },
      view: () => ({ status: 'open', total: '0', items: 0, lines: 3 }),
    }).view(orders.fold.initial, 'a');
    expect(view).toEqual({ status: 'open', total: '0', items: 0 });
  });
});
