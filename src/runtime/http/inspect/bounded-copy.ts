/** Copies of states, events and machines that can be written as JSON, and are bounded whatever is copied. */
import { isDate, isMap, isSet, isTypedArray } from '../../fold/builtin-kinds.js';

const MAX_DEPTH = 64;

/** Stands where something was left out. */
export const CUT = '… cut';

export interface BoundedCopy {
  readonly copy: unknown;
  /** Whether something was left out. */
  readonly isCut: boolean;
}

/**
 * Objects and arrays of what JSON has. A bigint becomes `12n`, a date its text, a map a list of pairs, a set a list, a number that JSON lacks its name, a
 * function an object with its name as `type`. What is beyond the bound or leads back to itself is left out.
 *
 * @param maxBytes about how long the JSON is at most, in bytes
 */
export function boundedCopy(value: unknown, maxBytes: number): BoundedCopy {
  const copying = new Copying(maxBytes);
  return { copy: copying.of(value), isCut: copying.isCut };
}

class Copying {
  isCut = false;
  readonly #within = new Set<object>();

  constructor(private left: number) {}

  /** Undefined where JSON has nothing for it. */
  of(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
        return this.#text(value);
      case 'bigint':
        return this.#text(`${value}n`);
      case 'number':
        return Number.isFinite(value) ? this.#counted(value, 8) : this.#text(String(value));
      case 'function':
        return this.#object([['type', value.name === '' ? 'inline' : value.name]]);
      case 'symbol':
        return this.#text(String(value));
      case 'object':
        return value === null ? this.#counted(value, 5) : this.#nested(value);
      default:
        return this.#counted(value, 5);
    }
  }

  #nested(value: object): unknown {
    if (this.#within.has(value) || this.#within.size >= MAX_DEPTH) return this.#cut();
    this.#within.add(value);
    const copy = this.#members(value);
    this.#within.delete(value);
    return copy;
  }

  #members(value: object): unknown {
    if (isDate(value)) return this.#text(dateText(value));
    if (Array.isArray(value) || isSet(value) || isMap(value)) return this.#list(value);
    if (isTypedArray(value)) return this.#list(value as unknown as Iterable<unknown>);
    return this.#object(membersOf(value));
  }

  #list(items: Iterable<unknown>): readonly unknown[] {
    const copies: unknown[] = [];
    this.left -= 2;
    for (const item of items) {
      if (this.left <= 0) {
        if (!this.isCut) copies.push(this.#cut());
        break;
      }
      copies.push(this.of(item) ?? null);
    }
    return copies;
  }

  #object(members: Iterable<readonly [string, unknown]>): object {
    // Without a prototype `__proto__` is a member like others.
    const copy = Object.create(null) as Record<string, unknown>;
    this.left -= 2;
    for (const [name, member] of members) {
      const size = name.length > this.left ? name.length : bytesOf(name) + 2;
      if (size >= this.left) {
        if (!this.isCut) copy[CUT] = this.#cut();
        this.left = 0;
        break;
      }
      this.left -= size;
      copy[name] = this.of(member);
    }
    return copy;
  }

  #text(text: string): string {
    // Measured only as far as it could fit.
    const bytes = text.length > this.left ? text.length : bytesOf(text);
    if (bytes <= this.left) return this.#counted(text, bytes);
    const room = Math.max(0, this.left);
    const start = text.slice(0, room);
    this.left = 0;
    // What is escaped takes six bytes at most.
    return (bytesOf(start) <= room + 2 ? start : text.slice(0, room / 6)) + this.#cut();
  }

  #counted<Value>(value: Value, bytes: number): Value {
    this.left -= bytes;
    return value;
  }

  #cut(): string {
    this.isCut = true;
    return CUT;
  }
}

function* membersOf(value: object): Iterable<readonly [string, unknown]> {
  for (const name of Object.keys(value)) yield [name, (value as Readonly<Record<string, unknown>>)[name]];
}

const bytesOf = (text: string): number => Buffer.byteLength(JSON.stringify(text));

function dateText(date: Date): string {
  const time = Date.prototype.getTime.call(date);
  return Number.isNaN(time) ? 'Invalid Date' : new Date(time).toISOString();
}
