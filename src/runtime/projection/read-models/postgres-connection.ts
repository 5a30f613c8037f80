/** A connection to PostgreSQL for Kysely, and the pools from which they come. */
import type pg from 'pg';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { jsInteger } from './sqlite-connection.js';

type Pg = typeof pg;

const CONNECT_TIMEOUT_MS = 5_000;
/** Of one statement: also those of handlers, which may change many rows. */
const STATEMENT_TIMEOUT_MS = 60_000;
/** How long a transaction waits for that of another process, and how long one may hold its locks without a statement. */
const LOCK_TIMEOUT_MS = 10_000;
/** Of a stream, unless the query says otherwise. */
const DEFAULT_CHUNK_ROWS = 200;

const CHANGES = /^(?:INSERT|UPDATE|DELETE|MERGE)$/;

/** PostgreSQL's type `bigint` (`pg_type.dat`). */
const BIGINT = 20;

/** At the first use, so that an application without read models in PostgreSQL does not load it. */
export async function loadedClient(): Promise<Pg> {
  return (await import('pg')).default;
}

/** @param isReading whether its transactions can only read */
export function poolOf(client: Pg, url: string, max: number, isReading: boolean): pg.Pool {
  const parse = client.types.getTypeParser as (type: number, format?: string) => (text: string) => unknown;
  const pool = new client.Pool({
    connectionString: url,
    max,
    fallback_application_name: 'leftfold',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + 5_000,
    keepAlive: true,
    types: {
      // As SQLite gives integers; PostgreSQL has sums and counts of this type.
      getTypeParser: (type: number, format?: string) =>
        type === BIGINT ? (text: string) => jsInteger(BigInt(text)) : parse(type, format),
    },
    verify: (connection, done) => {
      connection
        .query(SESSION, [isReading ? 'on' : 'off', String(LOCK_TIMEOUT_MS), String(STATEMENT_TIMEOUT_MS)])
        .then(
          () => {
            done();
          },
          (error: unknown) => {
            done(error as Error);
          },
        );
    },
  });
  // If a connection in use breaks, its statement fails; one that is idle is replaced.
  pool.on('error', () => undefined);
  pool.on('connect', (connection) => connection.on('error', () => undefined));
  return pool;
}

/** A power loss may take the last transactions, whole: the log has what they were built from. */
const SESSION = `
  select set_config('default_transaction_read_only', $1, false),
    set_config('lock_timeout', $2, false),
    set_config('idle_in_transaction_session_timeout', $3, false),
    set_config('statement_timeout', $3, false),
    set_config('synchronous_commit', 'off', false)`;

export class PostgresConnection implements DatabaseConnection {
  constructor(
    readonly client: pg.PoolClient,
    /** Whether a transaction is open, which a cursor needs. */
    private readonly isInTransaction: () => boolean,
  ) {}

  async executeQuery<Row>({
    sql,
    parameters,
  }: Pick<CompiledQuery, 'sql' | 'parameters'>): Promise<QueryResult<Row>> {
    // One statement, also without parameters: several in one text could end the transaction.
    const query: pg.QueryConfig & { queryMode: 'extended' } = {
      text: sql,
      values: [...parameters],
      queryMode: 'extended',
    };
    const { command, rowCount, rows } = await this.client.query<object>(query);
    return {
      rows: rows as Row[],
      ...(CHANGES.test(command) && { numAffectedRows: BigInt(rowCount ?? 0) }),
    };
  }

  async *streamQuery<Row>(
    { sql, parameters }: Pick<CompiledQuery, 'sql' | 'parameters'>,
    chunkSize = DEFAULT_CHUNK_ROWS,
  ): AsyncIterableIterator<QueryResult<Row>> {
    const run = (text: string, values: readonly unknown[] = []): Promise<QueryResult<Row>> =>
      this.executeQuery<Row>({ sql: text, parameters: values });
    const isOwn = !this.isInTransaction();
    if (isOwn) await run('begin');
    const cursor = `stream_${(streams += 1)}`;
    try {
      await run(`declare ${cursor} no scroll cursor for ${sql}`, parameters);
      for (;;) {
        const { rows } = await run(`fetch ${chunkSize} from ${cursor}`);
        if (rows.length > 0) yield { rows };
        if (rows.length < chunkSize) return;
      }
    } finally {
      // After an error its transaction has ended the cursor.
      await run(isOwn ? 'rollback' : `close ${cursor}`).catch(() => undefined);
    }
  }
}

let streams = 0;
