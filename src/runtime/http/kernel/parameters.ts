/** Query parameters: what is there too often, unknown or not a number is refused, not guessed at. */
import { InvalidParameter, Problem } from './problem.js';

export type QueryString = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The request is not HTTP as it must be: its URL, its framing or its headers cannot be read. */
export class MalformedRequest extends Problem {
  constructor(detail: string) {
    super('malformed', 'malformed-request', 'The request cannot be read', detail);
  }
}

/**
 * Refuses a URL of which some part could only be guessed at: a broken percent-encoding, or bytes that are not UTF-8.
 *
 * @throws MalformedRequest
 */
export function requireDecodableUrl(url: string): void {
  const isAscii = !hasBytesBeyondAscii(url);
  if (isAscii && (!url.includes('%') || isDecodable(url))) return;
  const detail = isAscii
    ? 'The URL has a % that does not begin the percent-encoding of UTF-8, as in %C3%A9 for é.'
    : 'The URL has characters beyond ASCII that are not percent-encoded; send the UTF-8 bytes of each as %XX.';
  throw new MalformedRequest(detail);
}

/** Node reads each byte of a URL or header as one character. */
function hasBytesBeyondAscii(text: string): boolean {
  return /[^\0-\x7f]/.test(text);
}

/** Whether every percent-encoding in the text is complete and UTF-8; `URLSearchParams` would put U+FFFD where it is not. */
export function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** @throws InvalidParameter when a parameter is none of `known`, so that a misspelt one is not passed over */
export function refuseUnknownParameters(query: QueryString, known: readonly string[]): void {
  for (const name of Object.keys(query)) {
    if (!known.includes(name)) {
      const right = known.length === 0 ? 'there are none here' : `there are ${known.join(', ')}`;
      throw new InvalidParameter(name, `There is no parameter ${name}; ${right}.`);
    }
  }
}

/** @throws InvalidParameter when it is there twice */
export function oneValue(query: QueryString, name: string): string | undefined {
  const value = query[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new InvalidParameter(name, `${name} is there ${value.length} times; give it once.`);
}

/** Every value of a parameter that may be there several times, in the order in which they were given. */
export function manyValues(query: QueryString, name: string): readonly string[] {
  return [query[name] ?? []].flat();
}

/**
 * A whole number from `min` to `max`, in plain decimal digits.
 *
 * @throws InvalidParameter
 */
export function wholeNumber(
  query: QueryString,
  name: string,
  { min = 0, max = Number.MAX_SAFE_INTEGER }: { readonly min?: number; readonly max?: number } = {},
): number | undefined {
  const text = oneValue(query, name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!/^(?:0|[1-9]\d*)$/.test(text) || number < min || number > max) {
    throw new InvalidParameter(
      name,
      `${name} must be a whole number from ${min} to ${max}, as in ?${name}=${min}`,
    );
  }
  return number;
}
