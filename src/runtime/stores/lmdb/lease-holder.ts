/** Who holds the writer lease, and whether its process has certainly ended. A hint only: the lease itself decides. */
import { readFileSync, readlinkSync } from 'node:fs';

export interface LeaseHolder {
  readonly processId: number;
  /** The boot and the clock tick at which the process began. Empty where the system does not say. */
  readonly started: string;
  /** The PID namespace in which the process id is valid. Empty where there is none; absent in logs of earlier versions. */
  readonly pidNamespace?: string;
  /** Random, for each time that the lease is taken. Absent in logs of earlier versions. */
  readonly id?: string;
}

/** `unknown` for a process of another PID namespace or another boot, and for one that is stopped. */
export type HolderFate = 'alive' | 'ended' | 'unknown';

export const thisProcess = (): LeaseHolder => ({
  processId: process.pid,
  started: lifeOf('self')?.started ?? '',
  pidNamespace: pidNamespace(),
});

export function fateOf(holder: LeaseHolder): HolderFate {
  const { processId, started, pidNamespace: namespace } = holder;
  if (namespace !== undefined) {
    if (namespace !== pidNamespace()) return 'unknown';
    if (bootOf(started) !== bootOf(thisProcess().started)) return 'unknown';
  }
  if (!exists(processId)) return 'ended';
  if (!seesOwnProcesses()) return namespace === '' || namespace === undefined ? 'alive' : 'unknown';
  const life = lifeOf(String(processId));
  if (life === undefined) return started === '' ? 'alive' : 'unknown';
  if (life.state === 'Z' || life.state === 'X' || life.started !== started) return 'ended';
  // A stopped process does not renew its lease: whether it still has it is for the lease to say.
  return life.state === 'T' || life.state === 't' ? 'unknown' : 'alive';
}

export const isAlive = (holder: LeaseHolder): boolean => fateOf(holder) === 'alive';

function exists(processId: number): boolean {
  try {
    process.kill(processId, 0); // signal 0 only checks that the process exists
    return true;
  } catch (error) {
    // EPERM: it exists, but belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const bootOf = (started: string): string => started.slice(0, started.lastIndexOf('/') + 1);

/** Whether /proc shows the processes of this process's own PID namespace; it may be mounted from another one. */
function seesOwnProcesses(): boolean {
  try {
    return readlinkSync('/proc/self') === String(process.pid);
  } catch {
    return false;
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

interface Life {
  readonly started: string;
  /** proc(5): `R`, `S`, `T` for stopped, `Z` for ended and not yet waited for. */
  readonly state: string;
}

/** proc(5), fields 3 and 22. Undefined when the system does not say. */
function lifeOf(process: string): Life | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${process}/stat`, 'utf8');
    // The command name is in parentheses and may itself contain any character.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', started: `${boot}/${fields[19] ?? ''}` };
  } catch {
    return undefined;
  }
}
