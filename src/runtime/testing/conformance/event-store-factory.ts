/** What the kit must be told of a store: how its logs are opened, and what it cannot do. */
import type { EventStore } from '../../event-log/event-store.js';

/** Opens the logs that the kit works on. The kit closes every store that it was given, some more than once. */
export interface EventStoreFactory {
  /** A new log, empty, that shares nothing with any other. */
  open(): Promise<EventStore>;
  /** The log of a store that has been closed, opened again to append. */
  reopen(closed: EventStore): Promise<EventStore>;
  /** A second store that appends to the log of an open one, opened as another process would open it. */
  another(open: EventStore): Promise<EventStore>;
  /** A store to read the log of an open one with. It need not be able to append. */
  reader(open: EventStore): Promise<EventStore>;
  /** Called once, after the last case, when every store is closed: removes the logs. */
  dispose(): Promise<void>;
}

/**
 * What a store can do beyond its duty. It can do what is left out. What is `false` is tested to be
 * refused with a clear error, or to give what is plainly another log: never something between the two.
 */
export interface Capabilities {
  /** What was recorded outlives the store that recorded it (`reopen`). Default: true. */
  readonly durable?: boolean;
  /** Several stores read one log at the same time (`reader`). Default: true. */
  readonly manyReaders?: boolean;
  /** Several stores append to one log at the same time (`another`). Default: true. */
  readonly manyWriters?: boolean;
}
