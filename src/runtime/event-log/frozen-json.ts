/** Makes a frozen copy of a JSON value: safe to record, and to share between consumers. */
import type { Fault } from '../http/kernel/problem.js';
import { pointer } from '../http/kernel/problem.js';
import type { Json } from './event.js';

/** Deeper data is an attack on code that recurses through it. */
const MAX_DEPTH = 64;

const ILL_FORMED = 'Text is well-formed Unicode; this has half of a surrogate pair.';

export interface FrozenJson {
  readonly value: Json;
  /** Roughly what it takes in memory. */
  readonly bytes: number;
}

/** A frozen copy, or the first place where the value is not JSON. */
export function freezeJson(value: unknown): FrozenJson | Fault {
  const copier = new Copier();
  const copy = copier.copy(value, 0);
  return copier.fault ?? { value: copy, bytes: copier.bytes };
}

export function isFault(result: FrozenJson | Fault): result is Fault {
  return 'detail' in result;
}

class Copier {
  bytes = 0;
  fault: Fault | undefined;
  readonly #path: PropertyKey[] = [];

  copy(value: unknown, depth: number): Json {
    if (depth > MAX_DEPTH) return this.#refuse(`Data may be nested at most ${MAX_DEPTH} deep.`);
    switch (typeof value) {
      case 'string':
        this.bytes += 16 + 2 * value.length;
        return value.isWellFormed() ? value : this.#refuse(ILL_FORMED);
      case 'number':
        this.bytes += 8;
        if (!Number.isFinite(value)) return this.#refuse(`${value} is no JSON number.`);
        return value === 0 ? 0 : value; // JSON has no -0 that survives being stored
      case 'boolean':
        this.bytes += 4;
        return value;
      case 'object':
        if (value === null) return null;
        if (Array.isArray(value)) return this.#copyArray(value, depth);
        if (isPlain(value)) return this.#copyObject(value, depth);
        return this.#refuse('Data is JSON: objects, arrays, strings, numbers, booleans, null.');
      default:
        return this.#refuse(`Data is JSON; a ${typeof value} is not.`);
    }
  }

  #copyArray(array: readonly unknown[], depth: number): Json {
    this.bytes += 16;
    return Object.freeze(
      // Not `map`, which skips holes.
      Array.from(array, (item, index) => {
        this.#path.push(index);
        const copy = this.copy(item, depth + 1);
        this.#path.pop();
        return copy;
      }),
    );
  }

  #copyObject(object: Readonly<Record<string, unknown>>, depth: number): Json {
    const copy: Record<string, Json> = {};
    for (const name of Object.keys(object)) {
      const member = object[name];
      if (member === undefined) continue; // as JSON.stringify does
      this.#path.push(name);
      this.bytes += 8 + 2 * name.length;
      const value = name.isWellFormed() ? this.copy(member, depth + 1) : this.#refuse(ILL_FORMED);
      // Assigning `__proto__` would set the prototype.
      if (name === '__proto__') Object.defineProperty(copy, name, { value, enumerable: true });
      else copy[name] = value;
      this.#path.pop();
    }
    return Object.freeze(copy);
  }

  #refuse(detail: string): null {
    this.fault ??= { detail, pointer: pointer(this.#path) };
    return null;
  }
}

function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
