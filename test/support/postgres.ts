/** PostgreSQL for specs: the server of this run, and on it a log of the spec's own that is gone afterwards. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { PostgresOptions } from '../../src/runtime/stores/postgres/postgres-options.js';
import { PostgresStore } from '../../src/runtime/stores/postgres/postgres.store.js';

const given = process.env['LEFTFOLD_TEST_POSTGRES'];
const door = process.env['LEFTFOLD_TEST_POSTGRES_DOOR'];

/** Without it its specs are skipped, and the run has said so once. */
export const hasPostgres = Boolean(given ?? door);

export const describeWithPostgres = hasPostgres ? describe : describe.skip;

/** A database in which schemas and databases may be made. */
export async function postgresUrl(): Promise<string> {
  if (given) return given;
  const response = await fetch(String(door));
  if (!response.ok) throw new Error(`PostgreSQL could not be started: ${await response.text()}`);
  return response.text();
}

const anyName = (): string => `leftfold_test_${randomBytes(6).toString('hex')}`;

/** A schema that nobody else uses. */
export class TemporarySchema {
  readonly name = anyName();

  private constructor(
    readonly url: string,
    private readonly client: pg.Client,
  ) {}

  /** @param url a database; default: one that other specs use too */
  static async create(url?: string): Promise<TemporarySchema> {
    const database = url ?? (await postgresUrl());
    const schema = new TemporarySchema(database, await connected(database));
    await schema.sql(`set search_path to ${schema.name}`);
    return schema;
  }

  /** Opens the log that is kept in it, as one more process would. */
  open(options: Omit<PostgresOptions, 'url' | 'schema'> = {}): Promise<PostgresStore> {
    return PostgresStore.open({ url: this.url, schema: this.name, ...options });
  }

  /** A connection to the log's tables beside every store. It is the caller's to end. */
  async connect(): Promise<pg.Client> {
    const client = await connected(this.url);
    await client.query(`set search_path to ${this.name}`);
    return client;
  }

  async sql<Row extends object>(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return (await this.client.query<Row>(text, [...values])).rows;
  }

  async remove(): Promise<void> {
    await this.sql(`drop schema if exists ${this.name} cascade`);
    await this.client.end();
  }
}

/** A store on a log of its own, which is gone once the store is closed. */
export async function openTemporaryLog(): Promise<PostgresStore> {
  const schema = await TemporarySchema.create();
  const store = await schema.open();
  const close = store.close.bind(store);
  let closed: Promise<void> | undefined;
  store.close = () => (closed ??= close().then(() => schema.remove()));
  return store;
}

/** A database that nobody else uses. */
export class TemporaryDatabase {
  readonly name = anyName();

  private constructor(private readonly server: string) {}

  static async create(options = ''): Promise<TemporaryDatabase> {
    const database = new TemporaryDatabase(await postgresUrl());
    await database.#run(`create database ${database.name} ${options}`);
    return database;
  }

  get url(): string {
    const url = new URL(this.server);
    url.pathname = `/${this.name}`;
    return url.href;
  }

  remove(): Promise<void> {
    return this.#run(`drop database ${this.name} with (force)`);
  }

  async #run(text: string): Promise<void> {
    const client = await connected(this.server);
    await client.query(text);
    await client.end();
  }
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}
