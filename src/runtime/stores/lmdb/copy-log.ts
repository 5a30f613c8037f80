/** Copies a log in LMDB, also while it is written. */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fsyncFile, fsyncFolder } from '../fsync.js';
import { aboutLog, openFiles } from './lmdb-files.js';
import { openLog } from './open-log.js';

/**
 * Copies the log as it is when the copying begins: LMDB keeps the pages of a read transaction, while the writer goes on.
 * Resolves once the copy survives power loss.
 *
 * The copy has no writer and an identity of its own: once both are written to, they are different logs, and a snapshot of one
 * must not be used with the other.
 *
 * @param to a folder that does not exist
 * @throws Error when there is no log to copy, or no room for the copy; what was copied by then is not removed
 */
export async function copyLog(from: string, to: string): Promise<void> {
  const original = openLog(from, { readOnly: true });
  try {
    mkdirSync(to);
    await original.root.backup(to, false);
  } finally {
    await original.root.close();
  }
  await makeIndependent(to);
  await fsyncFile(join(to, 'data.mdb'));
  await fsyncFolder(to);
  await fsyncFolder(dirname(to));
}

async function makeIndependent(folder: string): Promise<void> {
  const { root, about } = openFiles(folder, { readOnly: false });
  root.transactionSync(() => {
    const term = aboutLog(folder, () => about.getEntry('owner'))?.version ?? 0;
    about.putSync('owner', null, term);
    about.removeSync('lease');
    about.putSync('identity', randomUUID());
  });
  await root.close();
}
