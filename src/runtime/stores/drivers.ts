/** Opens event stores by URL: a driver for each kind of store, found by the URL's protocol. */
import type { EventStore } from '../event-log/event-store.js';

/** Of the writer of a log in LMDB. */
export const DEFAULT_LEASE_SECONDS = 6;

export interface StoreOptions {
  /** Told in a sentence when the connection to a server is lost, when it is back, and why opening a log takes a while. */
  readonly onConnection?: (message: string) => void;
  /** Told in a sentence, once, that the disk of a log in LMDB refused a commit: the process should end soon, and start again. */
  readonly onCommitRefused?: (message: string) => void;
  /** How long a writer that does not renew its lease keeps a log in LMDB, in seconds. */
  readonly leaseSeconds?: number;
}

/** Opens one kind of store. It loads what the store needs (a native module, a database client) only when it is called. */
export interface StoreDriver {
  /** In lower case, with the colon: `postgres:`. */
  readonly protocols: readonly string[];
  /**
   * Opens the log that the URL names, or creates one.
   *
   * @throws StoreNotOpened; LogInUse when another process writes to the log
   */
  open(url: string, options: StoreOptions): Promise<EventStore>;
  /**
   * Opens an existing log for reading, whichever process writes to it. Absent: `open` is used.
   *
   * @throws StoreNotOpened
   */
  openForReading?(url: string): Promise<EventStore>;
}

/** A store that cannot be opened. The message is one line that contains no password. */
export class StoreNotOpened extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreNotOpened';
  }
}

/** RFC 3986, section 3.1. */
const PROTOCOL = /^[a-z][a-z0-9+.-]*:/i;

/** The drivers that a program knows. */
export class StoreDrivers {
  readonly #byProtocol: ReadonlyMap<string, StoreDriver>;

  /** @param drivers of two for the same protocol, the later one is used */
  constructor(drivers: readonly StoreDriver[]) {
    this.#byProtocol = new Map(
      drivers.flatMap((driver) => driver.protocols.map((protocol) => [protocol, driver] as const)),
    );
  }

  /** @throws StoreNotOpened; LogInUse when another process writes to the log */
  async open(url: string, options: StoreOptions = {}): Promise<EventStore> {
    return this.#driverOf(url).open(url, options);
  }

  /** @throws StoreNotOpened, also when the log cannot be read outside of the process that writes it */
  async openForReading(url: string): Promise<EventStore> {
    const driver = this.#driverOf(url);
    return driver.openForReading?.(url) ?? driver.open(url, {});
  }

  #driverOf(url: string): StoreDriver {
    // As the setting LEFTFOLD_STORE has it.
    const protocol = url === 'memory' ? 'memory:' : PROTOCOL.exec(url)?.[0].toLowerCase();
    const driver = protocol === undefined ? undefined : this.#byProtocol.get(protocol);
    if (driver !== undefined) return driver;
    const known = [...this.#byProtocol.keys()].join(', ');
    // No more of the URL is shown: what cannot be parsed may have a password anywhere.
    const found = protocol === undefined ? 'this has no protocol' : `${protocol} is not known`;
    throw new StoreNotOpened(`a store is named by a URL that begins with one of ${known}; ${found}`);
  }
}
