/** Digests of states: equal for equal states, and only for them. */
import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { stateDigest } from './state-digest.js';

const digestOf = (context: unknown): string => stateDigest({ value: 's', context });

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: false,
});

describe('the digest of a state', () => {
  it('equals that of a copy, whatever is in it', () => {
    fc.assert(
      fc.property(anything, (context) => {
        const copy = deserialize(serialize(context)) as unknown;
        expect(digestOf(copy)).toBe(digestOf(context));
      }),
    );
  });

  it('does not depend on the order in which members were set', () => {
    expect(digestOf({ a: 1, b: 2 })).toBe(digestOf({ b: 2, a: 1 }));
  });

  it('differs for values that are not equal', () => {
    const different = [
      0,
      -0,
      1,
      1n,
      '1',
      true,
      null,
      undefined,
      [],
      [1],
      ['1'],
      [[1]],
      [1, 2],
      [12],
      {},
      { a: 1 },
      { a: undefined },
      { a: [1, { b: 2 }] },
      { a: [1], b: 2 },
      new Map([[1, 2]]),
      new Set([1, 2]),
      new Date(0),
      new Uint8Array([1]),
      new Int8Array([1]),
      'ab',
      ['a', 'b'],
      ['ab', ''],
      10n ** 60n,
      10n ** 60n + 1n,
      -(10n ** 60n),
      2n ** 64n - 1n,
      2n ** 64n,
      -(2n ** 64n),
      [2n ** 64n, 2n ** 64n],
      [2n ** 128n],
    ];
    expect(new Set(different.map(digestOf)).size).toBe(different.length);
  });

  it('covers the active states', () => {
    expect(stateDigest({ value: 'a', context: {} })).not.toBe(stateDigest({ value: 'b', context: {} }));
    expect(stateDigest({ value: { a: 'b' }, context: {} })).not.toBe(
      stateDigest({ value: 'ab', context: {} }),
    );
  });

  it('covers the end of a state that is larger than the buffer', () => {
    const large = Array.from({ length: 50_000 }, (_, index) => index);
    expect(digestOf(large)).not.toBe(digestOf([...large.slice(0, -1), 0]));
  });

  it('is refused for a value that is not data', () => {
    expect(() => digestOf(() => 1)).toThrow('a state holds data, and no function');
  });
});
