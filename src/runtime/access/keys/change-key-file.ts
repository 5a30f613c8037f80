/** Changes the key file: under a lock, so that two changes at once are both kept, and as a whole, so that a reader finds one or the other. */
import Database from 'libsql';
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileErrorText } from '../../file-error-text.js';
import { KeyFileUnusable, formatKeyFile, readKeyFile, type StoredKey } from './key-file.js';

/** A change takes a few milliseconds. */
const MAX_WAIT_MS = 10_000;

/**
 * Blocks the thread until the change is on the disk. A file that did not exist is made, and so is its folder.
 *
 * @param change of the keys as they are now, to those that there are to be
 * @throws KeyFileUnusable; what `change` throws, and then nothing is changed
 */
export function changeKeyFile(
  path: string,
  change: (keys: readonly StoredKey[]) => readonly StoredKey[],
): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    // A link stays one.
    const file = resolved(path);
    const unlock = lock(`${file}.lock`);
    try {
      replaceFile(file, formatKeyFile(change(readKeyFile(file)?.keys ?? [])));
    } finally {
      unlock();
    }
  } catch (error) {
    const why = fileErrorText(error, path);
    throw why === undefined
      ? error
      : new KeyFileUnusable(`the key file ${path} cannot be changed: ${why}`, { cause: error });
  }
}

function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** SQLite's lock on an empty file beside it: the system ends it with the process, however that ends. */
function lock(path: string): () => void {
  const file = openSync(path, 'a', 0o600);
  giveToOwner(file, path);
  closeSync(file);
  const database = new Database(path, { timeout: MAX_WAIT_MS });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new KeyFileUnusable(`another process is changing the keys, and has locked ${path}; try again`, {
      cause,
    });
  }
  return () => {
    database.exec('ROLLBACK');
    database.close();
  };
}

function replaceFile(path: string, text: string): void {
  const temporary = join(dirname(path), `.keys-${randomUUID()}`);
  try {
    const file = openSync(temporary, 'wx', 0o600);
    try {
      giveToOwner(file, path);
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  flushFolder(dirname(path));
}

/** What root makes belongs to who owns the data: a server that is not run by root could not open it otherwise. */
function giveToOwner(file: number, path: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(path, { throwIfNoEntry: false }) ?? statSync(dirname(path));
  fchownSync(file, uid, gid);
}

/** The new name survives a power failure only then. */
function flushFolder(path: string): void {
  if (process.platform === 'win32') return; // folders cannot be opened there, and need not be
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
