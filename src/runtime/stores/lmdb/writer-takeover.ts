/** How a process becomes the log's writer, and how it leaves: an entry in LMDB itself, under a term that only grows. */
import { randomUUID } from 'node:crypto';
import { aboutLog, type LmdbFiles } from './lmdb-files.js';
import { isAlive, thisProcess, type LeaseHolder } from './writer-lease.js';

export interface LeaseTerm {
  /** Who writes already. */
  readonly inUseBy?: LeaseHolder;
  /** How often the log changed hands; a writer of an earlier term can write no more. */
  readonly term: number;
  readonly identity: string;
}

/**
 * Becomes the log's writer, unless there is one. LMDB lets one process at a time in here, so two cannot win.
 *
 * @throws FileDamaged when it cannot be read who writes
 */
export function acquireLease({ root, about }: LmdbFiles, folder: string): LeaseTerm {
  return root.transactionSync(() => {
    const { identity, owner } = aboutLog(folder, () => ({
      identity: (about.get('identity') as string | undefined) ?? randomUUID(),
      owner: about.getEntry('owner') as { value: LeaseHolder | null; version?: number } | undefined,
    }));
    const before = owner?.version ?? 0;
    if (owner?.value && isAlive(owner.value)) return { inUseBy: owner.value, term: before, identity };
    about.putSync('identity', identity);
    about.putSync('owner', thisProcess(), before + 1);
    return { term: before + 1, identity };
  });
}

/** Leaves the log to whoever comes next, unless somebody has come already. */
export async function releaseLease({ about }: LmdbFiles, term: number): Promise<void> {
  await about.ifVersion('owner', term, () => {
    void about.put('owner', null, term);
  });
}
