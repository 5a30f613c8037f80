/** Where entity projections can have their databases. What they guarantee is tested on each; add one to test another. */
import { join } from 'node:path';
import Database from 'libsql';
import { postgresDatabasesOf } from '../../src/runtime/projection/entities/postgres/postgres-databases.js';
import { SqliteDatabases } from '../../src/runtime/projection/entities/sqlite/sqlite-databases.js';
import type { EntityDatabases } from '../../src/runtime/projection/entities/entity-database.js';
import type { LeftfoldOptions } from '../../src/runtime/leftfold-options.js';
import { TemporarySchema, hasPostgres } from './postgres.js';
import { TemporaryFolder } from './server.js';

/** The databases of the projection `orders`, gone after `remove`. */
export interface EntityStore {
  /** As one more process would have them. */
  databases(): EntityDatabases;
  /** Changes the table `entities` of the database that answers, behind the projection's back. @returns how many rows */
  change(sql: string): Promise<number>;
  /** Of an application that has them there. The log is not in memory: then the entities would be, too. */
  readonly options: Pick<LeftfoldOptions, 'store' | 'snapshots' | 'entities'>;
  remove(): Promise<void>;
}

export interface EntityStoreKind {
  readonly name: string;
  readonly create: () => Promise<EntityStore>;
}

class SqliteStore implements EntityStore {
  readonly #folder = new TemporaryFolder();
  readonly options = {
    store: `lmdb:${join(this.#folder.path, 'log')}`,
    snapshots: { folder: this.#folder.path },
  };

  databases(): SqliteDatabases {
    return new SqliteDatabases(join(this.#folder.path, 'projections', 'orders'));
  }

  async change(sql: string): Promise<number> {
    const [name = ''] = await this.databases().list();
    const database = new Database(join(this.#folder.path, 'projections', 'orders', name));
    const { changes } = database.prepare(sql).run();
    database.close();
    return changes;
  }

  remove(): Promise<void> {
    this.#folder.remove();
    return Promise.resolve();
  }
}

export class PostgresEntityStore implements EntityStore {
  readonly #folder = new TemporaryFolder();

  private constructor(
    readonly prefix: TemporarySchema,
    private readonly url: string,
  ) {}

  /** @param url by which the projection comes to it; default: as the test does */
  static async create(url?: string): Promise<PostgresEntityStore> {
    const prefix = await TemporarySchema.create();
    return new PostgresEntityStore(prefix, url ?? prefix.url);
  }

  get schema(): string {
    return `${this.prefix.name}_orders`;
  }

  get options(): EntityStore['options'] {
    return {
      store: `lmdb:${join(this.#folder.path, 'log')}`,
      entities: { postgres: this.url, prefix: this.prefix.name },
    };
  }

  databases(): EntityDatabases {
    return postgresDatabasesOf({ url: this.url, prefix: this.prefix.name })('orders');
  }

  async change(sql: string): Promise<number> {
    const [serving] = await this.prefix.sql<{ readonly number: number }>(
      `select number from ${this.schema}.checkpoints where serves`,
    );
    const table = `${this.schema}.entities_${serving?.number ?? 0}`;
    return (await this.prefix.sql(`${sql.replace(/\bentities\b/, table)} returning key`)).length;
  }

  async remove(): Promise<void> {
    await this.prefix.sql(`drop schema if exists ${this.schema} cascade`);
    await this.prefix.remove();
    this.#folder.remove();
  }
}

export const ENTITY_STORES: readonly EntityStoreKind[] = [
  { name: 'SQLite', create: () => Promise.resolve(new SqliteStore()) },
  ...(hasPostgres ? [{ name: 'PostgreSQL', create: () => PostgresEntityStore.create() }] : []),
];
