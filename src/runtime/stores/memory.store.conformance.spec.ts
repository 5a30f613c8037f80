/** The memory store passes the conformance kit; its log is not shared, and ends with it. */
import { describeEventStore } from '../testing/conformance/describe-event-store.js';
import { MemoryStore } from './memory.store.js';

const another = (): Promise<MemoryStore> => Promise.resolve(new MemoryStore());

describeEventStore(
  'MemoryStore',
  { open: another, reopen: another, another, reader: another, dispose: () => Promise.resolve() },
  { durable: false, manyReaders: false, manyWriters: false },
);
