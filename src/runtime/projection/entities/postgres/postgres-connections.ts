/** The connections of a process to the PostgreSQL database that has its entities: some to write, some to read. */
import type pg from 'pg';

/** Runs a statement. */
export type Run = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/** Of all entity projections together. */
const MAX_WRITERS = 2;
export const MAX_READERS = 4;
const CONNECT_TIMEOUT_MS = 5_000;
/** The database ends a statement by itself then. Queries are ended earlier, by their own bound. */
const STATEMENT_TIMEOUT_MS = 60_000;
/** Then the connection counts as lost: nothing has come back, not even that the database has ended the statement. */
const QUERY_TIMEOUT_MS = 70_000;
const LOCK_TIMEOUT_MS = 10_000;

/**
 * A power loss may take the last transactions, whole: the log has what they were folded from. Times are read as texts, which are to be
 * the same on each connection.
 */
const SESSION = `
  select set_config('default_transaction_isolation', 'read committed', false),
    set_config('timezone', 'UTC', false), set_config('datestyle', 'ISO', false),
    set_config('extra_float_digits', '1', false), set_config('jit', 'off', false),
    set_config('synchronous_commit', 'off', false),
    set_config('lock_timeout', $1, false), set_config('statement_timeout', $2, false)`;

interface Pools {
  readonly writing: pg.Pool;
  readonly reading: pg.Pool;
}

export class PostgresConnections {
  #pools: Promise<Pools> | undefined;
  #users = 0;

  constructor(private readonly url: string) {}

  /** For as long as the user has not ended, too. */
  begin(): void {
    this.#users += 1;
  }

  /** Ends the connections with the last user. */
  async end(): Promise<void> {
    this.#users -= 1;
    const pools = this.#pools;
    if (this.#users > 0 || pools === undefined) return;
    this.#pools = undefined;
    const { writing, reading } = await pools;
    await Promise.all([writing.end(), reading.end()]);
  }

  async write<Result>(work: (run: Run) => Promise<Result>): Promise<Result> {
    return this.#on((await this.#opened()).writing, (run) => work(run));
  }

  async read<Result>(work: (run: Run) => Promise<Result>): Promise<Result> {
    return this.#on((await this.#opened()).reading, (run) => work(run));
  }

  /** One statement, which is ended on the server as well once the signal is aborted. @throws the signal's reason then */
  async query<Row extends object>(
    text: string,
    parameters: readonly unknown[],
    signal: AbortSignal,
  ): Promise<readonly Row[]> {
    const { reading, writing } = await this.#opened();
    try {
      return await this.#on(reading, async (run, client) => {
        signal.throwIfAborted();
        let cancelled: Promise<unknown> | undefined;
        const cancel = (): void => {
          const { processID } = client as { readonly processID?: number };
          // Where it cannot be sent, the database ends the statement by itself a little later.
          cancelled = writing.query('select pg_cancel_backend($1)', [processID]).catch(() => undefined);
        };
        signal.addEventListener('abort', cancel, { once: true });
        try {
          return await run<Row>(text, parameters);
        } finally {
          signal.removeEventListener('abort', cancel);
          // It must not meet the next statement of the connection.
          await cancelled;
        }
      });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }

  async #on<Result>(
    pool: pg.Pool,
    work: (run: Run, client: pg.PoolClient) => Promise<Result>,
  ): Promise<Result> {
    const client = await pool.connect();
    let isGood = false;
    try {
      const result = await work(
        async <Row extends object>(text: string, values: readonly unknown[] = []) =>
          (await client.query<Row>(text, [...values])).rows,
        client,
      );
      isGood = true;
      return result;
    } finally {
      // After an error the state of the connection is unknown. Closing it also ends its transaction.
      client.release(!isGood);
    }
  }

  /** At the first use, so that an application without entities in PostgreSQL does not load its client. */
  #opened(): Promise<Pools> {
    this.#pools ??= import('pg').then(({ default: { Pool } }) => ({
      writing: this.#pool(Pool, MAX_WRITERS),
      reading: this.#pool(Pool, MAX_READERS),
    }));
    return this.#pools;
  }

  #pool(Pool: typeof pg.Pool, max: number): pg.Pool {
    const pool = new Pool({
      connectionString: this.url,
      fallback_application_name: 'leftfold entities',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
      max,
      verify: (client, done) => {
        client.query(SESSION, [String(LOCK_TIMEOUT_MS), String(STATEMENT_TIMEOUT_MS)]).then(() => {
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
