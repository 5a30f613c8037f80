/** The SQLite databases of one entity projection: files in its folder, or in memory. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { EntityDatabases, Shape } from '../entity-database.js';
import { SqliteEntities } from './sqlite-entities.js';

const FILE = /^entities-(\d{1,9})\.db$/;
const BESIDE = ['', '-wal', '-shm'];

/**
 * Each database has a number of its own, and a rebuilt one a higher number: SQLite removes files beside a database by their names
 * when it is closed, so no name is used twice.
 */
export class SqliteDatabases implements EntityDatabases {
  /** Of this process, also of files that are removed: a connection that was closed keeps its file for a while. */
  #highest = 0;

  /** @param folder this projection's own; undefined: in memory, as a log in memory is gone with the process too */
  constructor(private readonly folder: string | undefined) {}

  async list(): Promise<readonly string[]> {
    if (this.folder === undefined) return [];
    await mkdir(this.folder, { recursive: true });
    const names = (await readdir(this.folder)).filter((name) => FILE.test(name));
    this.#highest = Math.max(this.#highest, ...names.map(numberOf));
    return names.toSorted((one, other) => numberOf(other) - numberOf(one));
  }

  open(name: string, shape: Shape): Promise<SqliteEntities> {
    return SqliteEntities.open(this.#fileOf(name) ?? '', name, shape);
  }

  async create(shape: Shape): Promise<SqliteEntities> {
    await this.list();
    this.#highest += 1;
    const name = `entities-${this.#highest}.db`;
    return SqliteEntities.create(this.#fileOf(name), name, shape);
  }

  async remove(name: string): Promise<void> {
    const file = this.#fileOf(name);
    if (file === undefined) return;
    await Promise.all(BESIDE.map((suffix) => rm(`${file}${suffix}`, { force: true })));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #fileOf(name: string): string | undefined {
    return this.folder === undefined ? undefined : join(this.folder, name);
  }
}

const numberOf = (name: string): number => Number(FILE.exec(name)?.[1] ?? 0);
