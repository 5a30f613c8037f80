/** Verifies a log from its first commit: each commit against its hash, the commit before it, and the indexes. */
import { LogDamaged } from '../runtime/event-log/errors.js';
import { START, type Position } from '../runtime/event-log/event.js';
import type { EventStore } from '../runtime/event-log/event-store.js';
import { NO_HASH } from '../runtime/event-log/commits/hashed-commit.js';
import { CommandFailed, EXIT } from './exit-codes.js';
import type { Progress } from './progress.js';

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

/**
 * @param through verify only commits that end at or before it; default: the head at the start
 * @throws LogDamaged or CommandFailed that name the first position that does not fit; the signal's reason
 */
export async function verifyLog(
  store: EventStore,
  progress: Progress,
  signal: AbortSignal,
  through?: Position,
): Promise<VerifiedLog> {
  const head = await store.head();
  const end = through === undefined || through > head ? head : through;
  let verified: VerifiedLog = { commits: 0, position: START, hash: NO_HASH.toString('hex') };
  try {
    for await (const page of store.commits({ through: end })) {
      signal.throwIfAborted();
      // The last commit may begin before the end and extend beyond it.
      const within = page.filter(({ last }) => last <= end);
      const newest = within.at(-1);
      if (newest === undefined) continue;
      verified = { commits: verified.commits + within.length, position: newest.last, hash: newest.hash };
      progress.update({ fraction: verified.position / end, done: verified.position });
    }
  } catch (error) {
    if (signal.aborted || error instanceof LogDamaged) throw error;
    // The store cannot read further, for example because the structure of its file is broken.
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandFailed(
      `The log is damaged after position ${verified.position}: ${reason}. Restore it from a backup.`,
      EXIT.damaged,
      { cause: error },
    );
  }
  if (through === undefined && verified.position !== end)
    throw new LogDamaged(verified.position + 1, `the commits end before the head, which is ${end}`);
  return verified;
}

/** Reads the position and the hash of the head without verifying the commits before it. */
export async function readLogHead(store: EventStore): Promise<LogHead> {
  const head = await store.head();
  let hash = NO_HASH.toString('hex');
  if (head === START) return { position: head, hash };
  for await (const page of store.commits({ after: (head - 1) as Position, through: head }))
    hash = page.at(-1)?.hash ?? hash;
  return { position: head, hash };
}

/** The line that commands print. Two logs are the same up to that position when their lines are equal. */
export function formatLogHead({ position, hash }: LogHead): string {
  return `${position} ${hash}\n`;
}

/** @throws CommandFailed when a hash is expected and the log has another */
export function requireHash({ position, hash }: LogHead, expected: string | undefined): void {
  if (expected === undefined || hash === expected) return;
  throw new CommandFailed(
    `the log has the hash ${hash} at position ${position}, and not ${expected}, which was expected`,
    EXIT.damaged,
  );
}
