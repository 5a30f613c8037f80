/** Connections to SQLite as a database of entities needs them. */
import type Libsql from 'libsql';

export type Sqlite = typeof Libsql;

/** Of each connection that writes. With SQLite's 2 MiB, the pages that a batch changes are written and read again within its transaction. */
const PAGE_CACHE_KIB = 32 * 1024;
/** Of each connection that reads. */
const READING_CACHE_KIB = 8 * 1024;
/** After so many pages (of 4 KiB) the log beside the file is merged into it; with SQLite's 1,000 that is each batch. */
const WAL_PAGES = 4096;
/** How long SQLite waits for a lock of another process. It holds the thread meanwhile, and is tried again in another turn. */
const BUSY_TIMEOUT_MS = 5;
/** Of a connection that holds no thread of this process. */
const READING_BUSY_TIMEOUT_MS = 1000;

export type Parameter = string | number | Buffer | null;

/**
 * A connection whose statements run in a thread of libsql's own: the first row comes once SQLite has found it, and holds nothing until
 * then. What follows the first row is read in the calling thread.
 */
export interface BackgroundConnection {
  prepare(sql: string): Promise<BackgroundStatement>;
  exec(sql: string): Promise<void>;
  /** Ends the statement that runs, which fails with SQLITE_INTERRUPT. */
  interrupt(): void;
  close(): void;
}

export interface BackgroundStatement {
  all(...parameters: readonly Parameter[]): Promise<readonly unknown[]>;
}

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

/** For reading only. */
export async function connectedInBackground(file: string): Promise<BackgroundConnection> {
  const { default: Background } = await import('libsql/promise');
  const connection = new Background(file, {}) as unknown as BackgroundConnection;
  try {
    await connection.exec(
      `PRAGMA busy_timeout = ${READING_BUSY_TIMEOUT_MS}; PRAGMA cache_size = -${READING_CACHE_KIB}; PRAGMA query_only = ON`,
    );
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
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
