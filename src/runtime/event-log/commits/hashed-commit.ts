/** A commit under its hash, which covers what it says and the hash of the commit before it: so a log vouches for itself. */
import { hash as digestOf } from 'node:crypto';
import { LAYOUT, decodeContent, encodeContent, type CommitContent } from './commit-encoding.js';
import { LogDamaged } from '../errors.js';
import type { Commit, Position, RecordedCommit } from '../event.js';
import { writeSingleEvent, type CommitToEncode } from './single-event-encoder.js';

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
}

/** @throws Error when the commit cannot be encoded */
export function hashCommit(commit: CommitToEncode, first: Position, previous: Buffer): HashedCommit {
  const bytes = withContent(commit, first);
  bytes.set(previous, HASH_LENGTH);
  // As text of one character a byte: that is made in half the time of a buffer.
  bytes.write(digestOf('sha256', bytes.subarray(HASH_LENGTH), 'binary'), 'latin1');
  return { hash: bytes.subarray(0, HASH_LENGTH), bytes };
}

/** Most commits are small, and to make a buffer takes longer than to fill it: so they share one. */
const SLAB = 64 * 1024;
const MAX_SLAB_SHARE = SLAB / 8;
let slab = Buffer.allocUnsafeSlow(SLAB);
let used = 0;

/** The content, behind room for the two hashes. */
function withContent(commit: CommitToEncode, first: Position): Buffer {
  if (used + MAX_SLAB_SHARE > SLAB) {
    slab = Buffer.allocUnsafeSlow(SLAB);
    used = 0;
  }
  const begins = used;
  const start = begins + 2 * HASH_LENGTH;
  const end = writeSingleEvent(slab, { start, end: begins + MAX_SLAB_SHARE }, commit, {
    layout: LAYOUT,
    first,
  });
  if (end !== undefined) {
    used = end;
    return slab.subarray(begins, end);
  }
  const content = encodeContent(commit, first);
  const length = 2 * HASH_LENGTH + content.length;
  const bytes =
    length > MAX_SLAB_SHARE ? Buffer.allocUnsafeSlow(length) : slab.subarray(begins, begins + length);
  if (length <= MAX_SLAB_SHARE) used += length;
  bytes.set(content, 2 * HASH_LENGTH);
  return bytes;
}

/**
 * @param last where the commit should end
 * @param first where it begins, as far as that is known without it: what is in doubt when it is damaged
 * @throws LogDamaged unless the bytes are what was sealed, and the commit ends there
 */
export function verifyCommit(bytes: Buffer, last: Position, first = last): VerifiedCommit {
  const hash = bytes.subarray(0, HASH_LENGTH);
  if (hash.toString('latin1') !== digestOf('sha256', bytes.subarray(HASH_LENGTH), 'binary')) {
    throw new LogDamaged(first, `the commit that ends at ${last} does not fit its hash`);
  }
  const content = decodeContent(bytes.subarray(2 * HASH_LENGTH));
  if (content.last !== last)
    throw new LogDamaged(first, `a commit stands there that ends at ${content.last}`);
  return { ...content, hash, previous: bytes.subarray(HASH_LENGTH, 2 * HASH_LENGTH) };
}

/** @throws LogDamaged unless the one commit follows on the other; `undefined` is the beginning of the log */
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
export function recordedOf({ hash, previous, ...content }: VerifiedCommit): RecordedCommit {
  return { ...content, hash: hash.toString('hex'), previous: previous.toString('hex') };
}
