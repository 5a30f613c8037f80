/** Limits how often an address may send credentials that do not count. */
import type { IncomingMessage } from 'node:http';
import { isIP, isIPv4 } from 'node:net';
import { Problem } from '../http/kernel/problem.js';

/** What an attempt is judged by. An upgrade to WebSocket has the same parts. */
export type Attempt = Pick<IncomingMessage, 'headers'> & Partial<Pick<IncomingMessage, 'socket'>>;

export interface FailedAttemptsOptions {
  /**
   * Whether a proxy of the operator's own is before the server: the address is then the last one in `X-Forwarded-For`, which that proxy
   * has added. Default: false, since anybody can send the header.
   */
  readonly behindProxy?: boolean;
  /** How many failures an address has at once. Default: 30. */
  readonly burst?: number;
  /** How long it takes until it has one more. Default: 2,000 ms. */
  readonly intervalMs?: number;
  /** Milliseconds, from any moment on. */
  readonly now?: () => number;
}

/** Some 2 MB. Past them, the address that has not failed for the longest time is forgotten. */
const MAX_ADDRESSES = 10_000;

const DEFAULT_BURST = 30;
const DEFAULT_INTERVAL_MS = 2_000;

const UNKNOWN = 'unknown';

export class TooManyFailedAttempts extends Problem {
  constructor(retryAfter: number) {
    super(
      'too-many-requests',
      'too-many-failed-attempts',
      'Too many attempts have failed',
      'Too many requests from this address had credentials that are not valid. None are looked at before the time in Retry-After has passed.',
      { retryAfter },
    );
  }
}

/**
 * A bucket for each address: a failure takes one out, time puts them back. While it is empty, credentials from there are not looked at, right
 * ones included, since otherwise guesses would go on. What is refused so takes nothing out: right ones are looked at again at the latest one
 * interval after the last failure. Neither requests that succeed nor those without credentials count.
 *
 * Not kept across restarts, nor shared by processes.
 */
export class FailedAttempts {
  /** When the bucket of an address is full again; those that failed last are at the end. */
  readonly #fullAt = new Map<string, number>();
  readonly #behindProxy: boolean;
  readonly #spanMs: number;
  readonly #intervalMs: number;
  readonly #now: () => number;

  constructor({
    behindProxy = false,
    burst = DEFAULT_BURST,
    intervalMs = DEFAULT_INTERVAL_MS,
    now = () => performance.now(),
  }: FailedAttemptsOptions = {}) {
    this.#behindProxy = behindProxy;
    this.#spanMs = burst * intervalMs;
    this.#intervalMs = intervalMs;
    this.#now = now;
  }

  /** To be asked before credentials are looked at. @throws TooManyFailedAttempts */
  check(attempt: Attempt): void {
    // So far no address has failed, mostly.
    if (this.#fullAt.size === 0) return;
    const fullAt = this.#fullAt.get(this.#addressOf(attempt));
    if (fullAt === undefined) return;
    const waitMs = fullAt + this.#intervalMs - this.#spanMs - this.#now();
    if (waitMs > 0) throw new TooManyFailedAttempts(Math.ceil(waitMs / 1_000));
  }

  /** To be told when they do not count. */
  failed(attempt: Attempt): void {
    const [address, now] = [this.#addressOf(attempt), this.#now()];
    // Requests that came at once may all have been let in by `check`: they owe no more than an empty bucket.
    const fullAt = Math.min(
      Math.max(this.#fullAt.get(address) ?? now, now) + this.#intervalMs,
      now + this.#spanMs,
    );
    this.#fullAt.delete(address);
    this.#fullAt.set(address, fullAt);
    if (this.#fullAt.size > MAX_ADDRESSES) this.#forgetOldest();
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#fullAt.size;
  }

  #forgetOldest(): void {
    const [oldest] = this.#fullAt.keys();
    if (oldest !== undefined) this.#fullAt.delete(oldest);
  }

  #addressOf({ headers, socket }: Attempt): string {
    const forwarded = this.#behindProxy ? lastOf(headers['x-forwarded-for']) : undefined;
    return networkOf(forwarded ?? socket?.remoteAddress ?? UNKNOWN);
  }
}

/** What the nearest proxy says; what stands before it, a client may have made up. Undefined when that is no address. */
function lastOf(header: string | readonly string[] | undefined): string | undefined {
  const last = (typeof header === 'string' ? header : header?.at(-1))?.split(',').at(-1)?.trim() ?? '';
  // Some proxies add a port.
  const address = /^\[(.*)\](?::\d+)?$/.exec(last)?.[1] ?? last.replace(/^([\d.]+):\d+$/, '$1');
  return isIP(address) === 0 ? undefined : address;
}

/** Of IPv6 the first 64 bits: one subscriber has at least so many addresses (RFC 6177). */
function networkOf(address: string): string {
  const mapped = address.replace(/^::ffff:(?=[\d.]+$)/i, '');
  if (isIPv4(mapped)) return mapped;
  const groups = groupsOf(address.replace(/%.*$/, ''));
  return groups === undefined ? address : `${groups.slice(0, 4).join(':')}::/64`;
}

/** All eight groups of an address of IPv6, without leading zeros. */
function groupsOf(address: string): readonly string[] | undefined {
  if (isIP(address) !== 6) return undefined;
  // The parser writes an embedded IPv4 address as two groups.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [first, last] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')));
  if (first === undefined || last === undefined) return undefined;
  return [...first, ...Array<string>(8 - first.length - last.length).fill('0'), ...last];
}
