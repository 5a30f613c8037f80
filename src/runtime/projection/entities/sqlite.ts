/** Connections to SQLite as a database of entities needs them. */
import type Libsql from 'libsql';
import { DatabaseDamaged } from './database-damage.js';

export type Sqlite = typeof Libsql;

/** Larger ones are not looked through at the start, which would hold the thread for seconds; SQLite finds damage when it comes to it. */
const MAX_CHECKED_PAGES = 65_536;
/** Of each connection. With SQLite's 2 MiB, the pages that a batch changes are written and read again within its transaction. */
const PAGE_CACHE_KIB = 32 * 1024;
/** After so many pages (of 4 KiB) the log beside the file is merged into it; with SQLite's 1,000 that is each batch. */
const WAL_PAGES = 4096;
/** How long a transaction waits for one of another process, which holds the thread. */
const BUSY_TIMEOUT_MS = 1000;

/** At the first use, so that an application without entity projections does not load it. */
export async function loaded(): Promise<Sqlite> {
  return (await import('libsql')).default;
}

/** @param file undefined: in memory */
export function connected(Sqlite: Sqlite, file: string | undefined): Libsql.Database {
  const database = new Sqlite(file ?? ':memory:');
  return closedOnError(database, () => {
    database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    if (file === undefined) return database;
    database.pragma('journal_mode = WAL');
    database.pragma(`cache_size = -${PAGE_CACHE_KIB}`);
    database.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
    // A power loss may take the last transactions, whole: the log has what they were folded from.
    database.pragma('synchronous = NORMAL');
    return database;
  });
}

/** Closes the connection when the work on it fails. */
export function closedOnError<Result>(database: Libsql.Database, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    database.close();
    throw error;
  }
}

/** @throws DatabaseDamaged when SQLite finds the file damaged */
export function requireWhole(database: Libsql.Database): void {
  const { page_count: pages } = database.prepare('PRAGMA page_count').get() as {
    readonly page_count: number;
  };
  if (pages > MAX_CHECKED_PAGES) return;
  const { quick_check: found } = database.prepare('PRAGMA quick_check(1)').get() as {
    readonly quick_check: string;
  };
  if (found !== 'ok') throw new DatabaseDamaged(found);
}
