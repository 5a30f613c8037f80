import fc from 'fast-check';
import { magnitudeOf } from './magnitude.js';

const MAX_DIGITS = 5000;

/** Any number of digits is as likely as any other. */
const integers = fc
  .tuple(fc.integer({ min: 1, max: MAX_DIGITS }), fc.boolean())
  .chain(([digits, isNegative]) =>
    fc
      .bigInt({ min: 10n ** BigInt(digits - 1), max: 10n ** BigInt(digits) - 1n })
      .map((size) => (isNegative ? -size : size)),
  );

const digitsOf = (value: bigint): number => String(value).replace('-', '').length;

/** The three leading digits, rounded with whole numbers only; both neighbours where it is a tie, or all but one. */
function roundings(value: bigint): readonly string[] {
  const size = value < 0n ? -value : value;
  const digits = digitsOf(size);
  const scaled = (size * 10n ** 12n) / 10n ** BigInt(digits - 1); // thirteen digits
  const unit = 10n ** 10n; // one of the third digit
  const distanceFromTie = (scaled % unit) - unit / 2n;
  const isTie = distanceFromTie > -1000n && distanceFromTie < 1000n;
  const candidates = isTie ? [scaled / unit, scaled / unit + 1n] : [(scaled + unit / 2n) / unit];
  return candidates.map((leading) => written(leading, digits - 1, value < 0n));
}

function written(leading: bigint, exponent: number, isNegative: boolean): string {
  const [digits, power] = leading === 1000n ? ['100', exponent + 1] : [String(leading), exponent];
  return `${isNegative ? '-' : ''}${digits.slice(0, 1)}.${digits.slice(1)}e+${power}`;
}

describe('the magnitude of an integer', () => {
  it.each<[bigint, number, string]>([
    [0n, 1, '0'],
    [1n, 1, '1.00e+0'],
    [-7n, 1, '-7.00e+0'],
    [10n, 2, '1.00e+1'],
    [123_456n, 6, '1.23e+5'],
    [-999_999n, 6, '-1.00e+6'],
    [10n ** 400n, 401, '1.00e+400'],
    [10n ** 400n - 1n, 400, '1.00e+400'],
  ])('of %d is told by %d digits and %s', (value, digits, approximate) => {
    expect(magnitudeOf(value)).toEqual({ digits, approximate });
  });

  it('has exactly as many digits as the integer', () => {
    fc.assert(
      fc.property(integers, (value) => {
        expect(magnitudeOf(value).digits).toBe(digitsOf(value));
      }),
      { numRuns: 500 },
    );
  });

  it('has its three leading digits, rounded', () => {
    fc.assert(
      fc.property(integers, (value) => {
        expect(roundings(value)).toContain(magnitudeOf(value).approximate);
      }),
      { numRuns: 500 },
    );
  });

  describe('beside a power of ten', () => {
    const powers = [...Array.from({ length: 60 }, (_, index) => index), 307, 308, 309, 999, 1000, 3333, 5000];

    it.each<[string, bigint]>([
      ['one less', -1n],
      ['the power itself', 0n],
      ['one more', 1n],
    ])('%s: the digits are exact', (_, difference) => {
      const values = powers.map((power) => 10n ** BigInt(power) + difference).filter((value) => value !== 0n);
      expect(values.map((value) => magnitudeOf(value).digits)).toEqual(values.map(digitsOf));
      expect(values.map((value) => magnitudeOf(-value).digits)).toEqual(values.map(digitsOf));
    });

    it.each<[string, bigint]>([
      ['one less', -1n],
      ['the power itself', 0n],
      ['one more', 1n],
    ])('%s: the leading digits are rounded, over to the next power if need be', (_, difference) => {
      const values = powers.map((power) => 10n ** BigInt(power) + difference).filter((value) => value !== 0n);
      const wrong = values.filter((value) => !roundings(value).includes(magnitudeOf(value).approximate));
      expect(wrong).toEqual([]);
    });
  });

  it('is told of a power of ten that is far too long to be written out in a test of this kind', () => {
    expect(magnitudeOf(10n ** 200_000n)).toEqual({ digits: 200_001, approximate: '1.00e+200000' });
    expect(magnitudeOf(10n ** 200_000n - 1n)).toEqual({ digits: 200_000, approximate: '1.00e+200000' });
  });
});
