/** Reads a log in LMDB: pages of events, whole commits, the commit of an id. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ConditionTooCostly, LogClosed, LogDamaged } from '../../event-log/errors.js';
import {
  EVERYTHING,
  START,
  position,
  PAGE_SIZE,
  type CommitId,
  type Position,
  type Query,
  type Range,
  type RecordedCommit,
  type StoredEvent,
} from '../../event-log/event.js';
import {
  toRecordedCommit,
  requireSuccession,
  verifyCommit,
  type VerifiedCommit,
} from '../../event-log/commits/hashed-commit.js';
import type { ConditionSearch } from '../condition-search.js';
import { matchingEvents, spanOf } from '../read-span.js';
import { keysOf } from './commit-entries.js';
import { IndexSum } from './index-sum.js';
import { IndexedCommits } from './indexed-commits.js';
import { decoded, type LmdbFiles } from './lmdb-files.js';
import { MAX_CHUNK_BYTES, commitEndingAt, readChunks } from './read-chunks.js';

/** Pages of the events that match the query, up to `head` at most. */
export async function* readPages(
  files: LmdbFiles,
  query: Query,
  range: Range,
  head: Position,
): AsyncIterable<readonly StoredEvent[]> {
  const span = spanOf(query, range, head);
  let remaining = span.limit;
  let page: StoredEvent[] = [];
  /** Size of the commits that the page comes from. */
  let bytes = 0;
  for (const commits of readChunks(files, span)) {
    for (const commit of commits) {
      bytes += commit.bytes?.length ?? 0;
      for (const event of matchingEvents(commit, span).slice(0, remaining)) {
        remaining -= 1;
        page.push(event);
        if (page.length === PAGE_SIZE) {
          yield page;
          [page, bytes] = [[], 0];
        }
      }
    }
    if (remaining === 0) break;
    // A page that is not full waits for the next chunk, unless it is large already; other work gets a turn before it.
    if (bytes >= MAX_CHUNK_BYTES) {
      if (page.length > 0) yield page;
      [page, bytes] = [[], 0];
    }
    await nextTurn();
  }
  if (page.length > 0) yield page;
}

/** Whole commits that hold events of the range that match, up to `head` at most, a chunk at a time. */
export async function* readCommitsWith(
  files: LmdbFiles,
  query: Query,
  range: Range,
  head: Position,
): AsyncIterable<readonly RecordedCommit[]> {
  const span = spanOf(query, range, head);
  let remaining = span.limit;
  for (const commits of readChunks(files, span)) {
    const found: RecordedCommit[] = [];
    for (const commit of commits) {
      if (remaining <= 0) break;
      const count = matchingEvents(commit, span).length;
      if (count === 0) continue;
      remaining -= count;
      found.push(toRecordedCommit(commit));
    }
    if (found.length > 0) yield found;
    if (remaining <= 0) return;
    await nextTurn();
  }
}

/** Chunks that are searched for an event that breaks a condition: up to 2,000,000 entries of indexes, while later appends wait. */
const MAX_CONDITION_CHUNKS = 100;

/**
 * The position of the first event after another one that matches the query. Yields after each chunk, for other work to get a turn.
 *
 * @throws ConditionTooCostly when it is not found in as many chunks as may be searched
 */
export function* findMatch(
  files: LmdbFiles,
  query: Query,
  after: Position,
  head: Position,
  maxChunks = MAX_CONDITION_CHUNKS,
): ConditionSearch {
  const span = spanOf(query, { after }, head);
  let chunks = 0;
  for (const commits of readChunks(files, span)) {
    if (chunks === maxChunks) throw new ConditionTooCostly();
    if (chunks > 0) yield;
    chunks += 1;
    for (const commit of commits) {
      const [first] = matchingEvents(commit, span);
      if (first !== undefined) return first.position;
    }
  }
  return undefined;
}

/**
 * Whole commits, a chunk at a time, each checked against the one before it and against the indexes. A walk over all of the log
 * also finds index entries that belong to no commit.
 */
