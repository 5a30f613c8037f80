/** SHA-256 of a state: the same for equal states, however they came about, and different for others. */
import { createHash, type Hash } from 'node:crypto';
import { types } from 'node:util';
import { serialize } from 'node:v8';
import type { FoldState } from '../../fold/fold-state.js';

// Not `instanceof`, which fails for objects of another realm, such as a test's.
const { isDate, isMap, isSet } = types;

/** In characters. */
const MAX_BUFFERED_LENGTH = 64 * 1024;

/** Integers up to this, positive or negative, are written in decimal, larger ones in binary. */
const DECIMAL_LIMIT = 1n << 64n;
/** V8's tag and format version before a serialized value. */
const V8_HEADER_BYTES = 2;

/**
 * The digest is compared between processes and versions of the program, so what is hashed is a format that may not change.
 *
 * @returns hexadecimal
 * @throws TypeError when the state contains something that is not data, such as a function
 */
export function stateDigest(state: FoldState): string {
  const writer = new Writer(createHash('sha256'));
  writer.write(state.value);
  writer.write(state.context);
  return writer.digest();
}

/**
 * Writes values so that two are written the same only if they are equal: members sorted by name, each type with a mark of its
 * own, each string with its length. V8's serializer alone would not do: its bytes depend on how an equal object came about.
 */
class Writer {
  #text = '';

  constructor(private readonly hash: Hash) {}

  digest(): string {
    return this.hash.update(this.#text).digest('hex');
  }

  write(value: unknown): void {
    switch (typeof value) {
      case 'string': {
        this.#put(`s${value.length}:${value}`);
        return;
      }
      case 'number': {
        this.#put(`d${Object.is(value, -0) ? '-0' : value};`);
        return;
      }
      case 'bigint': {
        if (value < DECIMAL_LIMIT && value > -DECIMAL_LIMIT) this.#put(`n${value};`);
        else this.#putBytes('N', binaryOf(value));
        return;
      }
      case 'boolean': {
        this.#put(value ? 't' : 'f');
        return;
      }
      case 'undefined': {
        this.#put('u');
        return;
      }
      case 'object': {
        if (value === null) this.#put('0');
        else this.#writeObject(value);
        return;
      }
      default:
        throw new TypeError(`a state holds data, and no ${typeof value}`);
    }
  }

  #writeObject(value: object): void {
    if (Array.isArray(value)) this.#writeAll('a', value);
    else if (isMap(value)) this.#writeAll('m', [...value].flat(1));
    else if (isSet(value)) this.#writeAll('S', [...value]);
    else if (isDate(value)) this.#put(`D${value.getTime()};`);
    else if (ArrayBuffer.isView(value)) {
      const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      this.#putBytes(`b${value.constructor.name}`, bytes);
    } else this.#writeMembers(value as Readonly<Record<string, unknown>>);
  }

  #writeMembers(object: Readonly<Record<string, unknown>>): void {
    const names = Object.keys(object).sort();
    this.#put(`o${names.length};`);
    for (const name of names) {
      this.write(name);
      this.write(object[name]);
    }
  }

  #writeAll(mark: string, values: readonly unknown[]): void {
    this.#put(`${mark}${values.length};`);
    for (const each of values) this.write(each);
  }

  #put(text: string): void {
    this.#text += text;
    if (this.#text.length >= MAX_BUFFERED_LENGTH) this.#flush();
  }

  #putBytes(mark: string, bytes: Uint8Array): void {
    this.#put(`${mark}${bytes.length}:`);
    this.#flush();
    this.hash.update(bytes);
  }

  #flush(): void {
    this.hash.update(this.#text);
    this.#text = '';
  }
}

/**
 * Sign, length and binary digits, from V8's serializer, whose bytes for one integer depend on its value alone. Hashing a number of
 * 2.5 million decimal digits takes 1.3 ms this way, 9 ms in hexadecimal and 1.6 s in decimal.
 */
function binaryOf(value: bigint): Uint8Array {
  return serialize(value).subarray(V8_HEADER_BYTES);
}
