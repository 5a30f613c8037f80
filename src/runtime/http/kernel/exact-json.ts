/** JSON in which no number silently becomes another: what a double cannot hold stays recognisable. */
import { parse as parseLossless } from 'lossless-json';

/**
 * Stands where a number stood whose digits no double holds: `12345678901234567890`, `1.00000000000000000001`, `1e400`. No
 * schema of JSON accepts it, so it is refused where it stands.
 */
export class InexactNumber {
  constructor(readonly literal: string) {}

  /** A sentence for who sent it. */
  get detail(): string {
    const literal = this.literal.length > 40 ? `${this.literal.slice(0, 40)}…` : this.literal;
    return `${literal} is not exact as a JSON number: send it as text, in quotes`;
  }
}

/** The first such number in a value, and the path to it. */
export function findInexact(
  value: unknown,
  path: readonly PropertyKey[] = [],
): { readonly number: InexactNumber; readonly path: readonly PropertyKey[] } | undefined {
  if (value instanceof InexactNumber) return { number: value, path };
  // No parsed body is deeper; a value of the program's own may be, or may hold itself.
  if (typeof value !== 'object' || value === null || path.length > MAX_DEPTH) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const found = findInexact(member, [...path, name]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Deeper than this no body is that anybody means. */
export const MAX_DEPTH = 100;

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];

const [DOT, UPPER_E, LOWER_E, ZERO, NINE] = [0x2e, 0x45, 0x65, 0x30, 0x39];

/** So many digits are always exact. */
const MAX_EXACT_DIGITS = 15;

/** @throws SyntaxError when the text is not JSON, is nested too deep, or names a member of an object twice */
export function parseExactJson(text: string): unknown {
  const { members, mayRound } = scan(text);
  const value = mayRound ? parseWithLiterals(text) : (JSON.parse(text) as unknown);
  // Who names a member twice means one of them; no parser can know which.
  if (membersOf(value) < members) throw new SyntaxError('a name is there twice in one object');
  return value;
}

function parseWithLiterals(text: string): unknown {
  return parseLossless(text, undefined, {
    parseNumber: (literal) => {
      const number = Number(literal);
      return isExact(literal, number) ? number : new InexactNumber(literal);
    },
    onDuplicateKey: ({ newValue }) => newValue, // seen afterwards, whichever parser it was
  });
}

/**
 * How many members a text writes down: each has one colon outside of strings. Whether a number in it can be rounded, which only
 * one with a fraction, an exponent or more than 15 digits can: the parser that keeps literals takes 20 times as long. Looks
 * before parsing how deep the text goes, because not every parser survives what is too deep, and no recursion after it does.
 */
function scan(text: string): { readonly members: number; readonly mayRound: boolean } {
  let depth = 0;
  let members = 0;
  let inString = false;
  let digits = 0;
  let mayRound = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (inString) {
      if (character === QUOTE) inString = false;
      else if (character === BACKSLASH) index += 1;
      continue;
    }
    if (character >= ZERO && character <= NINE) {
      digits += 1;
      continue;
    }
    if (digits > MAX_EXACT_DIGITS) mayRound = true;
    else if (digits > 0 && (character === DOT || character === UPPER_E || character === LOWER_E))
      mayRound = true;
    digits = 0;
    if (character === QUOTE) inString = true;
    else if (character === COLON) members += 1;
    else if (character === OPEN_BRACKET || character === OPEN_BRACE) depth += 1;
    else if (character === CLOSE_BRACKET || character === CLOSE_BRACE) depth -= 1;
    if (depth > MAX_DEPTH) throw new SyntaxError(`nested more than ${MAX_DEPTH} deep`);
  }
  return { members, mayRound: mayRound || digits > MAX_EXACT_DIGITS };
}

function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof InexactNumber) return 0;
  const inside = Object.values(value);
  let members = Array.isArray(value) ? 0 : inside.length;
  for (const each of inside) members += membersOf(each);
  return members;
}

/**
 * Whether a literal that became an integer says that integer, in all of its digits or in the shortest that are enough for the
 * double (`1e+23`, `6.02214076e23`). A fraction may be rounded, as always in JSON.
 */
export function isExact(literal: string, number: number): boolean {
  if (!Number.isFinite(number)) return false;
  if (!Number.isInteger(number)) return true;
  if (isShortest(literal, number)) return true;
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

/** Whether the literal is the shortest one for this double, which round-trips. */
function isShortest(literal: string, number: number): boolean {
  return number !== 0 && String(number) === literal.toLowerCase().replace(/e(?=\d)/, 'e+');
}
