/** Closes the store of an application that cannot be put together. */
import type { EventStore } from './event-log/event-store.js';

/**
 * Nest ends no provider of an application that it could not create. So if a provider fails that is made by this, the store is
 * closed here, and a later attempt in the same process can open it.
 */
export class StartGuard {
  /** @param isOwn whether the module has opened the store; one that it was given stays open, as its owner may use it again */
  constructor(
    private readonly store: EventStore,
    private readonly isOwn: boolean,
  ) {}

  orClose<Made>(make: () => Made): Made | Promise<Made> {
    try {
      return make();
    } catch (error) {
      return this.#closeAfter(error);
    }
  }

  async #closeAfter(error: unknown): Promise<never> {
    if (this.isOwn) await this.store.close();
    throw error;
  }
}
