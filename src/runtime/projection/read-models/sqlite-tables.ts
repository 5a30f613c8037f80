/** The tables of a read model in a SQLite database of their own: a file, or memory. */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { types } from 'node:util';
import type { CompiledQuery, DatabaseConnection } from 'kysely';
import { closedOnError, connected, loaded, type Sqlite } from '../entities/sqlite/connections.js';
import { BackgroundReads } from '../entities/sqlite/sqlite-reads.js';
import { TablesBusy, TablesDamaged, troubleOf } from './database-trouble.js';
import { SqliteConnection } from './sqlite-connection.js';
import type { ReadingConnection, TableDigest, Tables } from './tables.js';
import {
  CHECKPOINT_COLUMNS,
  CHECKPOINT_TABLE,
  CREATE_CHECKPOINT,
  CheckpointTouched,
  SELECT_CHECKPOINT,
  checkpointOf,
  orderedValues,
  type TablesCheckpoint,
} from './tables-checkpoint.js';
import { Turns } from './turns.js';

/** How long a read waits for the one before it. */
const MAX_WAIT_MS = 5_000;
/** So many rows are digested before other work gets its turn. */
const DIGESTED_ROWS = 500;

const INSERT_CHECKPOINT = `INSERT INTO ${CHECKPOINT_TABLE} (id, ${CHECKPOINT_COLUMNS.join(', ')})
  VALUES (1, ${CHECKPOINT_COLUMNS.map(() => '?').join(', ')})`;
/** From what it was when the transaction began. */
const UPDATE_CHECKPOINT = `UPDATE ${CHECKPOINT_TABLE} SET ${CHECKPOINT_COLUMNS.map((name) => `${name} = ?`).join(', ')}
  WHERE ${CHECKPOINT_COLUMNS.map((name) => `${name} = ?`).join(' AND ')}`;
const TABLES = `SELECT name FROM sqlite_master
  WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> '${CHECKPOINT_TABLE}' ORDER BY name`;

export class SqliteTables implements Tables {
  readonly place: string;
  readonly #writer: SqliteConnection;
  readonly #reader: SqliteConnection;
  readonly #writing = new Turns();
  readonly #reading: Turns;
  #isClosed = false;

  private constructor(
    private readonly sqlite: Sqlite,
    readonly file: string | undefined,
    writer: SqliteConnection,
  ) {
    this.place = file ?? 'memory';
    this.#writer = writer;
    if (file === undefined) {
      // What is in memory is seen by one connection only: reads take turns with transactions.
      this.#reader = writer;
      this.#reading = this.#writing;
    } else {
      this.#reader = new SqliteConnection(connected(sqlite, file));
      this.#reading = new Turns();
      this.#reader.run('PRAGMA query_only = ON');
    }
  }

  /** @param file undefined: in memory */
  static async create(
    file: string | undefined,
    checkpoint: TablesCheckpoint,
    schema: (connection: DatabaseConnection) => Promise<void>,
  ): Promise<SqliteTables> {
    const sqlite = await loaded();
    const database = connected(sqlite, file);
    const connection = new SqliteConnection(database);
    try {
      connection.run('BEGIN IMMEDIATE');
      connection.run(CREATE_CHECKPOINT);
      connection.run(INSERT_CHECKPOINT, orderedValues(checkpoint));
      await schema(connection);
      connection.run('COMMIT');
      return new SqliteTables(sqlite, file, connection);
    } catch (error) {
      database.close();
      throw troubleOf(error);
    }
  }

