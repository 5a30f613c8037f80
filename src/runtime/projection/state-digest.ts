/** SHA-256 of a state: the same for equal states, however they came about, and another one for any other. */
import { createHash, type Hash } from 'node:crypto';
import { types } from 'node:util';
import type { FoldState } from './fold-state.js';

// Not `instanceof`, which does not know what was made in another realm.
const { isDate, isMap, isSet } = types;

/** What is hashed at a time, in characters. */
const CHUNK = 64 * 1024;

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
        this.#put('n');
        this.#put(value.toString(16));
        this.#put(';');
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
      this.#put(`b${value.constructor.name}${bytes.length}:${bytes.toString('latin1')}`);
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
    // What is long by itself is not copied once more, as it would be when it is put together with what is before it.
    if (text.length >= CHUNK) {
      this.hash.update(this.#text).update(text);
      this.#text = '';
      return;
    }
    this.#text += text;
    if (this.#text.length < CHUNK) return;
    this.hash.update(this.#text);
    this.#text = '';
  }
}
