/** The connections to the database of one log: one that appends, a few that read. Each is set up for what it does. */
import pg from 'pg';
import { LogClosed } from '../../event-log/errors.js';
import { ours } from './database-errors.js';

/** Prepared once on each connection, under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/**
 * Runs a statement. Those that are run without waiting for each other are sent at once and carried out in order, so
 * that a group of them is one round trip.
 */
export type Run = <Row extends object>(
  statement: Statement | string,
  values?: readonly unknown[],
) => Promise<readonly Row[]>;

const MAX_READERS = 4;

/** Milliseconds after which a connection that does not come about, or a statement without an answer, is given up. */
const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 30_000;

/** How long one waits for the log while others append, and how long a process that stopped may hold them up; in milliseconds. */
const LOCK_TIMEOUT_MS = 10_000;

/** PostgreSQL's type `bigint`; positions are safe integers (`pg_type.dat`). */
const BIGINT = 20;
const types: pg.CustomTypesConfig = {
  getTypeParser: (type: number, format?: string): ((text: string) => unknown) =>
    type === BIGINT ? Number : (pg.types.getTypeParser as GetTypeParser)(type, format),
};
type GetTypeParser = (type: number, format?: string) => (text: string) => unknown;

/**
 * The statements are seeks in indexes, all of them, and are planned as such even while the tables are so small that a
 * scan would do: a plan is kept, and the log grows. What is acknowledged survives power loss, whatever the server's
 * default. Nobody waits for ever for the log, nor keeps all others from it.
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
    set_config('idle_in_transaction_session_timeout', $2, false)`;

export class Database {
  readonly #appending: pg.Pool;
  readonly #reading: pg.Pool;
  /** What is being read. A pool that ends forgets those who wait for a connection, so it ends after them. */
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
      throw ours(error);
    } finally {
      this.#reads.delete(answer);
    }
  }

  /**
   * Works on the one connection that appends. After an error it is in nobody knows what state and is closed, which also
   * ends its transaction.
   *
   * @throws LogClosed; StoreUnavailable; what the work throws
   */
  async append<Result>(work: (run: Run) => Promise<Result>): Promise<Result> {
    const client = await this.#appending.connect().catch((error: unknown) => {
      throw ours(error);
    });
    const run: Run = async <Row extends object>(
      statement: Statement | string,
      values: readonly unknown[] = [],
    ) => {
      const named = typeof statement === 'string' ? { text: statement } : statement;
      try {
        return (await client.query<Row>({ ...named, values: [...values] })).rows;
      } catch (error) {
        throw ours(error);
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

  /** A connection of the caller's own, to listen on; it is the caller's to end. */
  async connect(): Promise<pg.Client> {
    const client = new pg.Client(this.#settings());
    client.on('error', () => undefined); // an error that nobody listens to would end the process
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
        client.query(SESSION, [this.schema, String(LOCK_TIMEOUT_MS)]).then(() => {
          done();
        }, done);
      },
    });
    // Whoever uses a connection that breaks is told by the statement; one that nobody uses is replaced.
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
    return pool;
  }
}
