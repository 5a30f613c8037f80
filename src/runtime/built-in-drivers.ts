/** The stores that the library brings along. Each driver loads its store only when a URL asks for it. */
import type { StoreDriver } from './stores/drivers.js';
import { lmdbDriver } from './stores/lmdb/lmdb.driver.js';
import { memoryDriver } from './stores/memory.js';
import { postgresDriver } from './stores/postgres/postgres.driver.js';
import { remoteDriver } from './stores/remote/remote.driver.js';

export const BUILT_IN_DRIVERS: readonly StoreDriver[] = [
  memoryDriver,
  lmdbDriver,
  postgresDriver,
  remoteDriver(),
];
