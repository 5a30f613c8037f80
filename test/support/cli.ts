/** Runs the built command line as a user would, in a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Ended, Environment } from './server.js';

export const LEFTFOLD = join(import.meta.dirname, '..', '..', 'bin', 'leftfold.mjs');

export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface RunOptions {
  readonly environment?: Environment;
  /** Megabytes that JavaScript objects may take. */
  readonly heap?: number;
  readonly cwd?: string;
  /** What it reads; without it, nothing. */
  readonly stdin?: string | Buffer;
  /** A command that runs it, such as `unshare`. */
  readonly within?: readonly string[];
}

/** Starts it, with its standard input open. */
export function start(
  words: readonly string[],
  { environment, heap, cwd, within = [] }: RunOptions = {},
): Running {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(LEFTFOLD_|NODE_OPTIONS$|JEST_)/.test(name),
  );
  const options = heap === undefined ? [] : [`--max-old-space-size=${heap}`];
  const [program, ...rest] = [...within, process.execPath, ...options, LEFTFOLD, ...words];
  const child = spawn(program ?? process.execPath, rest, {
    env: { ...Object.fromEntries(inherited), NO_COLOR: '1', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => undefined); // it may end before it has read everything
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    stdout: Buffer.concat(out).toString(),
    stderr: Buffer.concat(err).toString(),
  }));
  return { process: child, ended };
}

/** Runs it until it ends. */
export async function leftfold(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { process: child, ended } = start(words, options);
  child.stdin?.end(options.stdin);
  return ended;
}

/** Runs it until it ends, which it must do well. Resolves to what it printed. */
export async function printed(words: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await leftfold(words, options);
  if (code !== 0) throw new Error(`leftfold ${words.join(' ')} ended with ${String(code)}: ${stderr}`);
  return stdout;
}
