/** What a command has around it: the environment, the three streams, the clock, the app's contexts, and the wish that it end. */
import type { Readable, Writable } from 'node:stream';
import { OutputClosed } from './exit-codes.js';

export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** Aborted, with the reason to end with, once the command should end. */
  readonly interrupted: AbortSignal;
  /** Milliseconds from any beginning. */
  readonly now: () => number;
  /** The modules of the app whose log it is. */
  readonly contexts: () => Promise<readonly unknown[]>;
}

/**
 * Writes a command's result. Resolves once it has been taken, so that nothing is made faster than it is read.
 *
 * @throws NobodyReads; the reason to end with
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

/** Tells people what is not the result. */
export function printMessage({ stderr }: Terminal, line: string): void {
  stderr.write(`${line}\n`);
}
