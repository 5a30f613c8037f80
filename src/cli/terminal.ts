/** What a command has around it: the environment, the three streams, the clock, and the wish that it end. */
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  /** Aborted, with the reason to end with, once the command should end. */
  readonly interrupted: AbortSignal;
  /** Milliseconds from any beginning. */
  readonly now: () => number;
}

/** Writes a command's result. Resolves once there is room for more. @throws the reason to end with */
export async function print({ stdout, interrupted }: Terminal, text: string): Promise<void> {
  interrupted.throwIfAborted();
  if (stdout.write(text)) return;
  try {
    await once(stdout, 'drain', { signal: interrupted });
  } catch (error) {
    // A stream that fails tells `interrupted` too, which knows what that means.
    interrupted.throwIfAborted();
    throw error;
  }
}

/** Tells people what is not the result. */
export function say({ stderr }: Terminal, line: string): void {
  stderr.write(`${line}\n`);
}
