/** The queries of one handler, or of one read: all of them within its transaction, and before it ends. */
import {
  DefaultQueryExecutor,
  Transaction,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';
import { requireHarmless } from './handler-statements.js';

/**
 * A query that is awaited ends so many turns of the microtask queue before its handler can. SQLite answers within the call, and one
 * that is not awaited would otherwise have ended first.
 */
const TURNS = 10;

/** A connection that is of use only while the handler runs, and that counts what it is asked for. */
export class HandlerQueries implements DatabaseConnection {
  #hasEnded = false;
  #running = 0;
  #failure: { readonly error: unknown } | undefined;

  /** @param whose as errors name it: the handler */
  constructor(
    private readonly connection: DatabaseConnection,
    private readonly whose = 'the handler',
  ) {}

  /** What a query of it failed with first, also where the handler caught it. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  /** @throws Error when a query has not come to its end: the handler did not await it */
  end(): void {
    this.#hasEnded = true;
    if (this.#running > 0)
      throw new Error(
        `${this.whose} ended before ${this.#running === 1 ? 'a query' : `${this.#running} queries`} of it; await every query`,
      );
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    this.#requireRunning();
    this.#running += 1;
    const outcome = await this.#outcomeOf<Row>(query);
    for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve();
    this.#running -= 1;
    if ('result' in outcome) return outcome.result;
    // Nobody awaits it, and the handler has failed for that. Rejected, it would end the process.
    if (this.#hasEnded) return new Promise(() => undefined);
    throw outcome.error;
  }

  async *streamQuery<Row>(query: CompiledQuery, chunkSize?: number): AsyncIterableIterator<QueryResult<Row>> {
    this.#requireRunning();
    this.#running += 1;
    try {
      this.#requireUsable(query);
      yield* this.connection.streamQuery<Row>(query, chunkSize);
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    } finally {
      this.#running -= 1;
    }
  }

  async #outcomeOf<Row>(
    query: CompiledQuery,
  ): Promise<{ readonly result: QueryResult<Row> } | { readonly error: unknown }> {
    try {
      this.#requireUsable(query);
      return { result: await this.connection.executeQuery<Row>(query) };
    } catch (error) {
      this.#failure ??= { error };
      return { error };
    }
  }

  /** @throws Error also after a query has failed: SQLite may have ended the transaction with it, and what follows would be kept at once */
  #requireUsable({ sql }: CompiledQuery): void {
    requireHarmless(sql, this.whose);
    if (this.#failure !== undefined)
      throw new Error(
        `${this.whose} asks on after a query of it has failed; the event fails with that query`,
      );
  }

  #requireRunning(): void {
    if (this.#hasEnded)
      throw new Error(`a query came after ${this.whose} had ended, and was not run; await every query`);
  }
}

/** Makes what handlers are given. */
export function transactionOver<Database>(
  dialect: Dialect,
): (queries: DatabaseConnection) => Transaction<Database> {
  const compiler = dialect.createQueryCompiler();
  const adapter = dialect.createAdapter();
  return (queries) =>
    new Transaction<Database>({
      config: { dialect },
      dialect,
      driver: NO_DRIVER,
      executor: new DefaultQueryExecutor(compiler, adapter, {
        provideConnection: (consumer) => consumer(queries),
      }),
    });
}

const refuse = (): Promise<never> =>
  Promise.reject(new Error('the transaction of a handler is begun and ended by the runtime'));

/** All queries go over the one connection that is provided. */
const NO_DRIVER: Driver = {
  init: () => Promise.resolve(),
  acquireConnection: refuse,
  beginTransaction: refuse,
  commitTransaction: refuse,
  rollbackTransaction: refuse,
  releaseConnection: () => Promise.resolve(),
  destroy: () => Promise.resolve(),
};
