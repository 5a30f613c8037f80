/** Request headers that more than one endpoint reads: Prefer (RFC 7240), If-None-Match (RFC 9110), Accept. */
import { InvalidHeader, Problem } from './problem.js';

/** The longest that a request is held back, in seconds; a client that wants more asks again. */
export const MAX_WAIT_SECONDS = 60;

/**
 * How long the client prefers to wait, in whole seconds: `Prefer: wait=5`. Zero when it does not say.
 * Other preferences are passed over, as RFC 7240 wants.
 *
 * @throws InvalidHeader when `wait` is not a whole number of seconds
 */
export function preferredWait(prefer: string | string[] | undefined): number {
  if (prefer === undefined) return 0;
  for (const preference of String(prefer).split(',')) {
    const [name = '', value] =
      preference
        .split(';', 1)[0]
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

/** Whether `If-None-Match` names this entity tag, so that a `304` says enough. Weak comparison, RFC 9110, 13.1.2. */
export function matchesEntityTag(ifNoneMatch: string | undefined, entityTag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === entityTag) return true;
  return ifNoneMatch
    .split(',')
    .map((candidate) => candidate.trim().replace(/^W\//, ''))
    .some((candidate) => candidate === '*' || candidate === entityTag);
}

/**
 * The first of `offered` that the client likes best; without an Accept header the first that is offered.
 *
 * @throws NotAcceptable when it likes none of them
 */
export function negotiate<Type extends string>(
  accept: string | undefined,
  offered: readonly [Type, ...Type[]],
): Type {
  if (accept === undefined || accept === '*/*') return offered[0];
  let best: { readonly type: Type; readonly quality: number } | undefined;
  const ranges = accept.split(',').map(mediaRange);
  for (const type of offered) {
    // The most specific range that names the type decides its quality (RFC 9110, 12.5.1).
    const quality = ranges
      .filter(
        ({ range }) => range === '*/*' || range === type || range === `${type.split('/', 1)[0] ?? ''}/*`,
      )
      .toSorted((one, other) => specificity(other.range) - specificity(one.range))[0]?.quality;
    if (quality !== undefined && quality > (best?.quality ?? 0)) best = { type, quality };
  }
  if (best === undefined) throw new NotAcceptable(offered);
  return best.type;
}

export class NotAcceptable extends Problem {
  constructor(offered: readonly string[]) {
    const detail = `This can be had as ${offered.join(' or ')}.`;
    super('not-acceptable', 'not-acceptable', 'None of the accepted media types can be had', detail, {
      faults: [{ header: 'Accept', detail }],
    });
  }
}

function mediaRange(text: string): { readonly range: string; readonly quality: number } {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='));
  return { range, quality: quality === undefined ? 1 : Number(quality.slice(2)) || 0 };
}

function specificity(range: string): number {
  if (range === '*/*') return 0;
  return range.endsWith('/*') ? 1 : 2;
}
