/** Verifying a log, and its head, for commands. */
import { START, type Position } from '../runtime/event-log/event.js';
import type { EventStore } from '../runtime/event-log/event-store.js';
import { NO_HASH } from '../runtime/event-log/commits/hashed-commit.js';
import {
  LogUnreadable,
  requireWhole,
  verifyCommits,
  type LogHead,
  type VerifiedLog,
} from '../runtime/event-log/verify-log.js';
import { CommandFailed, EXIT } from './exit-codes.js';
import type { Progress } from './progress.js';

export type { LogHead, VerifiedLog };

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
  try {
    const verified = await verifyCommits(store.commits({ through: end }), end, {
      signal,
      onProgress: ({ position }) => {
        progress.update({ fraction: position / end, done: position });
      },
    });
    if (through === undefined) requireWhole(verified, end);
    return verified;
  } catch (error) {
    if (!(error instanceof LogUnreadable)) throw error;
    throw new CommandFailed(error.message, EXIT.damaged, { cause: error.cause });
  }
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
