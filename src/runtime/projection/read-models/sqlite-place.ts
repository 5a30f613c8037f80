/** Where a read model has its SQLite databases: files in a folder of its own, or memory. */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
} from 'kysely';
import { TablesDamaged } from './database-trouble.js';
import { SqliteTables } from './sqlite-tables.js';
import type { Tables, TablesPlace } from './tables.js';
import type { TablesCheckpoint } from './tables-checkpoint.js';

const FILE = /^tables-(\d{1,9})\.db$/;
const BESIDE = ['', '-wal', '-shm'];

/**
 * Each database has a number of its own, and a later one a higher number: SQLite removes files beside a database by their names
 * when it is closed, so no name is used twice.
 */
export class SqlitePlace implements TablesPlace {
  readonly dialect = sqliteDialect;
  readonly isShared = false;
  /** Those that are open in this process. */
  readonly #open = new Set<SqliteTables>();
  /** Also of files that are removed. */
  #highest = 0;

  /** @param folder undefined: in memory */
  constructor(private readonly folder: string | undefined) {}

  async list(unusable: (reason: string) => void): Promise<readonly Tables[]> {
    const found: SqliteTables[] = [];
    for (const file of await this.#files()) {
      try {
        const tables = this.#known(file) ?? (await SqliteTables.open(file));
        this.#open.add(tables);
        await tables.checkpoint();
        found.push(tables);
      } catch (error) {
        if (!(error instanceof TablesDamaged)) throw error;
        unusable(`${file} cannot be used (${error.message})`);
        const damaged = this.#known(file);
        if (damaged !== undefined) await this.remove(damaged);
        else await removeFile(file);
      }
    }
    return this.folder === undefined ? [...this.#open].toReversed() : found;
  }

  async create(
    checkpoint: TablesCheckpoint,
    schema: (connection: DatabaseConnection) => Promise<void>,
  ): Promise<Tables> {
    const file = await this.#next();
    try {
      const tables = await SqliteTables.create(file, checkpoint, schema);
      this.#open.add(tables);
      return tables;
    } catch (error) {
      if (file !== undefined) await removeFile(file);
      throw error;
    }
  }

  async serve(tables: Tables): Promise<void> {
    // Its number is higher than that of what it takes the place of, and the highest that serves is used.
    await tables.write((_, at) => Promise.resolve({ ...at, serves: true, purpose: 'build' }));
  }

  async remove(tables: Tables, build?: string): Promise<void> {
    if (build !== undefined && (await tables.checkpoint()).serves) return; // no other process has its files
    await tables.close();
    if (!(tables instanceof SqliteTables)) return;
    this.#open.delete(tables);
    if (tables.file !== undefined) await removeFile(tables.file);
  }

  async retire(before: readonly Tables[]): Promise<void> {
    for (const tables of before) await this.remove(tables);
  }

  async removeOthers(serving: Tables, alsoKept: readonly Tables[]): Promise<void> {
    const kept = new Set([serving, ...alsoKept]);
    for (const tables of [...this.#open]) if (!kept.has(tables)) await this.remove(tables);
    const keptFiles = [...this.#open].map(({ file }) => file);
    for (const file of await this.#files()) if (!keptFiles.includes(file)) await removeFile(file);
  }

  async size(): Promise<number | undefined> {
    if (this.folder === undefined) return undefined;
    const files = (await this.#files()).flatMap((file) => BESIDE.map((suffix) => `${file}${suffix}`));
    const sizes = await Promise.all(files.map(sizeOf));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  async close(): Promise<void> {
    for (const tables of this.#open) {
      tables.mergeLog();
      await tables.close();
    }
    this.#open.clear();
  }

  #known(file: string): SqliteTables | undefined {
    return [...this.#open].find((each) => each.file === file);
  }

  /** Newest first. */
  async #files(): Promise<readonly string[]> {
    const { folder } = this;
    if (folder === undefined) return [];
    await mkdir(folder, { recursive: true });
    const numbers = (await readdir(folder)).flatMap((name) => FILE.exec(name)?.[1] ?? []).map(Number);
    this.#highest = Math.max(this.#highest, ...numbers);
    return numbers.toSorted((one, other) => other - one).map((number) => fileOf(folder, number));
  }

  async #next(): Promise<string | undefined> {
    const { folder } = this;
    if (folder === undefined) return undefined;
    await this.#files();
    this.#highest += 1;
    return fileOf(folder, this.#highest);
  }
}

const fileOf = (folder: string, number: number): string => join(folder, `tables-${number}.db`);

/** 0: there is no such file. */
async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

async function removeFile(file: string): Promise<void> {
  await Promise.all(BESIDE.map((suffix) => rm(`${file}${suffix}`, { force: true })));
}

/** For compiling and reading results; connections come from the tables. */
const sqliteDialect: Dialect = {
  createDriver: () => {
    throw new Error('connections come from the tables');
  },
  createAdapter: () => new SqliteAdapter(),
  createQueryCompiler: () => new SqliteQueryCompiler(),
  createIntrospector: (db) => new SqliteIntrospector(db),
};
