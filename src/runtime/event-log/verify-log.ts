/** Verifies a log from its first commit: each commit against its hash, the commit before it, and the indexes. */
import { Problem } from '../http/kernel/problem.js';
import { NO_HASH } from './commits/hashed-commit.js';
import { LogDamaged } from './errors.js';
import { START, type Position, type RecordedCommit } from './event.js';

/** A position in a log that ends a commit, and the hash chain up to there. */
export interface LogHead {
  /** The position of the last event, which is also the number of events. */
  readonly position: Position;
  /** The hash of the commit that ends there, in hexadecimal; 64 zeros for an empty log. */
  readonly hash: string;
}

/** The verified part of a log. */
export interface VerifiedLog extends LogHead {
  readonly commits: number;
}

export const NOTHING_VERIFIED: VerifiedLog = { commits: 0, position: START, hash: NO_HASH.toString('hex') };

/** The store cannot read further, for example because the structure of its file is broken. */
export class LogUnreadable extends Error {
  /** @param position the last that was verified */
  constructor(
    readonly position: Position,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`The log is damaged after position ${position}: ${reason}. Restore it from a backup.`, { cause });
    this.name = 'LogUnreadable';
  }
}

export interface VerifyOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (verified: VerifiedLog) => void;
}

/**
 * @param pages of a store, from its first commit; they verify each commit as they are read
 * @param end only commits that end at or before it count
 * @throws Problem, as LogDamaged, which names the first position that does not fit; LogUnreadable; the signal's reason
 */
export async function verifyCommits(
  pages: AsyncIterable<readonly RecordedCommit[]>,
  end: Position,
  { signal, onProgress }: VerifyOptions,
): Promise<VerifiedLog> {
  let verified = NOTHING_VERIFIED;
  try {
    for await (const page of pages) {
      signal.throwIfAborted();
      // The last commit may begin before the end and extend beyond it.
      const within = page.filter(({ last }) => last <= end);
      const newest = within.at(-1);
      if (newest === undefined) continue;
      verified = { commits: verified.commits + within.length, position: newest.last, hash: newest.hash };
      onProgress(verified);
    }
  } catch (error) {
    if (signal.aborted || error instanceof Problem) throw error;
    throw new LogUnreadable(verified.position, error);
  }
  return verified;
}

/** @throws LogDamaged when the commits end before the head */
export function requireWhole({ position }: VerifiedLog, head: Position): void {
  if (position !== head)
    throw new LogDamaged(position + 1, `the commits end before the head, which is ${head}`);
}
