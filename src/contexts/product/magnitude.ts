/** How large an integer is in decimal, without writing it out. */

export interface Magnitude {
  /** How many decimal digits it has; exact. */
  readonly digits: number;
  /** Three significant digits, rounded: `-1.07e+845097`. */
  readonly approximate: string;
}

/** Bits that are looked at to tell the leading digits: as many as a double holds exactly. */
const LEADING_BITS = 53;
const LOG10_2 = Math.log10(2);

/** Logarithms come out of doubles; closer to a power of ten than this, only the whole number tells which side it is on. */
const DOUBT = 1e-6;

export function magnitudeOf(value: bigint): Magnitude {
  if (value === 0n) return { digits: 1, approximate: '0' };
  const size = value < 0n ? -value : value;
  const logarithm = log10(size);
  let digits = Math.floor(logarithm) + 1;
  if (Math.abs(logarithm - Math.round(logarithm)) < DOUBT) {
    const power = Math.round(logarithm);
    digits = size >= 10n ** BigInt(power) ? power + 1 : power;
  }
  return { digits, approximate: approximately(value < 0n, logarithm, digits) };
}

/** Of a product that is not computed: by the logarithm of its size. Beside a power of ten, `digits` may be one off. */
export function magnitudeOfLogarithm(isNegative: boolean, logarithm: number): Magnitude {
  const digits = Math.floor(logarithm) + 1;
  return { digits, approximate: approximately(isNegative, logarithm, digits) };
}

function approximately(isNegative: boolean, logarithm: number, digits: number): string {
  const shown = (10 ** (logarithm - (digits - 1))).toFixed(2);
  // Rounding may have carried over to the next power of ten.
  const [mantissa, exponent] = shown === '10.00' ? ['1.00', digits] : [shown, digits - 1];
  return `${isNegative ? '-' : ''}${mantissa}e+${exponent}`;
}

/** @param size not negative */
export function log10(size: bigint): number {
  const hexadecimal = size.toString(16); // linear in the length, unlike decimal
  const excess = Math.max(hexadecimal.length * 4 - LEADING_BITS - 3, 0);
  return Math.log10(Number(size >> BigInt(excess))) + excess * LOG10_2;
}
