/** Queries of a database of entities in SQLite: beside the serving thread, a few at a time, each ended after a while. */
import type Libsql from 'libsql';
import { DatabaseDamaged } from '../database-damage.js';
import { QueryGate, type QueryLimits } from '../query-gate.js';
import {
  connectedInBackground,
  type BackgroundConnection,
  type BackgroundStatement,
  type Parameter,
} from './connections.js';
import { sqliteError } from './sqlite-errors.js';

/** Runs statements. All rows of one must be found with its first: what comes after that holds the calling thread. */
export interface SqliteReads {
  all<Row>(sql: string, parameters: readonly Parameter[], signal?: AbortSignal): Promise<readonly Row[]>;
  close(): Promise<void>;
}

const MAX_PREPARED = 64;
/** One more than a slow one, so that those which are not wait for no other. Each has a cache of its own. */
const CONNECTIONS = 2;
/** An interruption has no effect on a statement that has not begun yet. */
const INTERRUPT_AGAIN_MS = 20;
/** Larger ones are not looked through at the start, which would delay it; SQLite finds damage when it comes to it. */
const MAX_CHECKED_PAGES = 65_536;
const NEVER = new AbortController().signal;

/** Of a database in memory, which no other connection can read: in the calling thread. */
export class DirectReads implements SqliteReads {
  readonly #prepared = new PreparedStatements<Libsql.Statement<Parameter[]>>();

  constructor(private readonly database: Libsql.Database) {}

  // eslint-disable-next-line @typescript-eslint/require-await -- what fails is a rejection, as it is of the other
  async all<Row>(
    sql: string,
    parameters: readonly Parameter[],
    signal: AbortSignal = NEVER,
  ): Promise<readonly Row[]> {
    signal.throwIfAborted();
    try {
      return this.#prepared.of(sql, () => this.database.prepare(sql)).all(...parameters) as Row[];
    } catch (error) {
      throw sqliteError(error);
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** In threads of libsql's own, by connections of their own. */
export class BackgroundReads implements SqliteReads {
  readonly #gate: QueryGate;
  readonly #idle: Connection[] = [];

  constructor(
    private readonly file: string,
    limits: Partial<QueryLimits> = {},
  ) {
    this.#gate = new QueryGate({ concurrent: CONNECTIONS, ...limits });
  }

  /** @throws DatabaseDamaged when SQLite finds the file damaged */
  async requireWhole(): Promise<void> {
    const connection = await this.#connection();
    try {
      const [pages] = await connection.all<{ readonly page_count: number }>('PRAGMA page_count', [], NEVER);
      if (pages === undefined || pages.page_count > MAX_CHECKED_PAGES) return;
      const [check] = await connection.all<{ readonly quick_check: string }>(
        'PRAGMA quick_check(1)',
        [],
        NEVER,
      );
      if (check?.quick_check !== 'ok')
        throw new DatabaseDamaged(check?.quick_check ?? 'it cannot be checked');
    } finally {
      this.#idle.push(connection);
    }
  }

  all<Row>(
    sql: string,
    parameters: readonly Parameter[],
    signal: AbortSignal = NEVER,
  ): Promise<readonly Row[]> {
    return this.#gate.run(signal, async (ended) => {
      const connection = await this.#connection();
      try {
        return await connection.all<Row>(sql, parameters, ended);
      } finally {
        this.#idle.push(connection);
      }
    });
  }

  async close(): Promise<void> {
    await this.#gate.close();
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  async #connection(): Promise<Connection> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    try {
      return new Connection(await connectedInBackground(this.file));
    } catch (error) {
      throw sqliteError(error);
    }
  }
}

/** One statement at a time. */
export class Connection {
  readonly #prepared = new PreparedStatements<Promise<BackgroundStatement>>();

  constructor(private readonly connection: BackgroundConnection) {}

  async all<Row>(
    sql: string,
    parameters: readonly Parameter[],
    signal: AbortSignal,
  ): Promise<readonly Row[]> {
    let again: NodeJS.Timeout | undefined;
    const interrupt = (): void => {
      this.connection.interrupt();
      again ??= setInterval(interrupt, INTERRUPT_AGAIN_MS);
    };
    signal.throwIfAborted();
    signal.addEventListener('abort', interrupt, { once: true });
    try {
      const statement = await this.#prepared.of(sql, () => this.connection.prepare(sql));
      signal.throwIfAborted();
      return (await statement.all(...parameters)) as readonly Row[];
    } catch (error) {
      this.#prepared.forget(sql); // also what could not be prepared, which may be for now only
      signal.throwIfAborted();
      throw sqliteError(error);
    } finally {
      signal.removeEventListener('abort', interrupt);
      clearInterval(again);
    }
  }

  exec(sql: string): Promise<void> {
    return this.connection.exec(sql);
  }

  close(): void {
    this.connection.close();
  }
}

/** The ones used last, by their SQL. */
class PreparedStatements<Prepared> {
  readonly #bySql = new Map<string, Prepared>();

  of(sql: string, prepare: () => Prepared): Prepared {
    const known = this.#bySql.get(sql);
    if (known !== undefined) return known;
    const prepared = prepare();
    this.#bySql.set(sql, prepared);
    for (const oldest of this.#bySql.keys()) {
      if (this.#bySql.size <= MAX_PREPARED) break;
      this.#bySql.delete(oldest);
    }
    return prepared;
  }

  forget(sql: string): void {
    this.#bySql.delete(sql);
  }
}
