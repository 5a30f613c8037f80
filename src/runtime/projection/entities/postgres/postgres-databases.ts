/** The PostgreSQL databases of one entity projection: tables in a schema of its own. */
import type { EntityDatabases, EntityReader, Shape } from '../entity-database.js';
import { DatabaseClosed, DatabaseDamaged } from '../database-damage.js';
import { PostgresConnections, type Run } from './postgres-connections.js';
import { SELECT_SIZE } from '../../schema-size.js';
import { postgresError } from './postgres-errors.js';
import { PostgresEntities } from './postgres-entities.js';
import { Tables, columnOf, schemaNameOf, shapeText } from './postgres-tables.js';

export interface PostgresEntityOptions {
  /** `postgres://user:password@host:port/database`; missing parts come from the environment (`PGPASSWORD` and so on). */
  readonly url: string;
  /** Each projection has the schema `<prefix>_<name>`, with `_` for each `-`. Default: leftfold. */
  readonly prefix?: string;
}

/** Where each of several projections has its databases. They share their connections. */
export function postgresDatabasesOf({
  url,
  prefix = 'leftfold',
}: PostgresEntityOptions): (projection: string) => EntityDatabases {
  const connections = new PostgresConnections(url);
  return (projection) => new PostgresDatabases(connections, new Tables(schemaNameOf(prefix, projection)));
}

export class PostgresDatabases implements EntityDatabases {
  #isEnded = false;

  constructor(
    private readonly connections: PostgresConnections,
    private readonly tables: Tables,
  ) {
    connections.begin();
  }

  list(): Promise<readonly string[]> {
    return this.#doing(async (run) => {
      if (!(await this.#exists(run))) return [];
      const rows = await run<{ readonly number: number }>(
        `select number from ${this.tables.checkpoints} order by number desc`,
      );
      return rows.map(({ number }) => String(number));
    });
  }

  async open(name: string, shape: Shape): Promise<PostgresEntities> {
    const number = Number(name);
    await this.#doing(async (run) => {
      const [found] = await run<{ readonly shape: string }>(
        `select shape from ${this.tables.checkpoints} where number = $1`,
        [number],
      );
      if (found?.shape !== shapeText(shape)) throw new DatabaseDamaged('its columns are of another index');
      const columns = ['key', 'position', 'digest', 'state', 'view', 'fault', 'changes'];
      const all = [...columns, ...Object.keys(shape.index).map(columnOf)].join();
      await run(`select ${all} from ${this.tables.entities(number)} limit 0`);
    });
    return new PostgresEntities(this.connections, this.tables, number, shape);
  }

  read(name: string, shape: Shape): Promise<EntityReader> {
    return new PostgresEntities(this.connections, this.tables, Number(name), shape).reader();
  }

  /** Of several processes that start at the same time, one creates the schema while the others wait. */
  create(shape: Shape): Promise<PostgresEntities> {
    return this.#doing(async (run) => {
      await run('begin');
      await run('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`leftfold ${this.tables.schema}`]);
      // `if not exists` would need the privilege to create schemas even when the schema exists.
      const known = await run('select from pg_namespace where nspname = $1', [this.tables.schema]);
      if (known.length === 0) await run(`create schema "${this.tables.schema}"`);
      await run(this.tables.shared);
      const [next] = await run<{ readonly number: number }>(
        `select nextval($1::regclass)::integer as number`,
        [this.tables.numbers],
      );
      const number = next?.number ?? 0;
      await run(this.tables.create(number, shape));
      await run(`insert into ${this.tables.checkpoints} (number, shape) values ($1, $2)`, [
        number,
        shapeText(shape),
      ]);
      await run('commit');
      return new PostgresEntities(this.connections, this.tables, number, shape);
    });
  }

  /** The view that users read is left to the database that is to serve. */
  async remove(name: string): Promise<void> {
    const number = Number(name);
    await this.#doing(async (run) => {
      if (!(await this.#exists(run))) return;
      await run('begin');
      await run(`delete from ${this.tables.checkpoints} where number = $1`, [number]);
      await run(`drop table if exists ${this.tables.snapshots(number)}`);
      await run(`drop table if exists ${this.tables.entities(number)} cascade`);
      await run('commit');
    });
  }

  async size(): Promise<number> {
    const [row] = await orItsError(
      this.connections.read((run) =>
        run<{ readonly bytes: string | null }>(SELECT_SIZE, [[this.tables.schema]]),
      ),
    );
    return Number(row?.bytes ?? 0);
  }

  async close(): Promise<void> {
    if (this.#isEnded) return;
    this.#isEnded = true;
    await this.connections.end();
  }

  async #exists(run: Run): Promise<boolean> {
    const [found] = await run<{ readonly exists: boolean }>('select to_regclass($1) is not null as exists', [
      this.tables.checkpoints,
    ]);
    return found?.exists === true;
  }

  #doing<Result>(work: (run: Run) => Promise<Result>): Promise<Result> {
    return orItsError(this.connections.write(work));
  }
}

async function orItsError<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DatabaseDamaged || error instanceof DatabaseClosed) throw error;
    throw postgresError(error);
  }
}
