/** The stores that the guarantees of the event log are tested on. Add a line to test another one. */
import { LmdbStore } from '../../src/runtime/stores/lmdb/lmdb.store.js';
import { MemoryStore } from '../../src/runtime/stores/memory.store.js';
import type { EventStore } from '../../src/runtime/event-log/event-store.js';
import { hasPostgres, openTemporaryLog } from './postgres.js';

export interface StoreKind {
  readonly name: string;
  /** An empty store; what it keeps in files, it keeps in this folder. What it keeps elsewhere is gone once it is closed. */
  readonly open: (folder: string) => EventStore | Promise<EventStore>;
}

/** Those that need no server. */
export const EMBEDDED: readonly StoreKind[] = [
  { name: 'MemoryStore', open: () => new MemoryStore() },
  { name: 'LmdbStore', open: (folder) => LmdbStore.open(folder) },
];

export const STORES: readonly StoreKind[] = [
  ...EMBEDDED,
  ...(hasPostgres ? [{ name: 'PostgresStore', open: () => openTemporaryLog() }] : []),
];
