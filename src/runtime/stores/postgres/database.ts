/** The connections to the database of a log: one for appends, a few for reads. */
import pg from 'pg';
import { LogClosed } from '../../event-log/errors.js';
import { storeError } from './database-errors.js';

/** Prepared once on each connection, under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/**
 * Runs a statement. Statements that are run without awaiting the one before are pipelined: sent at once, executed in order,
 * in one round trip.
 */
export type Run = <Row extends object>(
  statement: Statement | string,
  values?: readonly unknown[],
) => Promise<readonly Row[]>;

const MAX_READERS = 4;

const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 30_000;

/**
 * Then the database itself ends a statement: a search for what a condition asks for would otherwise go on, and hold the lock on the log,
 * after this process has given up and closed the connection.
 */
const STATEMENT_TIMEOUT_MS = 25_000;

/** How long a writer waits for the lock on the log, and how long a process that hangs may hold it. */
const LOCK_TIMEOUT_MS = 10_000;

/** PostgreSQL's type `bigint`; positions are safe integers (`pg_type.dat`). */
const BIGINT = 20;
const types: pg.CustomTypesConfig = {
  getTypeParser: (type: number, format?: string): ((text: string) => unknown) =>
    type === BIGINT ? Number : (pg.types.getTypeParser as GetTypeParser)(type, format),
};
type GetTypeParser = (type: number, format?: string) => (text: string) => unknown;

/**
 * All statements are index seeks and must be planned as such even while the tables are small, since plans are kept and the log
 * grows. Commits are synchronous whatever the server's default, so that what is acknowledged survives power loss.
 */
const SESSION = `
  select set_config('search_path', quote_ident($1) || ', pg_temp', false),
    set_config('default_transaction_isolation', 'read committed', false),
    set_config('enable_seqscan', 'off', false),
    set_config('enable_bitmapscan', 'off', false),
    set_config('jit', 'off', false),
    set_config('plan_cache_mode', 'force_generic_plan', false),
    set_config('synchronous_commit', coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), false),
    set_config('lock_timeout', $2, false),
    set_config('idle_in_transaction_session_timeout', $2, false),
    set_config('statement_timeout', $3, false)`;

export class Database {
  readonly #appending: pg.Pool;
  readonly #reading: pg.Pool;
  /** Reads in progress. A pool that ends drops requests that wait for a connection, so it ends after them. */
  readonly #reads = new Set<Promise<unknown>>();
  #isClosed = false;

  constructor(
    private readonly url: string,
    readonly schema: string,
  ) {
    this.#appending = this.#pool({ max: 1, pipeline: true, idleTimeoutMillis: 0 });
    this.#reading = this.#pool({ max: MAX_READERS });
  }

  /** @throws LogClosed; StoreUnavailable */
  async read<Row extends object>(
    { name, text }: Statement,
    values: readonly unknown[] = [],
  ): Promise<readonly Row[]> {
    if (this.#isClosed) throw new LogClosed();
    const answer = this.#reading.query<Row>({ name, text, values: [...values] });
    this.#reads.add(answer);
    try {
      return (await answer).rows;
    } catch (error) {
      throw storeError(error);
    } finally {
      this.#reads.delete(answer);
    }
  }

  /**
   * Runs the work on the connection for appends. After an error the state of the connection is unknown: it is closed, which
   * also ends its transaction.
   *
   * @throws LogClosed; StoreUnavailable; what the work throws
   */
  async append<Result>(work: (run: Run) => Promise<Result>): Promise<Result> {
    const client = await this.#appending.connect().catch((error: unknown) => {
      throw storeError(error);
    });
    const run: Run = async <Row extends object>(
      statement: Statement | string,
      values: readonly unknown[] = [],
    ) => {
      const named = typeof statement === 'string' ? { text: statement } : statement;
      try {
        return (await client.query<Row>({ ...named, values: [...values] })).rows;
      } catch (error) {
        throw storeError(error);
      }
    };
    let isGood = false;
    try {
      const result = await work(run);
      isGood = true;
      return result;
    } finally {
      client.release(!isGood);
    }
  }

  /** A new connection, to listen on. The caller must end it. */
  async connect(): Promise<pg.Client> {
    const client = new pg.Client(this.#settings());
    client.on('error', () => undefined); // an error event without a listener would end the process
    await client.connect();
    return client;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#reads);
    await Promise.all([this.#appending.end(), this.#reading.end()]);
  }

  #settings(): pg.ClientConfig {
    return {
      connectionString: this.url,
      fallback_application_name: 'leftfold',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
      types,
    };
  }

  #pool(options: pg.PoolConfig): pg.Pool {
    const pool = new pg.Pool({
      ...this.#settings(),
      ...options,
      verify: (client, done) => {
        client
          .query(SESSION, [this.schema, String(LOCK_TIMEOUT_MS), String(STATEMENT_TIMEOUT_MS)])
          .then(() => {
            done();
          }, done);
      },
    });
    // If a connection in use breaks, its statement fails; one that is idle is replaced.
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
    return pool;
  }
}
