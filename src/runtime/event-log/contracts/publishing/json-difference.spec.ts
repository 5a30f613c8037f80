import type { Json } from '../../event.js';
import { firstDifference, isSameJson } from './json-difference.js';

describe('the first difference', () => {
  it.each<readonly [one: Json, other: Json, difference: string | undefined]>([
    [1, 1, undefined],
    [1, 2, '#'],
    [null, {}, '#'],
    [[], {}, '#'],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, undefined],
    [{ a: { b: [1, 2] } }, { a: { b: [1, 3] } }, '#/a/b/1'],
    [[1], [1, 2], '#/1'],
    [{ a: 1 }, { a: 1, 'b/c': 2 }, '#/b~1c'],
    [{ a: null }, {}, '#/a'],
    ['1', 1, '#'],
  ])('of %j and %j is at %s', (one, other, difference) => {
    expect(firstDifference(one, other)).toBe(difference);
    expect(firstDifference(other, one)).toBe(difference);
  });
});

describe('isSameJson', () => {
  it('does not mind what JSON leaves out', () => {
    expect(isSameJson({ a: 1, b: undefined }, { a: 1 })).toBe(true);
    expect(isSameJson({ a: 1 }, { a: 2 })).toBe(false);
  });
});
