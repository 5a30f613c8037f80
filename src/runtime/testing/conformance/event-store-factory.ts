/** What the author of a store tells the kit: how logs are opened, and what the store does not support. */
import type { EventStore } from '../../event-log/event-store.js';

/** Opens the logs of the cases. The kit closes every store that it opens, some more than once. */
export interface EventStoreFactory {
  /** A new, empty log that shares nothing with any other. */
  open(): Promise<EventStore>;
  /** The log of a store that has been closed, opened again to append. */
  reopen(closed: EventStore): Promise<EventStore>;
  /** A second store that appends to the log of an open one, opened as by another process. */
  another(open: EventStore): Promise<EventStore>;
  /** A store that reads the log of an open one. It need not be able to append. */
  reader(open: EventStore): Promise<EventStore>;
  /** Called once, after the last case, when every store is closed: removes the logs. */
  dispose(): Promise<void>;
}

/**
 * Optional capabilities of a store. For one that is `false`, the kit requires that the attempt is refused with an error that says
 * why, or that what is opened is another log, empty and with another identity.
 */
export interface Capabilities {
  /** What was recorded can be read after the store was closed (`reopen`). Default: true. */
  readonly durable?: boolean;
  /** Several stores read one log at the same time (`reader`). Default: true. */
  readonly manyReaders?: boolean;
  /** Several stores append to one log at the same time (`another`). Default: true. */
  readonly manyWriters?: boolean;
}
