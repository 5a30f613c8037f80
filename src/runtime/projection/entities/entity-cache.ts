/** The entities that were used last, within a bound in bytes. */
import type { StoredEntity } from './entity.js';

/** What the cache of one projection may take, about, in bytes of what is serialized. */
export const DEFAULT_CACHE_BYTES = 32 * 1024 * 1024;
/** Of an object in memory, beside what is serialized. */
const OVERHEAD_BYTES = 400;

export class EntityCache<Context> {
  readonly #entities = new Map<string, StoredEntity<Context>>();
  #bytes = 0;

  constructor(private readonly maxBytes: number) {}

  get(key: string): StoredEntity<Context> | undefined {
    const found = this.#entities.get(key);
    if (found === undefined) return undefined;
    this.#entities.delete(key);
    this.#entities.set(key, found);
    return found;
  }

  set(entity: StoredEntity<Context>): void {
    this.delete(entity.key);
    this.#entities.set(entity.key, entity);
    this.#bytes += entity.bytes + OVERHEAD_BYTES;
    for (const oldest of this.#entities.keys()) {
      if (this.#bytes <= this.maxBytes) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const known = this.#entities.get(key);
    if (known === undefined) return;
    this.#entities.delete(key);
    this.#bytes -= known.bytes + OVERHEAD_BYTES;
  }
}
