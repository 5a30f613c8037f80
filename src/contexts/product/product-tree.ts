/**
 * The product of many factors without the cost of multiplying a long product by every one of them.
 * Small factors are multiplied as plain numbers for as long as that is exact. What comes of it, and larger factors, stand in
 * a row of partial products like the digits of a binary counter: each holds 2^rank of them, ranks fall from left to right,
 * and two of equal rank are merged. So large numbers meet only large numbers, which is where BigInt's fast multiplication
 * pays, and adding to the row touches O(1) of it on average, O(log n) at most.
 */

import { log10 } from './magnitude.js';

export interface PartialProduct {
  /** It holds 2^rank of what was added to the row. */
  readonly rank: number;
  readonly product: bigint;
}

/** Immutable: adding a factor gives a new one, which shares its numbers with the old one. */
export interface ProductTree {
  /** The product of the factors that are not in the row yet; a safe integer. */
  readonly small: number;
  readonly row: readonly PartialProduct[];
}

export const NO_FACTORS: ProductTree = { small: 1, row: [] };

/** @param factor a canonical decimal integer other than 0 */
export function withFactor({ small, row }: ProductTree, factor: string): ProductTree {
  const number = numberOf(factor);
  if (!Number.isSafeInteger(number)) return { small, row: withPartial(row, BigInt(factor)) };
  const product = small * number;
  return Number.isSafeInteger(product)
    ? { small: product, row }
    : { small: number, row: withPartial(row, BigInt(small)) };
}

const [ZERO, MINUS] = [48, 45];

/** So many digits are always a safe integer. */
const SHORT = 15;

/** Of a canonical decimal integer. Most are short, and are read here in less time than by `Number`, which takes any text. */
function numberOf(integer: string): number {
  if (integer.length > SHORT) return Number(integer);
  const isNegative = integer.charCodeAt(0) === MINUS;
  let number = 0;
  for (let index = isNegative ? 1 : 0; index < integer.length; index += 1) {
    number = number * 10 + integer.charCodeAt(index) - ZERO;
  }
  return isNegative ? -number : number;
}

/** Partial products of together more digits than this are not merged: multiplying them would hold the thread (3 ms at 100,000). */
export const MAX_MERGED_DIGITS = 100_000;

/** Numbers have 1,000 digits at most, so below this rank no merge is too long and nothing need be measured. */
const MEASURED_FROM_RANK = 6;

/** Logarithms are measured once for each partial product: their numbers never change. */
const logarithms = new WeakMap<PartialProduct, number>();

function logarithmOf(partial: PartialProduct): number {
  const known = logarithms.get(partial);
  if (known !== undefined) return known;
  const logarithm = log10(partial.product < 0n ? -partial.product : partial.product);
  logarithms.set(partial, logarithm);
  return logarithm;
}

function isTooLong(one: PartialProduct, other: PartialProduct): boolean {
  return one.rank >= MEASURED_FROM_RANK && logarithmOf(one) + logarithmOf(other) > MAX_MERGED_DIGITS;
}

/** The decimal logarithm of the product's size, without computing the product. */
export function logarithmIn({ small, row }: ProductTree): number {
  return row.reduce((sum, partial) => sum + logarithmOf(partial), Math.log10(Math.abs(small)));
}

export function isNegative({ small, row }: ProductTree): boolean {
  return row.reduce((negative, { product }) => negative !== product < 0n, small < 0);
}

function withPartial(row: ProductTree['row'], product: bigint): ProductTree['row'] {
  let merged: PartialProduct = { rank: 0, product };
  let end = row.length;
  for (let last = row[end - 1]; last?.rank === merged.rank && !isTooLong(last, merged); last = row[end - 1]) {
    merged = { rank: merged.rank + 1, product: last.product * merged.product };
    end -= 1;
  }
  const next = row.slice(0, end);
  next.push(merged);
  return next;
}

/** The product of all factors; 1 when there are none. Smallest first, so that the largest is multiplied once. */
export function productOf({ small, row }: ProductTree): bigint {
  return row.reduceRight((product, partial) => product * partial.product, BigInt(small));
}
