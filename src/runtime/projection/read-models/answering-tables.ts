/** The tables that queries are answered from, and the connections to them. */
import { Kysely, type DatabaseConnection, type Dialect, type Driver } from 'kysely';
import { DatabaseAway, TablesDamaged, troubleOf } from './database-trouble.js';
import type { ReadingConnection, Tables } from './tables.js';

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
   */
  constructor(
    private readonly admit: () => void,
    private readonly away: (reason?: string) => Error,
    private readonly damaged: (tables: Tables, reason: string) => void,
  ) {}

  get tables(): Tables | undefined {
    return this.#tables;
  }

  answerFrom(tables: Tables | undefined): void {
    this.#tables = tables;
  }

  async connection(): Promise<ReadingConnection> {
    this.admit();
    const tables = this.#tables;
    if (tables === undefined) throw this.away();
    this.#used.set(tables, (this.#used.get(tables) ?? 0) + 1);
    try {
      return this.#counted(tables, await tables.reading());
    } catch (error) {
      this.#left(tables);
      throw this.#told(tables, error);
    }
  }

  /** Resolves once no query reads these tables any more. */
  unused(tables: Tables): Promise<void> {
    if (!this.#used.has(tables)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenUnused.set(tables, resolve);
    });
  }

  #counted(tables: Tables, connection: ReadingConnection): ReadingConnection {
    const telling = async <Result>(work: () => Promise<Result>): Promise<Result> => {
      try {
        return await work();
      } catch (error) {
        throw this.#told(tables, error);
      }
    };
    return {
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

  #told(tables: Tables, error: unknown): unknown {
    const trouble = troubleOf(error);
    if (trouble instanceof DatabaseAway)
      return this.away(`its database cannot be reached (${trouble.message})`);
    if (!(trouble instanceof TablesDamaged)) return error;
    this.damaged(tables, trouble.message);
    return this.away();
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
