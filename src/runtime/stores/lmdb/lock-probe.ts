/**
 * Finds out whether LMDB's lock of writers can be had. A process that is stopped in the middle of a transaction keeps it, and the call
 * that waits for it is native and never returns, so another process tries.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';

/** More than a transaction takes, and than a process needs to start on a busy machine. */
const PROBE_TIMEOUT_MS = 10_000;

/** Takes the lock and gives it back: a transaction without a write changes nothing. */
const PROGRAM = `
const { open } = require(process.argv[1]);
const root = open({ path: process.argv[2], noSubdir: false, maxDbs: 8, overlappingSync: false });
root.transactionSync(() => undefined);
process.exit(0);
`;

/**
 * @returns false when another process keeps it for so long; true when it can be had, or when that cannot be found out
 */
export async function isLockFree(folder: string, milliseconds = PROBE_TIMEOUT_MS): Promise<boolean> {
  const lmdb = createRequire(import.meta.url).resolve('lmdb');
  const child = spawn(process.execPath, ['--eval', PROGRAM, '--', lmdb, folder], { stdio: 'ignore' });
  let isTimeUp = false;
  const timer = setTimeout(() => {
    isTimeUp = true;
    child.kill('SIGKILL');
  }, milliseconds);
  try {
    await once(child, 'exit');
  } catch {
    // It could not be started.
  } finally {
    clearTimeout(timer);
  }
  return !isTimeUp;
}
