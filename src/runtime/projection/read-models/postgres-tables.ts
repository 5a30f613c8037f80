/** The tables of a read model in a schema of their own in PostgreSQL. */
import type pg from 'pg';
import type { CompiledQuery, DatabaseConnection } from 'kysely';
import { DatabaseAway, STANDBY, TablesDamaged, isTrouble, troubleOf } from './database-trouble.js';
import { PostgresConnection } from './postgres-connection.js';
import type { ReadingConnection, TableDigest, Tables } from './tables.js';
import {
  CHECKPOINT_COLUMNS,
  CHECKPOINT_TABLE,
  CheckpointTouched,
  SELECT_CHECKPOINT,
  checkpointOf,
  orderedValues,
  type TablesCheckpoint,
} from './tables-checkpoint.js';

/** There is no such table, schema, or column: another process has removed them, or they are not the runtime's. */
const MISSING = /^(?:42P01|3F000|42703)$/;

/** From what it was when the transaction began. */
const updateIn = (schema: string): string => {
  const set = CHECKPOINT_COLUMNS.map((name, place) => `${name} = $${place + 1}`);
  const was = CHECKPOINT_COLUMNS.map((name, place) => `${name} = $${CHECKPOINT_COLUMNS.length + place + 1}`);
  return `UPDATE ${checkpointTableIn(schema)} SET ${set.join(', ')} WHERE ${was.join(' and ')}`;
};

const SHAPE = `
  select table_name, column_name, data_type, udt_name, is_nullable from information_schema.columns
  where table_schema = $1 and table_name <> '${CHECKPOINT_TABLE}' order by table_name, ordinal_position`;
const TABLES = `
  select table_name from information_schema.tables
  where table_schema = $1 and table_type = 'BASE TABLE' and table_name <> '${CHECKPOINT_TABLE}' order by table_name`;

/** The schema that a connection for reading searches now. */
const searched = new WeakMap<pg.PoolClient, string>();

export class PostgresTables implements Tables {
  readonly place: string;

  constructor(
    readonly schema: string,
    private readonly writers: pg.Pool,
    private readonly readers: pg.Pool,
  ) {
    this.place = `schema ${schema}`;
  }

  async checkpoint(): Promise<TablesCheckpoint> {
    return this.#onReader(async (client) => checkpointIn(await client.query(selectIn(this.schema))));
  }

  async write(
    work: (connection: DatabaseConnection, at: TablesCheckpoint) => Promise<TablesCheckpoint | undefined>,
  ): Promise<TablesCheckpoint> {
    return onClient(this.writers, async (client) => {
      const connection = new PostgresConnection(client, () => true);
      try {
        const results = (await client.query(
          `begin; set local search_path to ${quoted(this.schema)}; ${SELECT_CHECKPOINT} for update`,
        )) as unknown as readonly pg.QueryResult[];
        const at = checkpointIn(results[2]);
        const next = await work(connection, at);
        if (next !== undefined) {
          const values = [next, at].flatMap(orderedValues);
          const { rowCount } = await client.query(updateIn(this.schema), values);
          if (rowCount !== 1) throw new CheckpointTouched();
        }
        await client.query(next === undefined ? 'rollback' : 'commit');
        return next ?? at;
      } catch (error) {
        await client.query('rollback').catch(() => undefined); // a connection that is lost has ended it
        throw missing(error);
      }
    });
  }

  async reading(): Promise<ReadingConnection> {
    const client = await this.readers.connect().catch((error: unknown) => {
      throw troubleOf(error);
    });
    let isInTransaction = false;
    let hasMetTrouble = false;
    const noticing = async <Result>(work: () => Promise<Result>): Promise<Result> => {
      try {
        return await work();
      } catch (error) {
        hasMetTrouble ||= isTrouble(troubleOf(error));
        throw error;
      }
    };
    const connection = new PostgresConnection(client, () => isInTransaction);
    const end = async (): Promise<void> => {
      if (!isInTransaction) return;
      await client.query('rollback');
      isInTransaction = false;
    };
    try {
      if (searched.get(client) !== this.schema)
        await client.query(`set search_path to ${quoted(this.schema)}`);
      searched.set(client, this.schema);
    } catch (error) {
      client.release(true);
      throw troubleOf(error);
    }
    return {
      executeQuery: (query) => noticing(async () => connection.executeQuery(readable(query))),
      streamQuery: (query, chunkSize) => connection.streamQuery(readable(query), chunkSize),
      begin: async () => {
        await noticing(() => client.query('begin transaction isolation level repeatable read read only'));
        isInTransaction = true;
      },
      end,
      release: async () => {
        // What cannot be brought back to its beginning is closed.
        const isGood = await end().then(
          () => true,
          () => false,
        );
        client.release(!isGood || hasMetTrouble);
      },
    };
  }