export async function* readCommits(
  files: LmdbFiles,
  { after = START, through }: Pick<Range, 'after' | 'through'>,
  head: Position,
): AsyncIterable<readonly RecordedCommit[]> {
  let before: VerifiedCommit | undefined;
  const next = position(after + 1);
  const [entry] = files.commits.getRange({ start: next, limit: 1 });
  const start = entry && verifyCommit(entry.value, entry.key, next).first;
  if (start !== undefined && start > 1) before = commitEndingAt(files, position(start - 1));
  const from = start === undefined ? after : position(start - 1);
  const span = spanOf(EVERYTHING, { after: from, ...(through !== undefined && { through }) }, head);
  const indexed = new IndexedCommits(files);
  for (const commits of readChunks(files, span)) {
    const sound: RecordedCommit[] = [];
    try {
      for (const commit of commits) {
        requireSuccession(before, commit);
        requireIndexed(files, commit);
        indexed.add(commit);
        before = commit;
        sound.push(toRecordedCommit(commit));
      }
    } finally {
      if (sound.length > 0) yield sound;
    }
    await nextTurn();
  }
  if (from !== START || span.through < head) return;
  const slices = indexed.requireNoOthers(head)[Symbol.iterator]();
  while (slices.next().done !== true) await nextTurn();
}

/** Makes a read that fails because the files were closed meanwhile fail with `LogClosed`, whatever LMDB says. */
export async function* whileOpen<Page>(
  isClosed: () => boolean,
  read: () => AsyncIterable<Page>,
): AsyncIterable<Page> {
  if (isClosed()) throw new LogClosed();
  try {
    yield* read();
  } catch (error) {
    throw isClosed() ? new LogClosed() : error;
  }
}

/**
 * @returns the sum over the indexes
 * @throws LogDamaged at the first commit that is damaged, out of its place, or missing in an index; at an index entry without a commit
 */
export function requireEveryCommit(files: LmdbFiles, head: Position): IndexSum {
  let before: VerifiedCommit | undefined;
  const sum = IndexSum.ofNothing();
  const indexed = new IndexedCommits(files);
  for (const commits of readChunks(files, spanOf(EVERYTHING, {}, head))) {
    for (const commit of commits) {
      requireSuccession(before, commit);
      requireIndexed(files, commit);
      indexed.add(commit);
      sum.addCommit({ ...keysOf(commit), id: commit.id, last: commit.last });
      before = commit;
    }
  }
  Array.from(indexed.requireNoOthers(head));
  return sum;
}

/** The commit that was recorded under this id. @throws LogDamaged */
export function commitWithId(files: LmdbFiles, id: CommitId): VerifiedCommit | undefined {
  const last = endOf(files, id, START);
  if (last === undefined) return undefined;
  const commit = commitEndingAt(files, last);
  if (commit.id !== id) throw new LogDamaged(last, `the commit ${id} should end there, but another one does`);
  return commit;
}

/** Where the commit of this id ends. @throws LogDamaged with the position `inDoubt` when the index entry is not a position */
function endOf({ ids }: LmdbFiles, id: CommitId, inDoubt: Position): Position | undefined {
  const damaged = (): LogDamaged =>
    new LogDamaged(inDoubt, `the index of commit ids does not say where the commit ${id} ends`);
  const last = decoded(() => ids.get(id), damaged);
  if (last === undefined || Number.isSafeInteger(last)) return last;
  throw damaged();
}

/** @throws LogDamaged unless every index leads to the commit */
function requireIndexed(files: LmdbFiles, { id, first, last, events }: VerifiedCommit): void {
  const { tags, types } = files;
  const missing = (what: string): LogDamaged =>
    new LogDamaged(first, `the index of ${what} does not lead to the commit ${id}`);
  if (endOf(files, id, first) !== last) throw missing('commit ids');
  for (const type of new Set(events.map((event) => event.type))) {
    if (!types.doesExist(type, last)) throw missing(`events of type ${type}`);
  }
  for (const tag of new Set(events.flatMap((event) => event.tags))) {
    if (!tags.doesExist(tag, last)) throw missing(`events with the tag ${tag}`);
  }
}
