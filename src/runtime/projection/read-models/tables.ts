/** What a read model needs of a database: sets of tables, each with its checkpoint, of which one answers. */
import type { DatabaseConnection, Dialect } from 'kysely';
import type { TablesCheckpoint } from './tables-checkpoint.js';

/** What is in a table. Equal in two sets of tables whose rows are equal, in whatever order. */
export interface TableDigest {
  readonly rows: number;
  readonly digest: string;
}

/** The tables of one build of a read model. */
export interface Tables {
  /** Where they are, as an operator knows it: a file, or a schema. */
  readonly place: string;

  /** @throws TablesDamaged when there is none, or it cannot be read */
  checkpoint(): Promise<TablesCheckpoint>;

  /**
   * Runs the work in one transaction, in which no other process writes to these tables. What it returns is the new checkpoint;
   * undefined writes nothing.
   *
   * @param work is given the checkpoint as it is now
   * @throws DatabaseAway, TablesDamaged, DatabaseFailing, and what the work throws; nothing is changed then
   */
  write(
    work: (connection: DatabaseConnection, at: TablesCheckpoint) => Promise<TablesCheckpoint | undefined>,
  ): Promise<TablesCheckpoint>;

  /** A connection that cannot write. It is to be released. @throws DatabaseAway when there is none in time */
  reading(): Promise<ReadingConnection>;

  /** Likewise, of its own where there is one: it may be used for long, and other reads do not wait for it. */
  view(): Promise<ReadingConnection>;

  /** The columns of all tables but the checkpoint's, as text: equal in two sets of tables that a query cannot tell apart. */
  shape(): Promise<string>;

  /** Of all tables but the checkpoint's, by name. */
  digests(connection: DatabaseConnection, signal: AbortSignal): Promise<ReadonlyMap<string, TableDigest>>;

  close(): Promise<void>;
}

export interface ReadingConnection extends DatabaseConnection {
  /** From now on it reads what is there now, whatever is written. */
  begin(): Promise<void>;
  end(): Promise<void>;
  /** Ends what was begun. */
  release(): Promise<void>;
}

/** Where a read model has its sets of tables. */
export interface TablesPlace {
  readonly dialect: Dialect;
  /** Whether other processes may use the same tables. */
  readonly isShared: boolean;

  /** Newest first. Those that cannot be used are left out, and the reason is told. */
  list(unusable: (reason: string) => void): Promise<readonly Tables[]>;

  /**
   * A new set of tables, empty, with this checkpoint.
   *
   * @param schema creates the author's tables, in the same transaction
   */
  create(
    checkpoint: TablesCheckpoint,
    schema: (connection: DatabaseConnection) => Promise<void>,
  ): Promise<Tables>;

  /** From now on these answer, also after a crash. The same again does no harm. @param instead of these */
  serve(tables: Tables, instead: readonly Tables[]): Promise<void>;

  /** Closes and removes them, if they are the runtime's. @param build only if they are this one's, and do not serve */
  remove(tables: Tables, build?: string): Promise<void>;

  /** Removes what is of no use any more, now that others serve instead of those before. */
  retire(before: readonly Tables[], serving: Tables): Promise<void>;

  /** Removes what is left of other builds, and is not being built. */
  removeOthers(serving: Tables, alsoKept: readonly Tables[]): Promise<void>;

  /** What all of them take on the disk, in bytes; undefined in memory. @throws DatabaseAway */
  size(): Promise<number | undefined>;

  close(): Promise<void>;
}
