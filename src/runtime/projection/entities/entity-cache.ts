/** Entities that were used lately, within a bound in bytes. */
import type { StoredEntity } from './entity.js';

/** What the cache of one projection may take, about, in bytes of what is serialized. */
export const DEFAULT_CACHE_BYTES = 32 * 1024 * 1024;
/** Of an object in memory, beside what is serialized. */
const OVERHEAD_BYTES = 400;

/**
 * Two generations: once the younger has half of the bytes, it becomes the older, which is dropped. A `Map` in the order of use would
 * be searched for its first entry past all that were deleted.
 */
export class EntityCache<Context> {
  #younger = new Map<string, StoredEntity<Context>>();
  /** May have earlier versions of entities of the younger. */
  #older = new Map<string, StoredEntity<Context>>();
  /** Of the younger. */
  #bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get(key: string): StoredEntity<Context> | undefined {
    const young = this.#younger.get(key);
    if (young !== undefined) return young;
    const old = this.#older.get(key);
    if (old !== undefined) this.set(old);
    return old;
  }

  set(entity: StoredEntity<Context>): void {
    this.#bytes += bytesOf(entity) - bytesOf(this.#younger.get(entity.key));
    this.#younger.set(entity.key, entity);
    if (this.#bytes <= this.maxBytes / 2) return;
    this.#older = this.#younger;
    this.#younger = new Map();
    this.#bytes = 0;
  }

  delete(key: string): void {
    this.#bytes -= bytesOf(this.#younger.get(key));
    this.#younger.delete(key);
    this.#older.delete(key);
  }
}

const bytesOf = (entity: StoredEntity | undefined): number =>
  entity === undefined ? 0 : entity.bytes + OVERHEAD_BYTES;
