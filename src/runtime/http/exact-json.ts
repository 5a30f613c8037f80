/** JSON in which no number silently becomes another: what a double cannot hold stays recognisable. */
import { parse as parseLossless } from 'lossless-json';

/**
 * Stands where a number stood that reads as an integer once it is a double, but is not that integer:
 * `1.00000000000000000001`, `1e400`. No schema accepts it, so it is refused where it stands.
 */
export class InexactNumber {
  constructor(readonly literal: string) {}
}

/** Only a fraction or an exponent can round to an integer unseen; plain digits past 2⁵³ stay unsafe integers. */
const SUSPECT = /\d(?:\.\d|[eE][-+\d])/;

/** @throws SyntaxError when the text is not JSON */
export function parseExactJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!SUSPECT.test(text)) return value;
  return parseLossless(text, undefined, (literal) => {
    const number = Number(literal);
    return isExact(literal, number) ? number : new InexactNumber(literal);
  });
}

/** Whether a literal that became an integer says that integer; a fraction may be rounded, as always in JSON. */
function isExact(literal: string, number: number): boolean {
  if (!Number.isFinite(number)) return false;
  if (!Number.isInteger(number)) return true;
  const [, digits = '', fraction = '', exponent = '0'] =
    /^-?(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(literal) ?? [];
  const significant = (digits + fraction).replace(/^0+/, '').replace(/0+$/, '');
  if (significant === '') return true; // zero, however it is written
  const trailing = (digits + fraction).length - (digits + fraction).replace(/0+$/, '').length;
  const power = Number(exponent) - fraction.length + trailing;
  // A double that is an integer has at most 309 digits; anything past that was rounded away.
  if (power < 0 || power + significant.length > 309) return false;
  return BigInt(significant + '0'.repeat(power)) === BigInt(Math.abs(number));
}
