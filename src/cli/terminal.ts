/** The environment of a command: variables, streams, clock, the app's contexts, and the signal that interrupts it. */
import type { Readable, Writable } from 'node:stream';
import { OutputClosed } from './exit-codes.js';

export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** Aborted when the command should stop; its reason is the error to stop with. */
  readonly interrupted: AbortSignal;
  /** Monotonic time in milliseconds, from an arbitrary origin. */
  readonly now: () => number;
  /** Loads the Nest modules of the app's bounded contexts. Absent where there is no app, as in the installed package. */
  readonly contexts?: (() => Promise<readonly unknown[]>) | undefined;
  /** Runs the command once more under another process id; resolves to its exit code. */
  readonly runUnderAnotherId?: () => Promise<number | undefined>;
}

/**
 * Writes a command's result to stdout. Resolves once the stream has taken it, which gives back-pressure.
 *
 * @throws OutputClosed when the reader has closed the pipe; the reason of `interrupted` when that is aborted
 */
export async function printResult({ stdout, interrupted }: Terminal, text: string): Promise<void> {
  interrupted.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const abort = (): void => {
      reject(interrupted.reason as Error);
    };
    interrupted.addEventListener('abort', abort, { once: true });
    stdout.write(text, (error: NodeJS.ErrnoException | null | undefined) => {
      interrupted.removeEventListener('abort', abort);
      if (!error) resolve();
      else reject(error.code === 'EPIPE' ? new OutputClosed() : error);
    });
  });
}

/** Writes a line that is not part of the result to stderr. */
export function printMessage({ stderr }: Terminal, line: string): void {
  stderr.write(`${line}\n`);
}
