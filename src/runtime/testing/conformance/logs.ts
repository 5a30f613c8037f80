/** The logs of the cases: opened before a case and closed after it, also when it fails. */
import type { EventStore } from '../../event-log/event-store.js';
import type { EventStoreFactory } from './event-store-factory.js';
import { afterAll, afterEach, beforeAll, beforeEach } from './test-runner.js';

export class Logs {
  readonly #opened: EventStore[] = [];
  #store: EventStore | undefined;

  constructor(private readonly factory: EventStoreFactory) {}

  /** The store of the case that runs. */
  get store(): EventStore {
    if (this.#store === undefined) throw new Error('no case runs, so there is no log yet');
    return this.#store;
  }

  /** Begins a log, which becomes the case's. */
  async begin(): Promise<void> {
    this.#store = await this.open();
  }

  /** Closes the case's log and opens it again. */
  async reopen(): Promise<void> {
    const closed = this.store;
    await closed.close();
    this.#store = this.#kept(await this.factory.reopen(closed));
  }

  /** One more log, which has nothing to do with the case's. */
  async open(): Promise<EventStore> {
    return this.#kept(await this.factory.open());
  }

  /** A second store that appends to the case's log. */
  async another(): Promise<EventStore> {
    return this.#kept(await this.factory.another(this.store));
  }

  /** A store to read the case's log with. */
  async reader(): Promise<EventStore> {
    return this.#kept(await this.factory.reader(this.store));
  }

  async closeAll(): Promise<void> {
    this.#store = undefined;
    // Stores on another one's log close before it.
    for (const store of this.#opened.splice(0).reverse()) await store.close();
  }

  #kept(store: EventStore): EventStore {
    this.#opened.push(store);
    return store;
  }
}

/** A new log for each case. */
export function aLogForEach(factory: EventStoreFactory): Logs {
  const logs = new Logs(factory);
  beforeEach(() => logs.begin());
  afterEach(() => logs.closeAll());
  return logs;
}

/** One log for cases that only read, or that look only at what they appended themselves. */
export function oneLogForAll(
  factory: EventStoreFactory,
  fill: (store: EventStore) => Promise<void> = () => Promise.resolve(),
): Logs {
  const logs = new Logs(factory);
  beforeAll(async () => {
    await logs.begin();
    await fill(logs.store);
  });
  afterAll(() => logs.closeAll());
  return logs;
}
