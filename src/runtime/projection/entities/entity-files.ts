/** The database files of one entity projection in its folder: the one that answers, and one that is being rebuilt. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asFileSentence } from '../../file-error-text.js';

const FILE = /^entities-(\d{1,9})\.db$/;
const BESIDE = ['', '-wal', '-shm'];

/**
 * Each database has a number of its own, and a rebuilt one a higher number: SQLite removes files beside a database by their names
 * when it is closed, so no name is used twice.
 */
export class EntityFiles {
  /** Of this process, also of files that are removed: a connection that was closed keeps its file for a while. */
  #highest = 0;

  constructor(private readonly folder: string) {}

  /** Newest first. */
  async list(): Promise<readonly string[]> {
    const names = (await this.#names()).filter((name) => FILE.test(name));
    this.#highest = Math.max(this.#highest, ...names.map(numberOf));
    return names
      .toSorted((one, other) => numberOf(other) - numberOf(one))
      .map((name) => join(this.folder, name));
  }

  async next(): Promise<string> {
    await this.list();
    this.#highest += 1;
    return join(this.folder, `entities-${this.#highest}.db`);
  }

  async remove(file: string): Promise<void> {
    try {
      await Promise.all(BESIDE.map((suffix) => rm(`${file}${suffix}`, { force: true })));
    } catch (error) {
      throw asFileSentence(error, file);
    }
  }

  async #names(): Promise<readonly string[]> {
    try {
      await mkdir(this.folder, { recursive: true });
      return await readdir(this.folder);
    } catch (error) {
      throw asFileSentence(error, this.folder);
    }
  }
}

const numberOf = (name: string): number => Number(FILE.exec(name)?.[1] ?? 0);
