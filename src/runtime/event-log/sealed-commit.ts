/** A commit under its hash, which covers what it says and the hash of the commit before it: so a log vouches for itself. */
import { hash as digestOf } from 'node:crypto';
import { decodeContent, encodeContent, type CommitContent } from './commit-content.js';
import { LogDamaged } from './errors.js';
import type { Commit, NewCommit, Position, RecordedCommit } from './event.js';

const HASH_LENGTH = 32;

/** What the first commit has in place of the hash of the one before it. */
export const NO_HASH: Buffer = Buffer.alloc(HASH_LENGTH);

export interface SealedCommit {
  readonly hash: Buffer;
  /** The hash, the one before it, and the content: 32 bytes, 32 bytes, the rest. */
  readonly bytes: Buffer;
}

export interface OpenedCommit extends CommitContent {
  readonly hash: Buffer;
  readonly previous: Buffer;
}

/** @throws Error when the commit cannot be encoded */
export function seal(commit: Omit<NewCommit, 'condition'>, first: Position, previous: Buffer): SealedCommit {
  const content = encodeContent(commit, first);
  const bytes = Buffer.allocUnsafeSlow(2 * HASH_LENGTH + content.length);
  previous.copy(bytes, HASH_LENGTH);
  content.copy(bytes, 2 * HASH_LENGTH);
  const hash = digestOf('sha256', bytes.subarray(HASH_LENGTH), 'buffer');
  hash.copy(bytes);
  return { hash, bytes };
}

/**
 * @param last where the commit should end
 * @param first where it begins, as far as that is known without it: what is in doubt when it is damaged
 * @throws LogDamaged unless the bytes are what was sealed, and the commit ends there
 */
export function unseal(bytes: Buffer, last: Position, first = last): OpenedCommit {
  const hash = bytes.subarray(0, HASH_LENGTH);
  if (!hash.equals(digestOf('sha256', bytes.subarray(HASH_LENGTH), 'buffer'))) {
    throw new LogDamaged(first, `the commit that ends at ${last} does not fit its hash`);
  }
  const content = decodeContent(bytes.subarray(2 * HASH_LENGTH));
  if (content.last !== last)
    throw new LogDamaged(first, `a commit stands there that ends at ${content.last}`);
  return { ...content, hash, previous: bytes.subarray(HASH_LENGTH, 2 * HASH_LENGTH) };
}

/** @throws LogDamaged unless the one commit follows on the other; `undefined` is the beginning of the log */
export function requireSuccession(
  before: Pick<OpenedCommit, 'last' | 'hash'> | undefined,
  commit: Pick<OpenedCommit, 'first' | 'previous'>,
): void {
  const last = before?.last ?? 0;
  if (commit.first !== last + 1) {
    throw new LogDamaged(last + 1, `the commit after position ${last} begins at ${commit.first}`);
  }
  if (!commit.previous.equals(before?.hash ?? NO_HASH)) {
    throw new LogDamaged(commit.first, 'the commit that begins there does not follow on the one before it');
  }
}

/** The answer to the append that recorded it. */
export function answerOf({ id, first, last, time, fingerprint }: CommitContent): Commit {
  return {
    id,
    first,
    last,
    time,
    repeated: false,
    ...(fingerprint !== undefined && { fingerprint }),
  };
}

/** The commit as the log's users see it. */
export function recordedOf({ hash, previous, ...content }: OpenedCommit): RecordedCommit {
  return { ...content, hash: hash.toString('hex'), previous: previous.toString('hex') };
}
