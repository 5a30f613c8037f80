/** Where a read model has its tables in PostgreSQL: schemas `read_<name>_<number>`, of which the highest that serves answers. */
import {
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Dialect,
} from 'kysely';
import type pg from 'pg';
import { requireSessions } from '../../require-sessions.js';
import { SELECT_SIZE } from '../schema-size.js';
import { DatabaseAway, STANDBY, TablesDamaged, troubleOf } from './database-trouble.js';
import { PostgresConnection, connectedClient, loadedClient, poolOf } from './postgres-connection.js';
import { PostgresTables, checkpointTableIn, onClient, quoted } from './postgres-tables.js';
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
  readonly isShared = true;
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
        // It may be anybody's, so it stays: only its number is taken.
        unusable(`${tables.place} cannot be used (${error.message})`);
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
    await onClient(writers, (client) =>
      inTransaction(client, async () => {
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
      }),
    );
    const tables = new PostgresTables(name, writers, readers);
    this.#known = [tables, ...this.#known];
    return tables;
  }

  /** In one transaction: there is always one that serves. Processes that use the others find it out with their next transaction. */
  async serve(tables: Tables, instead: readonly Tables[]): Promise<void> {
    const { writers } = await this.#connected();
    const before = instead.filter((each) => each instanceof PostgresTables).map(({ schema }) => schema);
    await onClient(writers, (client) =>
      inTransaction(client, async () => {
        for (const schema of before.toSorted())
          if (await hasCheckpoint(client, schema))
            await client.query(`update ${checkpointTableIn(schema)} set serves = 0, purpose = 'before'`);
        if (!(tables instanceof PostgresTables)) return;
        await client.query(`update ${checkpointTableIn(tables.schema)} set serves = 1, purpose = 'build'`);
      }),
    );
  }

  /** A schema without a checkpoint stays: it is not the runtime's. */
  async remove(tables: Tables, build?: string): Promise<void> {
    if (!(tables instanceof PostgresTables)) return;
    const { schema } = tables;
    const { writers } = await this.#connected();
    await onClient(writers, (client) =>
      inTransaction(client, async () => {
        if (!(await hasCheckpoint(client, schema))) return;
        const { rows } = await client.query<{ readonly build: string; readonly serves: number }>(
          `select build, serves from ${checkpointTableIn(schema)} for update`,
        );
        const [row] = rows;
        if (row === undefined || (build !== undefined && (row.build !== build || row.serves !== 0))) return;
        await client.query(`drop schema ${quoted(schema)} cascade`);
      }),
    );
    this.#known = this.#known.filter((each) => each !== tables);
  }

  /** Those before stay, since other processes may still answer from them until their next event. */
  retire(before: readonly Tables[], serving: Tables): Promise<void> {
    return this.#removeEarlier(serving, (tables) => before.some(({ place }) => place === tables.place));
  }

  removeOthers(serving: Tables, alsoKept: readonly Tables[]): Promise<void> {
    return this.#removeEarlier(
      serving,
      (tables, { purpose }) => purpose === 'before' || alsoKept.some(({ place }) => place === tables.place),
    );
  }

  /** Later ones may be what another process builds. */
  async #removeEarlier(
    serving: Tables,
    isKept: (tables: Tables, checkpoint: TablesCheckpoint) => boolean,
  ): Promise<void> {
    if (!(serving instanceof PostgresTables)) return;
    const number = this.#numberOf(serving.schema);
    const { writers, readers } = await this.#connected();
    for (const schema of await this.#schemas()) {
      if (this.#numberOf(schema) >= number) continue;
      const tables = new PostgresTables(schema, writers, readers);
      const checkpoint = await tables.checkpoint().catch(unlessDamaged);
      if (checkpoint === undefined || checkpoint.serves || isKept(tables, checkpoint)) continue;
      await this.remove(tables, checkpoint.build);
    }
  }

  /** Only of those that are the runtime's: another one's schema may have such a name. */
  async size(): Promise<number> {
    const { readers } = await this.#connected();
    const schemas = this.#known.map(({ schema }) => schema);
    const { rows } = await onClient(readers, (client) =>
      client.query<{ readonly bytes: string }>(SELECT_SIZE, [schemas]),
    );
    return Number(rows[0]?.bytes ?? 0);
  }

  async close(): Promise<void> {
    const pools = await this.#pools?.catch(() => undefined);
    this.#pools = undefined;
    await Promise.all([pools?.writers.end(), pools?.readers.end()]);
  }

  #connected(): Promise<Pools> {
    this.#pools ??= this.#connect().catch((error: unknown) => {
      this.#pools = undefined;
      throw troubleOf(error);
    });
    return this.#pools;
  }

  async #connect(): Promise<Pools> {
    const client = await loadedClient();
    await requireSessions(() => connectedClient(client, this.url));
    return {
      writers: poolOf(client, this.url, MAX_WRITERS, false),
      readers: poolOf(client, this.url, MAX_READERS, true),
    };
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

async function inTransaction(client: pg.PoolClient, work: () => Promise<void>): Promise<void> {
  try {
    await client.query('begin');
    await work();
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined); // a connection that is lost has ended it
    throw error;
  }
}

async function hasCheckpoint(client: pg.PoolClient, schema: string): Promise<boolean> {
  const { rows } = await client.query<{ readonly there: boolean }>(
    `select count(*) = 2 as there from information_schema.columns
     where table_schema = $1 and table_name = '${CHECKPOINT_TABLE}' and column_name in ('build', 'purpose')`,
    [schema],
  );
  return rows[0]?.there === true;
}

function unlessDamaged(error: unknown): undefined {
  if (error instanceof TablesDamaged) return undefined;
  throw error;
}

function takenBefore(name: string, error: unknown): unknown {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (code === STANDBY) return new DatabaseAway(String(message), { cause: error });
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
