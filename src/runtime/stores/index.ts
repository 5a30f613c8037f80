/** What a store of one's own is made of, and opening stores by URL: `import { decideAppends } from 'leftfold/stores'`. */

// By URL
export { StoreDrivers, StoreNotOpened, type StoreDriver, type StoreOptions } from './drivers.js';
export { MemoryStore, memoryDriver } from './memory.js';
export { remoteDriver, type RemoteDriverOptions } from './remote/remote.driver.js';

// Appending
export {
  decideAppends,
  type AppendDecision,
  type DecidedBatch,
  type LogView,
  type PendingCommit,
} from './decide-appends.js';
export { settle, takeBatch, type PendingAppend } from './append-queue.js';
export {
  NO_HASH,
  hashCommit,
  requireSuccession,
  toCommit,
  toRecordedCommit,
  verifyCommit,
  type HashedCommit,
  type VerifiedCommit,
} from '../event-log/commits/hashed-commit.js';

// Reading
export { matchingEvents, spanOf, type CommittedEvents, type ReadSpan } from './read-span.js';
export { matches, matchesEverything, type QueriedEvent } from '../event-log/query.js';
export { WaitablePosition } from '../event-log/following/waitable-position.js';
export { EventStore } from '../event-log/event-store.js';
export type { CommitContent } from '../event-log/event.js';
