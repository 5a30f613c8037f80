/** SHA-256 of a state: the same for equal states, however they came about, and another one for any other. */
import { createHash, type Hash } from 'node:crypto';
import { types } from 'node:util';
import { serialize } from 'node:v8';
import type { FoldState } from '../../fold/fold-state.js';

// Not `instanceof`, which does not know what was made in another realm.
const { isDate, isMap, isSet } = types;

/** What is hashed at a time, in characters. */
const CHUNK = 64 * 1024;

/** Integers from here on, and below the negative of it, are hashed as bytes. */
const LONG = 1n << 64n;
/** What V8 writes before any value: that it is by V8, and in which version of its format. */
const PREFIX_BYTES = 2;

/** @returns hexadecimal @throws TypeError when the state holds something that is no data, such as a function */
export function stateDigest(state: FoldState): string {
  const writer = new Writer(createHash('sha256'));
  writer.write(state.value);
  writer.write(state.context);
  return writer.digest();
}

/**
 * Writes a value so that two are written the same only if they are equal: names in order, each kind with a mark of its own,
 * each text with its length. Not by V8's serializer, whose bytes depend on how an equal object came about.
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
        if (value < LONG && value > -LONG) this.#put(`n${value};`);
        else this.#putBytes('N', digitsOf(value));
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
    if (this.#text.length >= CHUNK) this.#flush();
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
 * Sign, length and 64-bit digits, as V8 keeps them: a copy, where hexadecimal would be made digit by digit, and twice as long. Of an
 * integer by itself V8's bytes depend on nothing but its value.
 */
function digitsOf(value: bigint): Uint8Array {
  return serialize(value).subarray(PREFIX_BYTES);
}
