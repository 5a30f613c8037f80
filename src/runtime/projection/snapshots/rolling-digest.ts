/** A digest of which events were folded, in order, kept up event by event: cheap, and the same in every process. */
import type { RecordedEvent } from '../../event-log/event.js';

/** Two words, so that two different pasts are unlikely to have one digest; made to tell them apart, not against forgery. */
export interface RollingDigest {
  readonly high: number;
  readonly low: number;
}

export const NOTHING_FOLDED: RollingDigest = { high: 0, low: 0 };

const WORD = 2 ** 32;

/** So many types have their number kept; there is one for each contract. */
const MAX_TYPES = 10_000;
const numbers = new Map<string, number>();

/** Mixes in what tells this event from any other at its place: its position, type, revision, and which part of several it is. */
export class DigestRoller {
  #high: number;
  #low: number;
  /** Most events are of the type of the one before. */
  #type: string | undefined;
  #typeNumber = 0;

  constructor({ high, low }: RollingDigest) {
    this.#high = high;
    this.#low = low;
  }

  get value(): RollingDigest {
    return { high: this.#high, low: this.#low };
  }

  add({ position, type, revision, part = 0 }: RecordedEvent): void {
    // Positions go beyond 32 bits, which all that follows is cut to; few do, and dividing takes longer than looking.
    this.#mix(position, position < WORD ? 0 : Math.floor(position / WORD));
    if (type !== this.#type) {
      this.#type = type;
      this.#typeNumber = numberOf(type);
    }
    this.#mix(this.#typeNumber, revision * 1_000_003 + part);
  }

  // The rounds of MurmurHash3 (x86, 32 bits; Appleby, public domain), one for each word, each stirred into the other.
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
  const stirred = word ^ mixed;
  return (Math.imul((stirred << after) | (stirred >>> (32 - after)), 5) + 0xe6546b64) | 0;
}

/** FNV-1a over the type's UTF-16 units. */
function numberOf(type: string): number {
  const known = numbers.get(type);
  if (known !== undefined) return known;
  let number = 0x811c9dc5;
  for (let index = 0; index < type.length; index += 1) {
    number = Math.imul(number ^ type.charCodeAt(index), 0x01000193);
  }
  if (numbers.size < MAX_TYPES) numbers.set(type, number);
  return number;
}
