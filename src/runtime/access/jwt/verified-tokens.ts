/** Remembers the tokens that were verified of late, by a hash, so that a client's next request costs no signature. */
import { createHash } from 'node:crypto';
import type { Principal } from '../principal.js';

/** How long a token is believed without its signature being verified again: withdrawn keys end it after that. */
const MAX_AGE_MS = 60_000;

/** The least recently used is forgotten first. */
const MAX_TOKENS = 10_000;

interface VerifiedToken {
  readonly principal: Principal;
  /** When it expires: milliseconds since 1970. */
  readonly expires: number;
  /** When its signature was verified, in monotonic milliseconds. */
  readonly verifiedAt: number;
}

export interface Clocks {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Monotonic time in milliseconds. */
  readonly elapsed: () => number;
}

export class VerifiedTokens {
  readonly #byHash = new Map<string, VerifiedToken>();

  constructor(
    private readonly clocks: Clocks,
    private readonly maxTokens = MAX_TOKENS,
  ) {}

  get(token: string): Principal | undefined {
    const hash = hashOf(token);
    const found = this.#byHash.get(hash);
    if (found === undefined) return undefined;
    this.#byHash.delete(hash);
    const isOld = this.clocks.elapsed() - found.verifiedAt >= MAX_AGE_MS;
    if (isOld || this.clocks.now() >= found.expires) return undefined;
    this.#byHash.set(hash, found); // the last one is the most recently used
    return found.principal;
  }

  /** @param expires milliseconds since 1970 */
  add(token: string, principal: Principal, expires: number): void {
    this.#byHash.set(hashOf(token), { principal, expires, verifiedAt: this.clocks.elapsed() });
    if (this.#byHash.size <= this.maxTokens) return;
    for (const oldest of this.#byHash.keys()) {
      this.#byHash.delete(oldest);
      return;
    }
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
