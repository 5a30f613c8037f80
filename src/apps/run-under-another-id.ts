/**
 * Runs this program once more, in a child process, when its process id is taken in LMDB's reader table (see `ProcessIdTaken`).
 * A child has another id. This process passes signals on to it, and ends as it ends.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** In the environment of a child: how many processes before it found their ids taken. */
const ATTEMPTS = 'LEFTFOLD_TAKEN_IDS';
/** Each process id after the first is as likely to be free as any. */
const MAX_ATTEMPTS = 5;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * @returns the exit code of the child; undefined when this process is a child of too many already
 */
export async function runUnderAnotherId(): Promise<number | undefined> {
  const attempts = Number(process.env[ATTEMPTS] ?? 0);
  if (attempts >= MAX_ATTEMPTS) return undefined;
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [ATTEMPTS]: String(attempts + 1) },
  });
  const passOn = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  for (const signal of SIGNALS) process.removeAllListeners(signal).on(signal, passOn);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/** Ends a child in good order when its parent was killed. To be called once, at the start. */
export function endWithParent(): void {
  if (process.env[ATTEMPTS] === undefined || process.channel === undefined) return;
  process.channel.unref();
  process.once('disconnect', () => {
    process.kill(process.pid, 'SIGTERM');
  });
}
