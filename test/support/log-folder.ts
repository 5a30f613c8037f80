/** A folder of data with a log in it, made without a server, for programs that are run on it. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { NewCommit } from '../../src/runtime/event-log/event.js';
import { LmdbReader } from '../../src/runtime/stores/lmdb/lmdb.reader.js';
import { LmdbStore } from '../../src/runtime/stores/lmdb/lmdb.store.js';
import { appendAll, hashOf } from './made-up-log.js';

/** @returns what `leftfold verify` should print of it */
export async function makeLog(data: string, commits: readonly NewCommit[]): Promise<string> {
  const store = LmdbStore.open(join(data, 'log'));
  await appendAll(store, commits);
  const line = `${await store.head()} ${(await hashOf(store)) ?? ''}\n`;
  await store.close();
  return line;
}

/** How far the log in a folder reaches; 0 while there is none, or its writer is about to begin it. */
export async function headIn(data: string): Promise<number> {
  const folder = join(data, 'log');
  // lmdb does not survive failing to read a file without a byte.
  if (!statSync(join(folder, 'data.mdb'), { throwIfNoEntry: false })?.size) return 0;
  let reader: LmdbReader;
  try {
    reader = LmdbReader.open(folder);
  } catch {
    return 0;
  }
  const head = await reader.head();
  await reader.close();
  return head;
}