  view(): Promise<ReadingConnection> {
    return this.reading();
  }

  async shape(): Promise<string> {
    return this.#onReader(async (client) => JSON.stringify((await client.query(SHAPE, [this.schema])).rows));
  }

  /** Computed by the database: a sum of 60 bits of the MD5 of each row as text. */
  async digests(
    connection: DatabaseConnection,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, TableDigest>> {
    const run = async <Row>(sql: string, parameters: readonly unknown[] = []): Promise<readonly Row[]> =>
      (await connection.executeQuery<Row>({ sql, parameters } as never)).rows;
    const tables = await run<{ readonly table_name: string }>(TABLES, [this.schema]);
    const found = new Map<string, TableDigest>();
    for (const { table_name: table } of tables) {
      signal.throwIfAborted();
      const [digest] = await run<{ readonly rows: number; readonly digest: string }>(
        `select count(*) as rows, coalesce(sum(('x' || substr(md5((leftfold_row.*)::text), 1, 15))::bit(60)::bigint), 0)::text as digest
         from ${quoted(this.schema)}.${quoted(table)} as leftfold_row`,
      );
      if (digest !== undefined) found.set(table, digest);
    }
    return found;
  }

  close(): Promise<void> {
    return Promise.resolve(); // the pools are the place's
  }

  #onReader<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    return onClient(this.readers, async (client) => {
      try {
        return await work(client);
      } catch (error) {
        throw missing(error, true);
      }
    });
  }
}

/** What would outlast the query on its connection: a transaction that nobody ends, or another setting. */
const LASTING =
  /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/|;)*(?:begin|start\s+transaction|commit|end|rollback|abort|prepare\s+transaction|set(?!\s+local)|reset|discard)\b/i;

function readable(query: CompiledQuery): CompiledQuery {
  if (!LASTING.test(query.sql)) return query;
  throw new Error(
    'a query of a read model neither begins nor ends a transaction, nor sets what outlasts it; use read, or db.transaction()',
  );
}

/** Runs the work on a connection of the pool. @throws DatabaseAway; what the work throws */
export async function onClient<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect().catch((error: unknown) => {
    throw troubleOf(error);
  });
  try {
    const result = await work(client);
    client.release();
    return result;
  } catch (error) {
    const trouble = troubleOf(error);
    // After an error of the database its state is unknown.
    client.release(isTrouble(trouble));
    throw trouble;
  }
}

const selectIn = (schema: string): string =>
  SELECT_CHECKPOINT.replace(CHECKPOINT_TABLE, checkpointTableIn(schema));

export const checkpointTableIn = (schema: string): string => `${quoted(schema)}.${CHECKPOINT_TABLE}`;

function checkpointIn(result: pg.QueryResult | undefined): TablesCheckpoint {
  const row = result?.rows[0] as object | undefined;
  if (row === undefined) throw new TablesDamaged('it has no checkpoint');
  return checkpointOf(row);
}

/** Of a statement of the runtime's own, a missing table is one that was removed. */
function missing(error: unknown, isAboutCheckpoint = false): unknown {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  const isOfCheckpoint = isAboutCheckpoint || String(message).includes(CHECKPOINT_TABLE) || code === '3F000';
  if (typeof code === 'string' && MISSING.test(code) && isOfCheckpoint)
    return new TablesDamaged(String(message), { cause: error });
  if (code === STANDBY) return new DatabaseAway(String(message), { cause: error });
  return troubleOf(error);
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
