/** Which process may write: one at a time, found out without a lock that a crash could leave behind. */
import { readFileSync } from 'node:fs';

export interface LeaseHolder {
  readonly processId: number;
  /** Tells the process from a later one that was given the same id. Empty where the system does not say. */
  readonly started: string;
}

export const thisProcess = (): LeaseHolder => ({ processId: process.pid, started: startOf(process.pid) });

/** Whether the process that wrote this down is still there. */
export function isAlive({ processId, started }: LeaseHolder): boolean {
  try {
    process.kill(processId, 0); // signal 0 only asks
  } catch (error) {
    // EPERM: it is there, but somebody else’s.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return startOf(processId) === started;
}

/** The boot and the clock tick at which a process began (proc(5), field 22); a zombie no longer counts. */
function startOf(processId: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // The command name is in parentheses and may itself hold any character.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'ended' : `${boot}/${fields[19] ?? ''}`;
  } catch {
    return ''; // no /proc here: the process id alone has to do
  }
}
