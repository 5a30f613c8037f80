/** Where a read model has its tables in PostgreSQL: schemas `read_<name>_<number>`, of which the highest that serves answers. */
import {
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Dialect,
} from 'kysely';
import type pg from 'pg';
import { DatabaseAway, TablesDamaged } from './database-trouble.js';
import { PostgresConnection, loadedClient, poolOf } from './postgres-connection.js';
import { PostgresTables, onClient, quoted } from './postgres-tables.js';
import type { Tables, TablesPlace } from './tables.js';
import {
  CHECKPOINT_COLUMNS,
  CHECKPOINT_TABLE,
  CREATE_CHECKPOINT,
  valuesOf,
  type TablesCheckpoint,
} from './tables-checkpoint.js';

/** Of one read model in one process; those that are idle are closed. */
const MAX_READERS = 4;
/** One for what is followed, one for a rebuild or an audit beside it. */
const MAX_WRITERS = 2;

/** PostgreSQL has 63 bytes for the name of a schema. */
export const MAX_POSTGRES_NAME_LENGTH = 48;

/** The schema, or an object in it, is there already: another process was first. */
const TAKEN = /^(?:42P06|23505)$/;

const INSERT_CHECKPOINT = `INSERT INTO ${CHECKPOINT_TABLE} (id, ${CHECKPOINT_COLUMNS.join(', ')})
  VALUES (1, ${CHECKPOINT_COLUMNS.map((_, place) => `$${place + 1}`).join(', ')})`;

interface Pools {
  readonly writers: pg.Pool;
  readonly readers: pg.Pool;
}

export class PostgresPlace implements TablesPlace {
  readonly dialect = postgresDialect;
  readonly #prefix: string;
  #pools: Promise<Pools> | undefined;
  #known: readonly PostgresTables[] = [];

  constructor(
    private readonly url: string,
    name: string,
  ) {
    if (name.length > MAX_POSTGRES_NAME_LENGTH)
      throw new Error(
        `read model ${name}: in PostgreSQL a name has at most ${MAX_POSTGRES_NAME_LENGTH} characters, since it names a schema`,
      );
    this.#prefix = `read_${name}_`;
  }

  async list(unusable: (reason: string) => void): Promise<readonly Tables[]> {
    const { writers, readers } = await this.#connected();
    const found: PostgresTables[] = [];
    for (const schema of await this.#schemas()) {
      const known = this.#known.find((each) => each.schema === schema);
      const tables = known ?? new PostgresTables(schema, writers, readers);
      try {
        await tables.checkpoint();
        found.push(tables);
      } catch (error) {
        if (!(error instanceof TablesDamaged)) throw error;
        unusable(`${tables.place} cannot be used (${error.message})`);
        await this.remove(tables);
      }
    }
    this.#known = found;
    return found;
  }

  /** @throws DatabaseAway when another process was first: look again */
  async create(
    checkpoint: TablesCheckpoint,
    schema: (connection: DatabaseConnection) => Promise<void>,
  ): Promise<Tables> {
    const { writers, readers } = await this.#connected();
    const [newest] = await this.#schemas();
    const name = `${this.#prefix}${1 + (newest === undefined ? 0 : this.#numberOf(newest))}`;
    await onClient(writers, async (client) => {
      try {
        await client.query('begin');
        await client.query(`create schema ${quoted(name)}`).catch((error: unknown) => {
          throw takenBefore(name, error);
        });
        await client.query(`set local search_path to ${quoted(name)}`);
        await client.query(CREATE_CHECKPOINT);
        const values = valuesOf(checkpoint);
        await client.query(
          INSERT_CHECKPOINT,
          CHECKPOINT_COLUMNS.map((column) => values[column]),
        );
        await schema(new PostgresConnection(client, () => true));
        await client.query('commit');
      } catch (error) {
        await client.query('rollback').catch(() => undefined); // a connection that is lost has ended it
        throw error;
      }
    });
    const tables = new PostgresTables(name, writers, readers);
    this.#known = [tables, ...this.#known];
    return tables;
  }

  async serve(tables: Tables, instead: readonly Tables[]): Promise<void> {
    await tables.write((_, at) => Promise.resolve({ ...at, serves: true }));
    for (const each of instead) {
      try {
        // Processes that still use them find it out with their next transaction, and look for those that serve.
        await each.write((_, at) => Promise.resolve({ ...at, serves: false }));
      } catch (error) {
        if (!(error instanceof TablesDamaged)) throw error; // another process has removed them
      }
    }
  }

  async remove(tables: Tables): Promise<void> {
    if (!(tables instanceof PostgresTables)) return;
    const { writers } = await this.#connected();
    await onClient(writers, (client) =>
      client.query(`drop schema if exists ${quoted(tables.schema)} cascade`),
    );
    this.#known = this.#known.filter((each) => each !== tables);
  }

  retire(_before: readonly Tables[], serving: Tables): Promise<void> {
    return this.removeOthers(serving, []);
  }

  /**
   * The schema before the one that serves stays, since other processes may still answer from it until their next event. Higher
   * ones may be what another process builds.
   */
  async removeOthers(serving: Tables, alsoKept: readonly Tables[]): Promise<void> {
    if (!(serving instanceof PostgresTables)) return;
    const kept = alsoKept.map(({ place }) => place);
    const number = this.#numberOf(serving.schema);
    const { writers, readers } = await this.#connected();
    const earlier = (await this.#schemas()).filter((schema) => this.#numberOf(schema) < number).slice(1);
    for (const schema of earlier) {
      const tables = new PostgresTables(schema, writers, readers);
      if (!kept.includes(tables.place)) await this.remove(tables);
    }
  }

  async close(): Promise<void> {
    const pools = await this.#pools?.catch(() => undefined);
    this.#pools = undefined;
    await Promise.all([pools?.writers.end(), pools?.readers.end()]);
  }

  #connected(): Promise<Pools> {
    return (this.#pools ??= loadedClient().then((client) => ({
      writers: poolOf(client, this.url, MAX_WRITERS, false),
      readers: poolOf(client, this.url, MAX_READERS, true),
    })));
  }

  /** The highest number first. */
  async #schemas(): Promise<readonly string[]> {
    const { readers } = await this.#connected();
    const { rows } = await onClient(readers, (client) =>
      client.query<{ readonly nspname: string }>(
        'select nspname from pg_namespace where starts_with(nspname, $1)',
        [this.#prefix],
      ),
    );
    return rows
      .map(({ nspname }) => nspname)
      .filter((schema) => /^\d{1,9}$/.test(schema.slice(this.#prefix.length)))
      .toSorted((one, other) => this.#numberOf(other) - this.#numberOf(one));
  }

  #numberOf(schema: string): number {
    return Number(schema.slice(this.#prefix.length));
  }
}

function takenBefore(name: string, error: unknown): unknown {
  const { code } = error as { readonly code?: unknown };
  if (typeof code !== 'string' || !TAKEN.test(code)) return error;
  return new DatabaseAway(`another process creates ${name}`, { cause: error });
}

/** For compiling and reading results; connections come from the tables. */
const postgresDialect: Dialect = {
  createDriver: () => {
    throw new Error('connections come from the tables');
  },
  createAdapter: () => new PostgresAdapter(),
  createQueryCompiler: () => new PostgresQueryCompiler(),
  createIntrospector: (db) => new PostgresIntrospector(db),
};
