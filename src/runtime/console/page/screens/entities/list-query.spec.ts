/** Lists of entities, as they stand in the URL. */
import { routeOf } from '../../routes.js';
import {
  columnsOf,
  cursorIn,
  linkSortedBy,
  linkWithFilter,
  listOptions,
  listQueryOf,
  shownFilters,
} from './list-query.js';

const route = routeOf('#/entities/orders?filter.status=open&filter.status=paid&filter.total.gte=5&cursor=c');

describe('a list of entities', () => {
  it('is asked for as its URL says', () => {
    const { query } = routeOf('#/entities/orders?filter.status=open&filter.total.gte=5&sort=-total,key');
    expect(listOptions(listQueryOf(query))).toEqual({
      filter: { status: ['open'], 'total.gte': ['5'] },
      sort: ['-total', 'key'],
    });
  });

  it('says in words what it is filtered by, with the way to be without it', () => {
    expect(shownFilters(route)).toEqual([
      { words: 'status is open', without: '#/entities/orders?filter.status=paid&filter.total.gte=5' },
      { words: 'status is paid', without: '#/entities/orders?filter.status=open&filter.total.gte=5' },
      { words: 'total is at least 5', without: '#/entities/orders?filter.status=open&filter.status=paid' },
    ]);
  });

  it('begins anew with another filter: one more value, or another bound', () => {
    const of = routeOf('#/entities/orders?filter.status=open&filter.total.gte=5&cursor=c');
    expect(linkWithFilter(of, 'status', 'paid')).toBe(
      '#/entities/orders?filter.status=open&filter.status=paid&filter.total.gte=5',
    );
    expect(linkWithFilter(of, 'total.gte', '9')).toBe(
      '#/entities/orders?filter.status=open&filter.total.gte=9',
    );
  });

  it('is sorted up, down, and no more', () => {
    const links = ['#/entities/orders'];
    for (let turn = 0; turn < 3; turn++) links.push(linkSortedBy(routeOf(links.at(-1) ?? ''), 'total'));
    expect(links.slice(1)).toEqual([
      '#/entities/orders?sort=total',
      '#/entities/orders?sort=-total',
      '#/entities/orders',
    ]);
  });

  it('goes on after the cursor of its next page', () => {
    expect(cursorIn('/orders?limit=2&cursor=a%2Bb')).toBe('a+b');
    expect(cursorIn(undefined)).toBeUndefined();
  });

  it('has a column of each member that it is indexed by, and of others that a cell can show', () => {
    const items = [{ key: 'a', position: 1, status: 'open', customer: null, lines: [1] }];
    expect(columnsOf(['total'], items)).toEqual(['total', 'status', 'customer']);
  });
});
