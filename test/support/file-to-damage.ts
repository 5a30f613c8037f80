/** A data file that tests damage in one way after the other, each time from a sound one. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileDamaged } from '../../src/runtime/stores/lmdb/file-check.js';
import { DataFile, TABLES, makeDataFile } from './data-file.js';
import { TemporaryFolder } from './server.js';

export type Damage = readonly [what: string, damage: (file: DataFile) => unknown, says: RegExp];

export class FileToDamage {
  readonly #folder = new TemporaryFolder();
  readonly #path = join(this.#folder.path, 'data.mdb');
  #sound: Buffer = Buffer.alloc(0);

  /** To be called where tests are described. */
  static ofThisSuite(): FileToDamage {
    const file = new FileToDamage();
    beforeAll(async () => {
      file.#sound = await makeDataFile(file.#folder.path);
    });
    afterAll(() => {
      file.#folder.remove();
    });
    return file;
  }

  /** What stands in it before it is damaged. */
  get sound(): Buffer {
    return this.#sound;
  }

  write(bytes: Buffer): void {
    writeFileSync(this.#path, bytes);
  }

  damage(damage: (file: DataFile) => unknown): void {
    const file = new DataFile(Buffer.from(this.#sound));
    damage(file);
    this.write(file.bytes);
  }

  expectRefused(check: (path: string, tables: typeof TABLES) => void, says: RegExp): void {
    const refused = expect(() => {
      check(this.#path, TABLES);
    });
    refused.toThrow(FileDamaged);
    refused.toThrow(says);
    refused.toThrow(/data\.mdb is damaged: .*; restore it from a backup$/);
  }
}
