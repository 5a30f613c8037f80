/** The memory store, and its driver. */
import { StoreNotOpened, type StoreDriver } from './drivers.js';
import { MemoryStore } from './memory.store.js';

export { MemoryStore };

/** `memory:` is a new, empty log each time that it is opened. */
export const memoryDriver: StoreDriver = {
  protocols: ['memory:'],
  open: (url) =>
    /^memory:?$/i.test(url)
      ? Promise.resolve(new MemoryStore())
      : Promise.reject(
          new StoreNotOpened('a log in memory has no name: its URL is memory: and nothing more'),
        ),
  openForReading: () =>
    Promise.reject(new StoreNotOpened('a log in memory can be read only by the process that holds it')),
};
