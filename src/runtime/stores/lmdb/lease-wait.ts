/** Waits for a lease whose holder cannot be asked: it is in another PID namespace, or stopped, or wrote to the file that this one is a copy of. */
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import { fileIdOf } from './file-place.js';
import type { LmdbFiles } from './lmdb-files.js';
import { isLockFree } from './lock-probe.js';
import { mayBeHeldElsewhere, openLog } from './open-log.js';
import { heldLease, inUse, type HeldLease } from './writer-lease.js';

const POLL_MS = 100;

/**
 * @param onWait told in a sentence why this takes a while
 * @returns the state of the lease that has expired, to take it; undefined when nothing had to be waited for
 * @throws LogInUse when the holder renews its lease, or keeps LMDB's lock
 */
export async function leaseExpired(
  folder: string,
  onWait: (sentence: string) => void,
): Promise<string | undefined> {
  if (!mayBeHeldElsewhere(folder)) return undefined;
  const expired = await expiredLease(folder, onWait);
  if (expired !== undefined && !(await isLockFree(folder))) throw inUse(folder, expired, true);
  return expired?.state;
}

async function expiredLease(
  folder: string,
  onWait: (sentence: string) => void,
): Promise<HeldLease | undefined> {
  const files = openLog(folder, { readOnly: true });
  try {
    const held = look(files, folder);
    if (held === undefined) return undefined;
    if (held.fate === 'alive') throw inUse(folder, held);
    onWait(`${folder}: ${whyWaiting(held)}; waiting ${held.milliseconds / 1000} s for its lease to expire`);
    await unrenewed(held, () => look(files, folder));
    return held;
  } catch (error) {
    if (error instanceof Renewed) throw inUse(folder, error.held);
    throw error;
  } finally {
    await files.root.close();
  }
}

class Renewed extends Error {
  constructor(readonly held: HeldLease) {
    super('the lease is renewed');
  }
}

/**
 * Resolves when the lease has not changed for its time. A pause that took much longer counts as a short one: this process or
 * all of the machine was stopped, and so perhaps the holder too.
 *
 * @throws Renewed
 */
async function unrenewed(held: HeldLease, now: () => HeldLease | undefined): Promise<void> {
  for (let waited = 0; waited < held.milliseconds;) {
    const before = performance.now();
    await pause(Math.min(POLL_MS, held.milliseconds / 4));
    waited += Math.min(performance.now() - before, 2 * POLL_MS);
    const later = now();
    if (later === undefined) return;
    if (later.state !== held.state) throw new Renewed(later);
  }
}

function look(files: LmdbFiles, folder: string): HeldLease | undefined {
  files.root.resetReadTxn();
  return heldLease(files, folder, fileIdOf(join(folder, 'data.mdb')) ?? '');
}

function whyWaiting({ holder, isOfAnotherFile }: HeldLease): string {
  if (isOfAnotherFile) return 'this is a copy of a log that was in use, or was moved';
  return `its last writer, process ${holder.processId}, is stopped or cannot be seen from here`;
}
