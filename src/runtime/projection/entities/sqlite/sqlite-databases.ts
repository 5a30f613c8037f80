/** The SQLite databases of one entity projection: files in its folder, or in memory. */
import { constants, copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asFileSentence } from '../../../file-error-text.js';
import { DatabaseDamaged } from '../database-damage.js';
import type { Checkpoint } from '../entity-checkpoint.js';
import type { EntityDatabases, EntityReader, Shape } from '../entity-database.js';
import { SqliteEntities } from './sqlite-entities.js';
import { sqliteReader } from './sqlite-reader.js';

const FILE = /^entities-(\d{1,9})\.db$/;
const BESIDE = ['', '-wal', '-shm', '-journal'];
/** Of a database, also one of which a crash has left a part. */
const PART = /^(entities-\d{1,9}\.db)(?:-wal|-shm|-journal)?$/;
/** The folder within that of the projection in which a rehearsal leaves its database. */
const REHEARSED = 'rehearsed';

/**
 * Each database has a number of its own, and a rebuilt one a higher number: SQLite removes files beside a database by their names
 * when it is closed, so no name is used twice.
 */
export class SqliteDatabases implements EntityDatabases {
  /** Of this process, also of files that are removed: a connection that was closed keeps its file for a while. */
  #highest = 0;

  /** @param folder this projection's own; undefined: in memory, as a log in memory is gone with the process too */
  constructor(private readonly folder: string | undefined) {}

  /** Those that rehearsals leave for the projection of this folder. */
  static rehearsed(folder: string): SqliteDatabases {
    return new SqliteDatabases(join(folder, REHEARSED));
  }

  async list(): Promise<readonly string[]> {
    if (this.folder === undefined) return [];
    const parts = (await namesIn(this.folder)).flatMap((name) => PART.exec(name)?.[1] ?? []);
    const names = [...new Set(parts)];
    this.#highest = Math.max(this.#highest, ...names.map(numberOf));
    return names.toSorted((one, other) => numberOf(other) - numberOf(one));
  }

  async open(name: string, shape: Shape): Promise<SqliteEntities> {
    return SqliteEntities.open(await this.#foundFile(name), name, shape);
  }

  async read(name: string, shape: Shape): Promise<EntityReader> {
    return sqliteReader(await this.#foundFile(name), shape);
  }

  /** SQLite would make an empty one. It is removed when a rebuilt one takes its place, and by a crash in part. */
  async #foundFile(name: string): Promise<string> {
    const file = this.#fileOf(name) ?? '';
    if ((await sizeOf(file)) === undefined) throw new DatabaseDamaged('it is no longer there');
    return file;
  }

  async create(shape: Shape): Promise<SqliteEntities> {
    const name = await this.#next();
    return SqliteEntities.create(this.#fileOf(name), name, shape);
  }

  /** Copies: SQLite would share what belongs to the file at the name before with connections to it that this process still has. */
  async adoptRehearsed(
    shape: Shape,
    fits: (checkpoint: Checkpoint) => Promise<boolean>,
  ): Promise<string | undefined> {
    if (this.folder === undefined) return undefined;
    const rehearsed = SqliteDatabases.rehearsed(this.folder);
    for (const each of await rehearsed.list()) {
      const from = join(this.folder, REHEARSED, each);
      if (!(await rehearsed.#hasFitting(each, shape, fits)) || ((await sizeOf(`${from}-wal`)) ?? 0) > 0)
        continue;
      const name = await this.#next();
      await copyFile(from, join(this.folder, name), constants.COPYFILE_FICLONE);
      await rehearsed.remove(each);
      return name;
    }
    return undefined;
  }

  /** Moves a closed database here, out of another folder, in the place of all that are here. */
  async takeOver(folder: string, name: string): Promise<void> {
    const before = await this.list();
    const taken = await this.#next();
    await rename(join(folder, name), this.#fileOf(taken) ?? '');
    for (const each of before) await this.remove(each);
  }

  async remove(name: string): Promise<void> {
    const file = this.#fileOf(name);
    if (file === undefined) return;
    try {
      await Promise.all(BESIDE.map((suffix) => rm(`${file}${suffix}`, { force: true })));
    } catch (error) {
      throw asFileSentence(error, file);
    }
  }

  async size(): Promise<number | undefined> {
    const { folder } = this;
    if (folder === undefined) return undefined;
    const files = (await namesIn(folder)).filter((name) => PART.test(name));
    const sizes = await Promise.all(files.map((name) => sizeOf(join(folder, name))));
    return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #hasFitting(
    name: string,
    shape: Shape,
    fits: (checkpoint: Checkpoint) => Promise<boolean>,
  ): Promise<boolean> {
    try {
      const reader = await this.read(name, shape);
      const checkpoint = await reader.checkpoint().finally(() => reader.close());
      return checkpoint !== undefined && (await fits(checkpoint));
    } catch (error) {
      if (error instanceof DatabaseDamaged) return false; // the log is folded instead
      throw error;
    }
  }

  async #next(): Promise<string> {
    if (this.folder !== undefined) await madeFolder(this.folder);
    await this.list();
    this.#highest += 1;
    return `entities-${this.#highest}.db`;
  }

  #fileOf(name: string): string | undefined {
    return this.folder === undefined ? undefined : join(this.folder, name);
  }
}

/** Undefined: there is no such file. */
async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw asFileSentence(error, folder);
  }
}

async function madeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw asFileSentence(error, folder);
  }
}

const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

const numberOf = (name: string): number => Number(FILE.exec(name)?.[1] ?? 0);
