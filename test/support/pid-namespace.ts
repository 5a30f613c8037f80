/** Programs in a PID namespace of their own, where their process id is 1, as in a container. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export const IN_OWN_PID_NAMESPACE = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];

/** Whether this machine lets us have one. Says so where it does not. */
export function hasPidNamespaces(): boolean {
  try {
    execFileSync('unshare', [...IN_OWN_PID_NAMESPACE.slice(1), 'true'], { stdio: 'pipe' });
    return true;
  } catch {
    // eslint-disable-next-line no-console -- a skipped spec says so
    console.warn('skipped: no PID namespace can be made here (unshare --pid)');
    return false;
  }
}

/** The process that `unshare` runs, by its id out here. */
export function processWithin(unshare: number): number {
  const [child] = readFileSync(`/proc/${unshare}/task/${unshare}/children`, 'utf8').split(' ');
  return Number(child);
}
