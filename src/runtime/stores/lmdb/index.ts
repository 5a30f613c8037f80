/** The store in LMDB, for those who open it themselves or by URL. */
export { copyLog } from './copy-log.js';
export { FileDamaged } from './file-check/page-file.js';
export { lmdbDriver, lmdbUrl } from './lmdb.driver.js';
export { LmdbReader } from './lmdb.reader.js';
export { LmdbStore, type LmdbStoreOptions } from './lmdb.store.js';
