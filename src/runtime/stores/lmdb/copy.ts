/** A consistent copy of a log in LMDB, made while it is written, that is a log of its own from then on. */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fsyncFile, fsyncFolder } from '../fsync.js';
import { aboutLog, openFiles } from './lmdb-files.js';

/**
 * Copies the log in one folder into another, as it stands when the copying begins. The writer goes on meanwhile: LMDB
 * keeps the pages of that moment for as long as they are read. Resolves once the copy survives power loss.
 *
 * The copy belongs to nobody, whoever writes the original, and has an identity of its own: once both are written to,
 * they are different logs, and a snapshot of one must not be taken for one of the other.
 *
 * @param to a folder that does not exist
 * @throws Error when there is no log to copy, or no room for the copy; what was copied by then is still there
 */
export async function copyLog(from: string, to: string): Promise<void> {
  const original = openFiles(from, { readOnly: true });
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
    about.putSync('identity', randomUUID());
  });
  await root.close();
}
