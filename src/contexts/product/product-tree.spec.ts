import fc from 'fast-check';
import { frozen } from '../../../test/support/frozen.js';
import { NO_FACTORS, productOf, withFactor, type ProductTree } from './product-tree.js';

const factors = fc.array(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), { maxLength: 200 });

const treeOf = (given: readonly bigint[]): ProductTree => given.reduce(withFactor, NO_FACTORS);

/** The tree after each of so many equal factors, the empty one first. */
function growing(count: number, factor: bigint): readonly ProductTree[] {
  const trees = [NO_FACTORS];
  let tree = NO_FACTORS;
  for (let added = 0; added < count; added += 1) {
    tree = withFactor(tree, factor);
    trees.push(tree);
  }
  return trees;
}

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

  it('has ranks that fall from left to right, and as many factors as its ranks say', () => {
    fc.assert(
      fc.property(factors, (given) => {
        const ranks = treeOf(given).map(({ rank }) => rank);
        expect(ranks).toEqual([...new Set(ranks)].sort((one, other) => other - one));
        expect(ranks.reduce((count, rank) => count + 2 ** rank, 0)).toBe(given.length);
      }),
    );
  });

  it('leaves the tree that a factor is added to as it was', () => {
    fc.assert(
      fc.property(factors, fc.bigInt(), (given, factor) => {
        const before = frozen(treeOf(given));
        const copy = structuredClone(before);
        withFactor(before, factor);
        expect(before).toEqual(copy);
      }),
    );
  });

  it('goes on from a copy as it would have from the original', () => {
    fc.assert(
      fc.property(factors, factors, (given, more) => {
        expect(more.reduce(withFactor, structuredClone(treeOf(given)))).toEqual(treeOf([...given, ...more]));
      }),
    );
  });
});

describe('the work of a product tree', () => {
  const COUNT = 4096;
  const trees = growing(COUNT, 2n ** 64n - 59n);

  /** Adding a factor puts one partial product in the place of those that it merges. */
  const mergesAt = (added: number): number =>
    (trees[added - 1]?.length ?? 0) + 1 - (trees[added]?.length ?? 0);

  const additions = Array.from({ length: COUNT }, (_, index) => index + 1);

  it('is at most log₂ n + 1 partial products to keep', () => {
    expect(trees.slice(1).filter((tree, index) => tree.length > Math.log2(index + 1) + 1)).toEqual([]);
  });

  it('is less than one merge for each factor', () => {
    const merges = additions.reduce((sum, added) => sum + mergesAt(added), 0);
    expect(merges).toBeLessThan(COUNT);
  });

  it('writes O(n log n) bits, where a running product writes O(n²)', () => {
    const written = additions.reduce((bits, added) => {
      const last = trees[added]?.at(-1);
      // The merges on the way to this one wrote half as much, a quarter …: less than as much again.
      return bits + (mergesAt(added) === 0 || last === undefined ? 0 : 2 * bitsOf(last.product));
    }, 0);
    expect(written).toBeLessThan(2 * 64 * COUNT * Math.log2(COUNT));
  });
});
