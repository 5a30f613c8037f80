/** Request headers that more than one endpoint reads: Prefer (RFC 7240), If-None-Match (RFC 9110), Accept. */
import { isUtf8 } from 'node:buffer';
import fresh from 'fresh';
import Negotiator from 'negotiator';
import { InvalidHeader, Problem } from './problem.js';

/** The longest that a request is held back, in seconds; a client that wants more asks again. */
export const MAX_WAIT_SECONDS = 60;

/** The longest `Idempotency-Key`, `X-Correlation-Id` and `X-Causation-Id`, in characters. */
export const MAX_KEY_LENGTH = 200;

/**
 * How long the client prefers to wait, in whole seconds: `Prefer: wait=5`. Zero when it does not say.
 * Other preferences are passed over, as RFC 7240 wants.
 *
 * @throws InvalidHeader when `wait` is not a whole number of seconds
 */
export function preferredWait(prefer: string | string[] | undefined): number {
  if (prefer === undefined) return 0;
  for (const preference of partsOf(String(prefer), ',')) {
    const [name = '', value] =
      partsOf(preference, ';')[0]
        ?.split('=', 2)
        .map((part) => part.trim()) ?? [];
    if (name.toLowerCase() !== 'wait') continue;
    const seconds = value?.replace(/^"(.*)"$/, '$1') ?? '';
    if (!/^\d{1,9}$/.test(seconds)) {
      throw new InvalidHeader('Prefer', 'wait must be a whole number of seconds, as in: Prefer: wait=5');
    }
    return Math.min(Number(seconds), MAX_WAIT_SECONDS);
  }
  return 0;
}

/**
 * What a header says: Node reads each of its bytes as one character, and beyond ASCII they are UTF-8 here.
 *
 * @throws InvalidHeader when they are not
 */
export function textOfHeader(name: string, value: string): string {
  if (/^[\0-\x7f]*$/.test(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new InvalidHeader(name, `${name} is not UTF-8; send ASCII, or UTF-8.`);
}

/** The parts of a list or of parameters; a separator within a quoted string is none (RFC 9110, 5.6.4). */
function partsOf(text: string, separator: ',' | ';'): readonly string[] {
  if (!text.includes('"')) return text.split(separator);
  const parts: string[] = [];
  let part = '';
  for (const [piece] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[^"]/g)) {
    if (piece === separator) {
      parts.push(part);
      part = '';
    } else part += piece;
  }
  return [...parts, part];
}

/** Whether `If-None-Match` names this entity tag, so that a `304` says enough. */
export function matchesEntityTag(ifNoneMatch: string | undefined, entityTag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch === entityTag || fresh({ 'if-none-match': ifNoneMatch }, { etag: entityTag });
}

/**
 * The media type that the client likes best; at equal quality what it names before what it merely includes (`*`), then what is offered
 * first. Without an Accept header the first that is offered.
 *
 * @throws NotAcceptable when it likes none of them
 */
export function negotiate<Type extends string>(
  accept: string | undefined,
  offered: readonly [Type, ...Type[]],
): Type {
  if (accept === undefined || accept === '*/*' || accept === offered[0]) return offered[0];
  const negotiator = new Negotiator({ headers: { accept: inOrderOf(offered, accept) } });
  const best = negotiator.mediaType([...offered]);
  const type = offered.find((each) => each === best);
  if (type === undefined) throw new NotAcceptable(offered);
  return type;
}

/**
 * The header as negotiator reads it in the server's sense. It breaks a tie by the order in the header, which has no meaning (RFC 9110,
 * 12.5.1), and takes a parameter for another type, while what is offered has none: `application/json;charset=utf-8` is JSON.
 */
function inOrderOf(offered: readonly string[], accept: string): string {
  const ranges = partsOf(accept, ',').map((text) => {
    const [range = '', ...parameters] = partsOf(text, ';').map((part) => part.trim().toLowerCase());
    return {
      range,
      quality: parameters.filter((each) => each.startsWith('q=')),
      rank: offered.indexOf(range),
    };
  });
  const [wildcards, named] = [
    ranges.filter(({ rank }) => rank === -1),
    ranges.filter(({ rank }) => rank >= 0),
  ];
  const inOrder = [...named.toSorted((one, other) => one.rank - other.rank), ...wildcards];
  return inOrder.map(({ range, quality }) => [range, ...quality].join(';')).join(',');
}

export class NotAcceptable extends Problem {
  constructor(offered: readonly string[]) {
    const detail = `This can be had as ${offered.join(' or ')}.`;
    super('not-acceptable', 'not-acceptable', 'None of the accepted media types can be had', detail, {
      faults: [{ header: 'Accept', detail }],
    });
  }
}

/** Whether an answer may be compressed with gzip (RFC 9110, section 12.5.3). */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const headers = { 'accept-encoding': acceptEncoding ?? 'identity' };
  return new Negotiator({ headers }).encodings(['gzip']).includes('gzip');
}
