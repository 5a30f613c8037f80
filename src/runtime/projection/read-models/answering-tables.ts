/** The tables that queries are answered from, and the connections to them. */
import { Kysely, type DatabaseConnection, type Dialect, type Driver } from 'kysely';
import { DatabaseAway, TablesBusy, TablesDamaged, troubleOf } from './database-trouble.js';
import type { ReadingConnection, Tables } from './tables.js';

/** PostgreSQL, appendix A: there is no such table or schema. */
const MISSING = /^(?:42P01|3F000)$/;

/** It tells whose tables it reads. */
export interface AnsweringConnection extends ReadingConnection {
  readonly tables: Tables;
  /** As the tables gave it. */
  readonly own: ReadingConnection;
}

export class AnsweringTables {
  #tables: Tables | undefined;
  /** How many connections are in use. */
  readonly #used = new Map<Tables, number>();
  /** Called when none is in use any more. */
  readonly #whenUnused = new Map<Tables, () => void>();

  /**
   * @param admit throws where no connection is given
   * @param away makes what is thrown while there is nothing to answer from
   * @param damaged is told of tables that are found damaged by a query
   * @param gone is told of tables that a query finds removed
   */
  constructor(
    private readonly admit: () => void,
    private readonly away: (reason?: string) => Error,
    private readonly damaged: (tables: Tables, reason: string) => void,
    private readonly gone: (tables: Tables) => void,
  ) {}

  get tables(): Tables | undefined {
    return this.#tables;
  }

  answerFrom(tables: Tables | undefined): void {
    this.#tables = tables;
  }

  /** @throws what `away` makes */
  connection(): Promise<AnsweringConnection> {
    return this.#connectionBy((tables) => tables.reading());
  }

  /** One that may be used for long: other reads do not wait for it. */
  view(): Promise<AnsweringConnection> {
    return this.#connectionBy((tables) => tables.view());
  }

  async #connectionBy(open: (tables: Tables) => Promise<ReadingConnection>): Promise<AnsweringConnection> {
    this.admit();
    const tables = this.#tables;
    if (tables === undefined) throw this.away();
    this.#used.set(tables, (this.#used.get(tables) ?? 0) + 1);
    try {
      return this.#counted(tables, await open(tables));
    } catch (error) {
      this.#left(tables);
      throw await this.#told(tables, error);
    }
  }

  /** Resolves once no query reads these tables any more. */
  unused(tables: Tables): Promise<void> {
    if (!this.#used.has(tables)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenUnused.set(tables, resolve);
    });
  }

  #counted(tables: Tables, connection: ReadingConnection): AnsweringConnection {
    const telling = async <Result>(work: () => Promise<Result>): Promise<Result> => {
      try {
        return await work();
      } catch (error) {
        throw await this.#told(tables, error);
      }
    };
    return {
      tables,
      own: connection,
      executeQuery: (query) => telling(() => connection.executeQuery(query)),
      streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
      begin: () => telling(() => connection.begin()),
      end: () => connection.end(),
      release: async () => {
        try {
          await connection.release();
        } finally {
          this.#left(tables);
        }
      },
    };
  }

  async #told(tables: Tables, error: unknown): Promise<unknown> {
    const trouble = troubleOf(error);
    if (trouble instanceof TablesBusy) return this.away(trouble.message);
    if (trouble instanceof DatabaseAway)
      return this.away(`its database cannot be reached (${trouble.message})`);
    if (MISSING.test(String((error as { readonly code?: unknown }).code)))
      return this.#ofMissing(tables, error);
    if (!(trouble instanceof TablesDamaged)) return error;
    this.damaged(tables, trouble.message);
    return this.away();
  }

  /** Either the query names a table that was never there, or another process has removed all of them. */
  async #ofMissing(tables: Tables, error: unknown): Promise<unknown> {
    try {
      await tables.checkpoint();
      return error;
    } catch (found) {
      if (!(found instanceof TablesDamaged)) return error;
      if (this.#tables === tables) this.gone(tables);
      return this.away();
    }
  }

  #left(tables: Tables): void {
    const left = (this.#used.get(tables) ?? 1) - 1;
    if (left > 0) {
      this.#used.set(tables, left);
      return;
    }
    this.#used.delete(tables);
    this.#whenUnused.get(tables)?.();
    this.#whenUnused.delete(tables);
  }
}

/** For queries, over whichever tables answer when they are asked. */
export function queriesOver<Database>(answering: AnsweringTables, dialect: Dialect): Kysely<Database> {
  const driver: Driver = {
    init: () => Promise.resolve(),
    acquireConnection: () => answering.connection(),
    beginTransaction: (connection) => reading(connection).begin(),
    commitTransaction: (connection) => reading(connection).end(),
    rollbackTransaction: (connection) => reading(connection).end(),
    releaseConnection: (connection) => reading(connection).release(),
    destroy: () => Promise.resolve(),
  };
  return new Kysely<Database>({ dialect: { ...dialect, createDriver: () => driver } });
}

/** The driver is given back what it has made. */
const reading = (connection: DatabaseConnection): ReadingConnection => connection as ReadingConnection;
