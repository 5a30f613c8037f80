/** Reads the commits of a span in chunks, so that a long read can pause between two of them. Each commit is checked. */
import { LogDamaged } from '../../event-log/errors.js';
import { position, type Position, type Query } from '../../event-log/event.js';
import { matchesEverything } from '../../event-log/query.js';
import {
  requireSuccession,
  verifyCommit,
  type VerifiedCommit,
} from '../../event-log/commits/hashed-commit.js';
import type { ReadSpan } from '../read-span.js';
import { SearchPaused, cursorForQuery, type CommitCursor, type SearchBudget } from './index-cursors.js';
import type { LmdbFiles } from './lmdb-files.js';

/** A chunk ends with the commit that reaches any of them. */
const MAX_CHUNK_COMMITS = 256;
const MAX_CHUNK_EVENTS = 4_096;
/** Of commits as they are stored. 256 commits may have a mebibyte each, and more when they are not appended over HTTP. */
export const MAX_CHUNK_BYTES = 1024 * 1024;
/** Of the indexes: some 5 ms of searching. */
const MAX_CHUNK_ENTRIES = 20_000;

/**
 * The commits that may hold events of the span, in its direction. A chunk may hold no matching event, and no commit at all when
 * the search for the next one takes longer than a chunk may.
 *
 * @throws LogDamaged at a damaged commit, after the chunk of those before it
 */
export function* readChunks(files: LmdbFiles, span: ReadSpan): Iterable<readonly VerifiedCommit[]> {
  const budget: SearchBudget = { left: 0 };
  const readChunk = chunkReader(files, span, budget);
  let { after, through } = span;
  while (after < through) {
    budget.left = MAX_CHUNK_ENTRIES;
    const { commits, isLast } = readChunk({ ...span, after, through });
    yield commits;
    if (isLast) return;
    const end = commits.at(-1);
    if (end === undefined) continue;
    if (span.backwards) through = position(end.first - 1);
    else after = end.last;
  }
}

interface Chunk {
  readonly commits: readonly VerifiedCommit[];
  /** No chunk follows. */
  readonly isLast: boolean;
}

/** A scan where every event matches, else a search in the indexes. */
function chunkReader(
  files: LmdbFiles,
  { query, backwards }: ReadSpan,
  budget: SearchBudget,
): (rest: ReadSpan) => Chunk {
  if (!matchesEverything(query)) {
    const cursor = cursorForQuery(files, query, backwards, budget);
    return (rest) => takeChunk(foundBy(cursor, files, rest), rest);
  }
  return backwards
    ? (rest) => takeChunk(scanBackwards(files, rest), rest)
    : (rest) => takeChunk(scanForwards(files, rest), rest);
}

/** Commits up to the end of the span, or of the chunk. An error ends a chunk; the next one begins with it. */
function takeChunk(commits: Iterable<VerifiedCommit>, { after, through, backwards }: ReadSpan): Chunk {
  const taken: VerifiedCommit[] = [];
  let [events, bytes] = [0, 0];
  try {
    for (const commit of commits) {
      if (backwards ? commit.last <= after : commit.first > through) return { commits: taken, isLast: true };
      taken.push(commit);
      events += commit.events.length;
      bytes += commit.bytes?.length ?? 0;
      const isFull =
        taken.length === MAX_CHUNK_COMMITS || events >= MAX_CHUNK_EVENTS || bytes >= MAX_CHUNK_BYTES;
      if (isFull) return { commits: taken, isLast: false };
    }
  } catch (error) {
    if (taken.length === 0 && !(error instanceof SearchPaused)) throw error;
    return { commits: taken, isLast: false };
  }
  return { commits: taken, isLast: true };
}

/** Every commit after a position: a gap between two is damage, and so is an end before the end of the span. */
function* scanForwards({ commits }: LmdbFiles, { after, through }: ReadSpan): Iterable<VerifiedCommit> {
  let before: VerifiedCommit | undefined;
  for (const { key, value } of commits.getRange({ start: position(after + 1) })) {
    const commit = verifyCommit(value, key, position((before?.last ?? after) + 1));
    if (before !== undefined) requireSuccession(before, commit);
    else if (commit.first > after + 1) throw new LogDamaged(after + 1, 'no commit holds it');
    before = commit;
    yield commit;
  }
  const end = before?.last ?? after;
  if (end < through) throw new LogDamaged(end + 1, 'the commits end before the head of the log');
}

/** Every commit from a position back, as strictly as `scanForwards`. */
function* scanBackwards({ commits }: LmdbFiles, { after, through }: ReadSpan): Iterable<VerifiedCommit> {
  // The commit that holds `through` may end after it.
  const [end] = commits.getKeys({ start: through, limit: 1 });
  if (end === undefined) throw new LogDamaged(through, 'the commits end before the head of the log');
  let next: Position = through;
  for (const { key, value } of commits.getRange({ start: end, reverse: true })) {
    const commit = verifyCommit(value, key);
    if (commit.last < next || commit.first > next) throw new LogDamaged(next, 'no commit holds it');
    next = position(commit.first - 1);
    yield commit;
  }
  if (next > after) throw new LogDamaged(next, 'no commit holds it');
}

function* foundBy(
  cursor: CommitCursor,
  files: LmdbFiles,
  { query, after, through, backwards }: ReadSpan,
): Iterable<VerifiedCommit> {
  const [end] = backwards ? files.commits.getKeys({ start: through, limit: 1 }) : [position(after + 1)];
  let from = end;
  while (from !== undefined) {
    const last = cursor.seek(from);
    if (last === undefined) return;
    const commit = commitEndingAt(files, last);
    if (!isIndexed(query, commit))
      throw new LogDamaged(last, 'an index leads to the commit there, which holds nothing of it');
    yield commit;
    from = backwards ? position(commit.first - 1) : position(last + 1);
  }
}

/** Whether the indexes lead to the commit by this query: its events have the types and tags of an item, if not one of them all. */
function isIndexed(query: Query, { events }: VerifiedCommit): boolean {
  return query.some(
    ({ types, tags }) =>
      (types === undefined || events.some(({ type }) => types.includes(type))) &&
      (tags === undefined || tags.every((tag) => events.some((event) => event.tags.includes(tag)))),
  );
}

/** @throws LogDamaged when no commit ends there, or it is not what was recorded */
export function commitEndingAt({ commits }: LmdbFiles, last: Position): VerifiedCommit {
  const bytes = commits.get(last);
  if (bytes === undefined) throw new LogDamaged(last, 'no commit ends there, though an index says so');
  return verifyCommit(bytes, last);
}
