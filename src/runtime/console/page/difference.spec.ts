/** The difference that an event made, as a list of changed members. */
import { MAX_CHANGES, changesBetween } from './difference.js';

describe('the difference between two values', () => {
  it.each<[unknown, unknown, unknown]>([
    [{ a: 1, b: 2 }, { a: 1, b: 3 }, [{ path: 'b', before: 2, after: 3 }]],
    [{ a: { b: [1, 2] } }, { a: { b: [1, 5] } }, [{ path: 'a.b[1]', before: 2, after: 5 }]],
    [{ a: null }, { a: {} }, [{ path: 'a', before: null, after: {} }]],
    [{ a: [] }, { a: {} }, [{ path: 'a', before: [], after: {} }]],
    [
      { gone: 1 },
      { come: 2 },
      [
        { path: 'come', after: 2 },
        { path: 'gone', before: 1 },
      ],
    ],
    [[1], [1, 2], [{ path: '[1]', after: 2 }]],
    [1, 2, [{ path: '', before: 1, after: 2 }]],
    [{ a: [{ b: 1 }] }, { a: [{ b: 1 }] }, []],
    [
      JSON.parse('{"__proto__":1}'),
      JSON.parse('{"__proto__":2}'),
      [{ path: '__proto__', before: 1, after: 2 }],
    ],
  ])('of %j and %j is %j', (before, after, changes) => {
    expect(changesBetween(before, after)).toEqual(changes);
  });

  it('is told up to a bound', () => {
    const many = (value: number): number[] => Array.from({ length: MAX_CHANGES * 2 }, () => value);
    expect(changesBetween({ a: many(1), b: many(1) }, { a: many(2), b: many(2) })).toHaveLength(MAX_CHANGES);
  });
});
