/** Walks a log from its first commit on, each held against its hash, the one before it and the indexes. */
import { LogDamaged } from '../runtime/event-log/errors.js';
import { START, type Position } from '../runtime/event-log/event.js';
import type { EventStore } from '../runtime/event-log/event-store.js';
import { NO_HASH } from '../runtime/event-log/commits/hashed-commit.js';
import { CommandFailed, EXIT } from './exit-codes.js';
import type { Progress } from './progress.js';

/** What of a log fits. */
export interface VerifiedLog {
  readonly commits: number;
  /** The position of the last event, which is also how many there are. */
  readonly position: Position;
  /** Of the commit that ends there, in hexadecimal; 64 zeros before the first. */
  readonly hash: string;
}

/**
 * @param through only commits that end up to it; default: the head when the walk begins
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
  let walked: VerifiedLog = { commits: 0, position: START, hash: NO_HASH.toString('hex') };
  try {
    for await (const page of store.commits({ through: end })) {
      signal.throwIfAborted();
      // The last one may begin before the end and stand beyond it.
      const within = page.filter(({ last }) => last <= end);
      const newest = within.at(-1);
      if (newest === undefined) continue;
      walked = { commits: walked.commits + within.length, position: newest.last, hash: newest.hash };
      progress.update({ fraction: walked.position / end, done: walked.position });
    }
  } catch (error) {
    if (signal.aborted || error instanceof LogDamaged) throw error;
    // The store cannot even read on, as when the file's own structure is broken.
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandFailed(
      `The log is damaged after position ${walked.position}: ${reason}. Restore it from a backup.`,
      EXIT.damaged,
      { cause: error },
    );
  }
  return walked;
}

/** The hash of the last commit, without a walk. */
export async function readLogHead(store: EventStore): Promise<Pick<VerifiedLog, 'position' | 'hash'>> {
  const head = await store.head();
  let hash = NO_HASH.toString('hex');
  if (head === START) return { position: head, hash };
  for await (const page of store.commits({ after: (head - 1) as Position, through: head }))
    hash = page.at(-1)?.hash ?? hash;
  return { position: head, hash };
}

/** How a position and its hash are printed: two logs are the same up to there when these lines are. */
export function formatLogHead({ position, hash }: Pick<VerifiedLog, 'position' | 'hash'>): string {
  return `${position} ${hash}\n`;
}

/** @throws CommandFailed unless the log has the hash that was expected */
export function requireHash(
  { position, hash }: Pick<VerifiedLog, 'position' | 'hash'>,
  expected: string | undefined,
): void {
  if (expected === undefined || hash === expected) return;
  throw new CommandFailed(
    `the log has the hash ${hash} at position ${position}, and not ${expected}, which was expected`,
    EXIT.damaged,
  );
}
