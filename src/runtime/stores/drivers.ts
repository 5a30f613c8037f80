/** Which store belongs to which URL. */
import type { EventStore } from '../event-log/event-store.js';

export interface OpenOptions {
  /** Is told, in a sentence, when the connection to a server is lost and when it is back. */
  readonly onConnection?: (message: string) => void;
}

/** Opens the stores of some kinds of URL. */
export interface StoreDriver {
  /** As `URL` has them, with the colon: `lmdb:`. */
  readonly protocols: readonly string[];
  open(url: string, options: OpenOptions): Promise<EventStore>;
  /** Beside whoever writes it. Left out where a log can be opened once only. */
  openForReading?(url: string): Promise<EventStore>;
}

/** To be replaced by the registry of the stores room. */
export class StoreDrivers {
  constructor(private readonly drivers: readonly StoreDriver[] = []) {}

  async open(url: string, options: OpenOptions = {}): Promise<EventStore> {
    const driver = this.drivers.find(({ protocols }) => protocols.includes(new URL(url).protocol));
    if (driver !== undefined) return driver.open(url, options);
    const { protocol, pathname } = new URL(url);
    if (protocol === 'lmdb:') {
      const { LmdbStore } = await import('./lmdb/lmdb.store.js');
      return LmdbStore.open(decodeURIComponent(pathname));
    }
    if (protocol !== 'memory:') {
      const { PostgresStore } = await import('./postgres/postgres.store.js');
      return PostgresStore.open({ url });
    }
    const { MemoryStore } = await import('./memory.store.js');
    return new MemoryStore();
  }

  async openForReading(url: string): Promise<EventStore> {
    const { protocol, pathname } = new URL(url);
    if (protocol !== 'lmdb:') return this.open(url);
    const { LmdbReader } = await import('./lmdb/lmdb.reader.js');
    return LmdbReader.open(decodeURIComponent(pathname));
  }
}
