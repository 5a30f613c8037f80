/** A commit with its hash, which covers its content and the hash of the commit before it: a log can be verified by itself. */
import { hash as digestOf } from 'node:crypto';
import { LogDamaged } from '../errors.js';
import type { Commit, CommitContent, NewCommit, Position, RecordedCommit } from '../event.js';
import { decodeContent, encodeContent } from './commit-encoding.js';

const HASH_LENGTH = 32;

/** What the first commit has in place of the hash of the one before it. */
export const NO_HASH: Buffer = Buffer.alloc(HASH_LENGTH);

export interface HashedCommit {
  readonly hash: Buffer;
  /** The hash, the one before it, and the content: 32 bytes, 32 bytes, the rest. */
  readonly bytes: Buffer;
}

export interface VerifiedCommit extends CommitContent {
  readonly hash: Buffer;
  readonly previous: Buffer;
  /** Its size as it is stored. */
  readonly bytes: number;
}

/** @throws Error when the commit cannot be encoded */
export function hashCommit(
  commit: Omit<NewCommit, 'condition'>,
  first: Position,
  previous: Buffer,
): HashedCommit {
  const content = encodeContent(commit, first);
  const bytes = Buffer.allocUnsafe(2 * HASH_LENGTH + content.length);
  bytes.set(previous, HASH_LENGTH);
  bytes.set(content, 2 * HASH_LENGTH);
  // Node makes a digest as text of one character a byte in half the time that it takes for a buffer.
  bytes.write(digestOf('sha256', bytes.subarray(HASH_LENGTH), 'binary'), 'latin1');
  return { hash: bytes.subarray(0, HASH_LENGTH), bytes };
}

/**
 * @param last where the commit should end
 * @param first where it begins, as far as that is known without its bytes: the position that the error names
 * @throws LogDamaged unless the bytes fit their hash, and the commit ends there
 */
export function verifyCommit(bytes: Buffer, last: Position, first = last): VerifiedCommit {
  const hash = bytes.subarray(0, HASH_LENGTH);
  if (hash.toString('latin1') !== digestOf('sha256', bytes.subarray(HASH_LENGTH), 'binary')) {
    throw new LogDamaged(first, `the commit that ends at ${last} does not fit its hash`);
  }
  const content = decodeContent(bytes.subarray(2 * HASH_LENGTH));
  if (content.last !== last)
    throw new LogDamaged(first, `a commit stands there that ends at ${content.last}`);
  return { ...content, hash, previous: bytes.subarray(HASH_LENGTH, 2 * HASH_LENGTH), bytes: bytes.length };
}

/** @throws LogDamaged unless the commit follows directly on the one before it; `undefined` is the beginning of the log */
export function requireSuccession(
  before: Pick<VerifiedCommit, 'last' | 'hash'> | undefined,
  commit: Pick<VerifiedCommit, 'first' | 'previous'>,
): void {
  const last = before?.last ?? 0;
  if (commit.first !== last + 1) {
    throw new LogDamaged(last + 1, `the commit after position ${last} begins at ${commit.first}`);
  }
  if (!commit.previous.equals(before?.hash ?? NO_HASH)) {
    throw new LogDamaged(commit.first, 'the commit that begins there does not follow on the one before it');
  }
}

/** The answer to the append that recorded the commit. */
export function toCommit({ id, first, last, time, fingerprint }: CommitContent): Commit {
  return {
    id,
    first,
    last,
    time,
    repeated: false,
    ...(fingerprint !== undefined && { fingerprint }),
  };
}

/** The commit as users of the log see it. */
export function toRecordedCommit(commit: VerifiedCommit): RecordedCommit {
  const { id, first, last, time, metadata, fingerprint, events, hash, previous } = commit;
  return {
    id,
    first,
    last,
    time,
    metadata,
    ...(fingerprint !== undefined && { fingerprint }),
    events,
    hash: hash.toString('hex'),
    previous: previous.toString('hex'),
  };
}
