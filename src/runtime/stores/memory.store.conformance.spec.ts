/** The memory store keeps what every store promises; a log in memory is its store's alone, and ends with it. */
import { describeEventStore } from '../testing/conformance/describe-event-store.js';
import { MemoryStore } from './memory.store.js';

const another = (): Promise<MemoryStore> => Promise.resolve(new MemoryStore());

describeEventStore(
  'MemoryStore',
  { open: another, reopen: another, another, reader: another, dispose: () => Promise.resolve() },
  { durable: false, manyReaders: false, manyWriters: false },
);
