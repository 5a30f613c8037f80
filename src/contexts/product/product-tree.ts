/**
 * The product of many factors without the cost of multiplying a long product by every one of them.
 * Partial products stand in a row like the digits of a binary counter: each holds 2^rank factors, ranks fall
 * from left to right, and two of equal rank are merged. So large numbers meet only large numbers, which is where
 * BigInt's fast multiplication pays, and adding a factor touches O(1) of the row on average, O(log n) at most.
 */

export interface PartialProduct {
  /** It holds 2^rank factors. */
  readonly rank: number;
  readonly product: bigint;
}

/** Immutable: adding a factor gives a new one, which shares its numbers with the old one. */
export type ProductTree = readonly PartialProduct[];

export const NO_FACTORS: ProductTree = [];

export function withFactor(tree: ProductTree, factor: bigint): ProductTree {
  let merged: PartialProduct = { rank: 0, product: factor };
  let end = tree.length;
  for (let last = tree[end - 1]; last?.rank === merged.rank; last = tree[end - 1]) {
    merged = { rank: merged.rank + 1, product: last.product * merged.product };
    end -= 1;
  }
  return [...tree.slice(0, end), merged];
}

/** The product of all factors; 1 when there are none. Smallest first, so that the largest is multiplied once. */
export function productOf(tree: ProductTree): bigint {
  return tree.reduceRight((product, partial) => product * partial.product, 1n);
}
