/** A commit with its hash, which covers its content and the hash of the commit before it: a log can be verified by itself. */
import { hash as digestOf } from 'node:crypto';
import { LogDamaged } from '../errors.js';
import {
  START,
  type Commit,
  type CommitContent,
  type NewCommit,
  type Position,
  type RecordedCommit,
} from '../event.js';
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
  /** What it was decoded from, where the store keeps commits in this form. */
  readonly bytes?: Buffer;
}

/** The bytes that commits were decoded from. Beside the commits: what users of the log see has no such member. */
const storedBytes = new WeakMap<RecordedCommit, Buffer>();

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
  return { ...content, hash, previous: bytes.subarray(HASH_LENGTH, 2 * HASH_LENGTH), bytes };
}

/**
 * The commit in the layout of `HashedCommit.bytes`.
 *
 * @param first where it must begin, as far as that is known: the position that the error names
 * @throws LogDamaged unless the bytes fit their hash
 */
export function verifyStored(bytes: Buffer, first = START): VerifiedCommit {
  const damaged = (): LogDamaged => new LogDamaged(first, 'the commit there does not fit its hash');
  if (bytes.length <= 2 * HASH_LENGTH) throw damaged();
  if (bytes.toString('latin1', 0, HASH_LENGTH) !== digestOf('sha256', bytes.subarray(HASH_LENGTH), 'binary'))
    throw damaged();
  const content = decodeContent(bytes.subarray(2 * HASH_LENGTH));
  return {
    ...content,
    hash: bytes.subarray(0, HASH_LENGTH),
    previous: bytes.subarray(HASH_LENGTH, 2 * HASH_LENGTH),
    bytes,
  };
}

/** The bytes of a commit that a store gave: those that it keeps, or the same made again from what it keeps. */
export function storedBytesOf(commit: RecordedCommit): Buffer {
  const known = storedBytes.get(commit);
  if (known !== undefined) return known;
  const { hash, bytes } = hashCommit(commit, commit.first, Buffer.from(commit.previous, 'hex'));
  if (hash.toString('hex') === commit.hash) return bytes;
  throw new Error(`the commit ${commit.id} was encoded by a version that this one does not encode alike`);
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
export function toRecordedCommit({ hash, previous, bytes, ...content }: VerifiedCommit): RecordedCommit {
  const commit = { ...content, hash: hash.toString('hex'), previous: previous.toString('hex') };
  if (bytes !== undefined) storedBytes.set(commit, bytes);
  return commit;
}
