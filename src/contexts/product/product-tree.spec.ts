import fc from 'fast-check';
import { frozen } from '../../../test/support/frozen.js';
import { NO_FACTORS, productOf, withFactor, type ProductTree } from './product-tree.js';

const isNotZero = (factor: bigint): boolean => factor !== 0n;

/** Those that a plain number multiplies exactly, alone or with a few more of them, and those just beside. */
const small = fc.bigInt({ min: -(2n ** 54n), max: 2n ** 54n }).filter(isNotZero);
const tiny = fc.bigInt({ min: -12n, max: 12n }).filter(isNotZero);
const large = fc.bigInt({ min: 2n ** 53n, max: 10n ** 30n });
const any = fc.oneof(
  tiny,
  small,
  large,
  fc.constantFrom(2n ** 53n - 1n, 1n - 2n ** 53n, 2n ** 53n, -(2n ** 53n)),
);

const factors = fc.array(any, { maxLength: 200 });

const treeOf = (given: readonly bigint[], from = NO_FACTORS): ProductTree =>
  given.reduce((tree, factor) => withFactor(tree, String(factor)), from);

/** The tree after each of so many equal factors, the empty one first. */
function growing(count: number, factor: bigint): readonly ProductTree[] {
  const trees = [NO_FACTORS];
  let tree = NO_FACTORS;
  for (let added = 0; added < count; added += 1) {
    tree = withFactor(tree, String(factor));
    trees.push(tree);
  }
  return trees;
}

const ranksOf = ({ row }: ProductTree): readonly number[] => row.map(({ rank }) => rank);

const heldBy = (tree: ProductTree): number => ranksOf(tree).reduce((count, rank) => count + 2 ** rank, 0);

const bitsOf = (value: bigint): number => value.toString(16).length * 4;

describe('a product tree', () => {
  it('has the product 1 when it has no factors', () => {
    expect(productOf(NO_FACTORS)).toBe(1n);
  });

  it('has the product of its factors', () => {
    fc.assert(
      fc.property(factors, (given) => {
        expect(productOf(treeOf(given))).toBe(given.reduce((product, factor) => product * factor, 1n));
      }),
    );
  });

  it('has ranks that fall from left to right', () => {
    fc.assert(
      fc.property(factors, (given) => {
        const ranks = ranksOf(treeOf(given));
        expect(ranks).toEqual([...new Set(ranks)].sort((one, other) => other - one));
      }),
    );
  });

  it('has every factor in its row that is too large for a plain number', () => {
    fc.assert(
      fc.property(fc.array(large, { maxLength: 200 }), (given) => {
        const tree = treeOf(given);
        expect(heldBy(tree)).toBe(given.length);
        expect(tree.small).toBe(1);
      }),
    );
  });

  it('has no row as long as a plain number holds the product exactly', () => {
    expect(treeOf([2n, -3n, 2n ** 50n])).toEqual({ small: -6 * 2 ** 50, row: [] });
    expect(treeOf([2n ** 52n, 2n])).toEqual({ small: 2, row: [{ rank: 0, product: 2n ** 52n }] });
  });

  it('has a plain number that is exact, always', () => {
    fc.assert(
      fc.property(factors, (given) => {
        expect(Number.isSafeInteger(treeOf(given).small)).toBe(true);
      }),
    );
  });

  it('leaves the tree that a factor is added to as it was', () => {
    fc.assert(
      fc.property(factors, any, (given, factor) => {
        const before = frozen(treeOf(given));
        const copy = structuredClone(before);
        withFactor(before, String(factor));
        expect(before).toEqual(copy);
      }),
    );
  });

  it('goes on from a copy as it would have from the original', () => {
    fc.assert(
      fc.property(factors, factors, (given, more) => {
        expect(treeOf(more, structuredClone(treeOf(given)))).toEqual(treeOf([...given, ...more]));
      }),
    );
  });
});

describe('the work of a product tree', () => {
  const COUNT = 4096;
  const trees = growing(COUNT, 2n ** 64n - 59n);

  const lengthAfter = (added: number): number => trees[added]?.row.length ?? 0;

  /** Adding a factor puts one partial product in the place of those that it merges. */
  const mergesAt = (added: number): number => lengthAfter(added - 1) + 1 - lengthAfter(added);

  const additions = Array.from({ length: COUNT }, (_, index) => index + 1);

  it('is at most log₂ n + 1 partial products to keep', () => {
    expect(additions.filter((added) => lengthAfter(added) > Math.log2(added) + 1)).toEqual([]);
  });

  it('is less than one merge for each factor', () => {
    const merges = additions.reduce((sum, added) => sum + mergesAt(added), 0);
    expect(merges).toBeLessThan(COUNT);
  });

  it('writes O(n log n) bits, where a running product writes O(n²)', () => {
    const written = additions.reduce((bits, added) => {
      const last = trees[added]?.row.at(-1);
      // The merges on the way to this one wrote half as much, a quarter …: less than as much again.
      return bits + (mergesAt(added) === 0 || last === undefined ? 0 : 2 * bitsOf(last.product));
    }, 0);
    expect(written).toBeLessThan(2 * 64 * COUNT * Math.log2(COUNT));
  });

  it('is one entry in the row for many small factors', () => {
    const after = growing(COUNT, 2n).at(-1);
    expect(after && heldBy(after)).toBeLessThan(COUNT / 50);
  });
});
