/** Links of the console and what they lead to. */
import { linkTo, linkWith, routeOf } from './routes.js';

describe('a link of the console', () => {
  it.each([
    [['projections', 'sum'], {}, '#/projections/sum'],
    [[], {}, '#/'],
    [['log'], { type: ['a', 'b'], tag: '', open: 7, at: undefined }, '#/log?type=a&type=b&open=7'],
    [['entities', 'orders', 'a/b c'], {}, '#/entities/orders/a%2Fb%20c'],
  ])('to %j with %j is %s', (path, query, link) => {
    expect(linkTo(path, query)).toBe(link);
  });

  it('leads back to what it was made of', () => {
    const { path, query } = routeOf(
      linkTo(['entities', 'a/b?c'], { text: 'x&y=#', at: '2026-01-31T12:00:00Z' }),
    );
    expect(path).toEqual(['entities', 'a/b?c']);
    expect(Object.fromEntries(query)).toEqual({ text: 'x&y=#', at: '2026-01-31T12:00:00Z' });
  });

  it('keeps what is not changed', () => {
    expect(linkWith(routeOf('#/log?type=a&type=b&open=7'), { open: undefined, tag: 't' })).toBe(
      '#/log?type=a&type=b&tag=t',
    );
  });

  it('takes a text that is no percent-encoding as it is', () => {
    expect(routeOf('#/log/%zz').path).toEqual(['log', '%zz']);
  });
});
