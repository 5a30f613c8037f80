/** A digest of which events were folded, in order, updated event by event: cheap, and the same in every process. */
import type { RecordedEvent } from '../../event-log/event.js';

/** Two 32-bit words. Detects that different events were folded; does not protect against forgery. */
export interface RollingDigest {
  readonly high: number;
  readonly low: number;
}

export const NOTHING_FOLDED: RollingDigest = { high: 0, low: 0 };

const WORD = 2 ** 32;

/** Mixes in each event's position, type, revision, and which part it is of several at one position. */
export class DigestRoller {
  #high: number;
  #low: number;

  constructor({ high, low }: RollingDigest) {
    this.#high = high;
    this.#low = low;
  }

  get value(): RollingDigest {
    return { high: this.#high, low: this.#low };
  }

  add({ position, type, revision, part = 0 }: RecordedEvent): void {
    // The mixing is in 32 bits, so the rest of a larger position is mixed in as a second word.
    this.#mix(position, Math.floor(position / WORD));
    this.#mix(hashOf(type), revision * 1_000_003 + part);
  }

  // The rounds of MurmurHash3 (x86, 32 bits; Appleby, public domain), one for each word, each mixed into the other.
  #mix(one: number, other: number): void {
    this.#high = round(this.#high ^ this.#low, one, 15, 13);
    this.#low = round(this.#low ^ this.#high, other, 16, 17);
  }
}

export function digestText({ high, low }: RollingDigest): string {
  return [high, low].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function round(word: number, value: number, before: number, after: number): number {
  let mixed = Math.imul(value, 0xcc9e2d51);
  mixed = Math.imul((mixed << before) | (mixed >>> (32 - before)), 0x1b873593);
  const combined = word ^ mixed;
  return (Math.imul((combined << after) | (combined >>> (32 - after)), 5) + 0xe6546b64) | 0;
}

/** FNV-1a over the type's UTF-16 units. */
function hashOf(type: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < type.length; index += 1) {
    hash = Math.imul(hash ^ type.charCodeAt(index), 0x01000193);
  }
  return hash;
}