  /** @throws TablesDamaged when the file is no database of a read model, or SQLite finds it damaged */
  static async open(file: string): Promise<SqliteTables> {
    const sqlite = await loaded();
    const reads = new BackgroundReads(file);
    try {
      await reads.requireWhole();
      const database = connected(sqlite, file);
      return closedOnError(database, () => new SqliteTables(sqlite, file, new SqliteConnection(database)));
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble !== error || !(error instanceof Error)) throw trouble;
      throw new TablesDamaged(error.message, { cause: error });
    } finally {
      await reads.close();
    }
  }

  async checkpoint(): Promise<TablesCheckpoint> {
    return this.#reading.run(() => Promise.resolve(troubled(() => checkpointIn(this.#reader))));
  }

  async write(
    work: (connection: DatabaseConnection, at: TablesCheckpoint) => Promise<TablesCheckpoint | undefined>,
  ): Promise<TablesCheckpoint> {
    return this.#writing.run(async () => {
      const writer = this.#writer;
      troubled(() => writer.run('BEGIN IMMEDIATE'));
      try {
        const at = troubled(() => checkpointIn(writer));
        const next = await work(writer, at);
        if (next !== undefined) {
          const values = [next, at].flatMap(orderedValues);
          const { numAffectedRows } = troubled(() => writer.run(UPDATE_CHECKPOINT, values));
          if (numAffectedRows !== 1n) throw new CheckpointTouched();
        }
        troubled(() => writer.run(next === undefined ? 'ROLLBACK' : 'COMMIT'));
        return next ?? at;
      } catch (error) {
        // Some errors have ended the transaction already.
        if (writer.database.inTransaction) writer.run('ROLLBACK');
        throw error;
      }
    });
  }

  async reading(): Promise<ReadingConnection> {
    const end = await this.#reading.takeWithin(MAX_WAIT_MS);
    if (end === undefined)
      throw new TablesBusy(
        `another read of it has not ended for ${MAX_WAIT_MS / 1000} seconds, or waits for this one`,
      );
    const reader = this.#reader;
    const isShared = reader === this.#writer;
    if (isShared) reader.run('PRAGMA query_only = ON');
    return readingOver(reader, () => {
      try {
        if (isShared) reader.run('PRAGMA query_only = OFF');
      } finally {
        end();
      }
    });
  }

  async view(): Promise<ReadingConnection> {
    if (this.file === undefined) return this.reading();
    const view = new SqliteConnection(connected(this.sqlite, this.file));
    view.run('PRAGMA query_only = ON');
    return readingOver(view, () => view.database.close());
  }

  async shape(): Promise<string> {
    return this.#reading.run(() => {
      const columns = this.#tables().map((table) => [
        table,
        this.#reader.run('SELECT name, type FROM pragma_table_xinfo(?) ORDER BY cid', [table]).rows,
      ]);
      return Promise.resolve(JSON.stringify(columns));
    });
  }

  async digests(
    connection: DatabaseConnection,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, TableDigest>> {
    const found = new Map<string, TableDigest>();
    const { rows: tables } = await connection.executeQuery<{ readonly name: string }>({
      sql: TABLES,
      parameters: [],
    } as never);
    for (const { name: table } of tables) {
      let rows = 0;
      let sum = 0n;
      const reader = connections.get(connection) ?? this.#reader;
      for (const row of reader.iterateStored(`SELECT * FROM ${quoted(table)}`)) {
        sum += digestOfRow(row);
        rows += 1;
        if (rows % DIGESTED_ROWS !== 0) continue;
        signal.throwIfAborted();
        await nextTurn();
      }
      found.set(table, { rows, digest: (sum % 2n ** 128n).toString(16) });
    }
    return found;
  }

  close(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#isClosed = true;
    // Its file stays open until the statements are collected; a view that was begun must not last as long.
    for (const { database } of new Set([this.#reader, this.#writer])) {
      if (database.inTransaction) database.exec('ROLLBACK');
      database.close();
    }
    return Promise.resolve();
  }

  /** Writes what is in the log beside the file into the file, so that the file alone is whole; unless something else reads it now. */
  mergeLog(): void {
    if (this.file === undefined || this.#isClosed) return;
    try {
      this.#writer.database.pragma('wal_checkpoint(TRUNCATE)');
    } catch {
      // It stays in the log beside the file, where the next connection finds it.
    }
  }

  #tables(): readonly string[] {
    return this.#reader.run<{ readonly name: string }>(TABLES).rows.map(({ name }) => name);
  }
}

/** What a reading connection reads with. */
const connections = new WeakMap<DatabaseConnection, SqliteConnection>();

function readingOver(reader: SqliteConnection, released: () => void): ReadingConnection {
  const rollBack = (): Promise<void> => {
    if (reader.database.inTransaction) reader.run('ROLLBACK');
    return Promise.resolve();
  };
  const connection: ReadingConnection = {
    executeQuery: async (query) => reader.executeQuery(readable(query)),
    streamQuery: (query) => reader.streamQuery(readable(query)),
    begin: () => {
      reader.run('BEGIN');
      reader.run(SELECT_CHECKPOINT); // SQLite takes the view with the first read
      return Promise.resolve();
    },
    end: rollBack,
    release: async () => {
      try {
        await rollBack();
      } finally {
        released();
      }
    },
  };
  connections.set(connection, reader);
  return connection;
}

/** @throws TablesDamaged when there is none */
function checkpointIn(connection: SqliteConnection): TablesCheckpoint {
  let rows: readonly object[];
  try {
    ({ rows } = connection.run<object>(SELECT_CHECKPOINT));
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    // A statement of the runtime's own fails so only when the table is not the one that it creates.
    if (code === 'SQLITE_ERROR') throw new TablesDamaged(String(message), { cause: error });
    throw error;
  }
  const [row] = rows;
  if (row === undefined) throw new TablesDamaged('it has no checkpoint');
  return checkpointOf(row);
}

function troubled<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw troubleOf(error);
  }
}

/** The one statement with which a connection that reads could begin to write. */
const OF_QUERY_ONLY = /\bquery_only\b/i;

/** What changes the connection, or the file whoever writes to it. */
const OF_CONNECTION = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/|;)*(?:pragma|attach|detach|vacuum)\b/i;

function readable(query: CompiledQuery): CompiledQuery {
  if (OF_QUERY_ONLY.test(query.sql))
    throw new Error('the tables of a read model are written by its handlers only');
  if (OF_CONNECTION.test(query.sql))
    throw new Error(
      'a query of a read model reads its tables, and neither sets the connection nor attaches to others; of the columns of a table, select from pragma_table_info',
    );
  return query;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Of the values with their types, in the order of the columns. */
function digestOfRow(row: object): bigint {
  const values = Object.values(row).map((value: unknown) => {
    if (types.isArrayBuffer(value) || types.isUint8Array(value))
      return ['bytes', Buffer.from(value as Uint8Array).toString('base64')];
    // JSON has no infinity, and writes 1.0 as 1.
    return typeof value === 'number' || typeof value === 'bigint' ? [typeof value, String(value)] : value;
  });
  const digest = createHash('sha256').update(JSON.stringify(values)).digest('hex');
  return BigInt(`0x${digest.slice(0, 32)}`);
}
