/** The writer lease: which process may write to the log. An entry in LMDB itself, so a crash leaves no lock behind. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { aboutLog, type LmdbFiles } from './lmdb-files.js';

export interface LeaseHolder {
  readonly processId: number;
  /** Tells the process from a later one with the same id. Empty where the system does not say. */
  readonly started: string;
}

export interface LeaseTerm {
  /** The process that has the lease, if it is another one. */
  readonly inUseBy?: LeaseHolder;
  /** Counts the writers. The writer of an earlier term can no longer write. */
  readonly term: number;
  readonly identity: string;
}

/**
 * Takes the lease unless a living process has it. LMDB runs one such transaction at a time, so two processes cannot both
 * take it.
 *
 * @throws FileDamaged when the entry cannot be read
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

/** Gives the lease back, unless another process has taken it. */
export async function releaseLease({ about }: LmdbFiles, term: number): Promise<void> {
  await about.ifVersion('owner', term, () => {
    void about.put('owner', null, term);
  });
}

export const thisProcess = (): LeaseHolder => ({ processId: process.pid, started: startOf(process.pid) });

/** Whether the process that took the lease still runs. */
export function isAlive({ processId, started }: LeaseHolder): boolean {
  try {
    process.kill(processId, 0); // signal 0 only checks that the process exists
  } catch (error) {
    // EPERM: it exists, but belongs to another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return startOf(processId) === started;
}

/** The boot and the clock tick at which a process began (proc(5), field 22). A zombie counts as ended. */
function startOf(processId: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // The command name is in parentheses and may itself contain any character.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'ended' : `${boot}/${fields[19] ?? ''}`;
  } catch {
    return ''; // without /proc, the process id alone has to do
  }
}
