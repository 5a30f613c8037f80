/** Reads a log in LMDB: pages in either direction, by position or by query, and whole commits. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LogClosed, LogDamaged } from '../../event-log/errors.js';
import {
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
import { matches, matchesEverything } from '../../event-log/query.js';
import {
  toRecordedCommit,
  requireSuccession,
  verifyCommit,
  type VerifiedCommit,
} from '../../event-log/commits/hashed-commit.js';
import { cursorForQuery, type CommitCursor } from './index-cursors.js';
import { decoded, type LmdbFiles } from './lmdb-files.js';

/** So many commits, or so many events, are looked at in one go; between two goes others get their turn. */
const MAX_COMMITS = 256;
const MAX_EVENTS = 4_096;

/** Which events, with nothing left open. */
interface Span {
  readonly query: Query;
  readonly after: Position;
  readonly through: Position;
  readonly backwards: boolean;
}

/** Pages of what the query means, up to `head` at most. */
export async function* readPages(
  files: LmdbFiles,
  query: Query,
  { after = START, through, limit = Infinity, backwards = false }: Range,
  head: Position,
): AsyncIterable<readonly StoredEvent[]> {
  const span: Span = { query, after, through: atMost(head, through), backwards };
  let wanted = limit;
  let page: StoredEvent[] = [];
  for (const commits of chunks(files, span)) {
    for (const commit of commits) {
      for (const event of matchingIn(commit, span).slice(0, wanted)) {
        wanted -= 1;
        page.push(event);
        if (page.length === PAGE_SIZE) {
          yield page;
          page = [];
        }
      }
    }
    if (wanted === 0) break;
    // A full page is worth handing out, a few events are worth gathering on; either way others get their turn.
    await nextTurn();
  }
  if (page.length > 0) yield page;
}

function atMost(head: Position, through: Position | undefined): Position {
  return through === undefined || through > head ? head : through;
}

/** Where the first event stands that the query means in a part of the log. */
export function firstMatch(
  files: LmdbFiles,
  query: Query,
  after: Position,
  through: Position,
): Position | undefined {
  const span: Span = { query, after, through, backwards: false };
  for (const commits of chunks(files, span)) {
    for (const commit of commits) {
      const [first] = matchingIn(commit, span);
      if (first !== undefined) return first.position;
    }
  }
  return undefined;
}

/** Whole commits, a stride at a time; everything that the files say of them is held against each other. */
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
  const span: Span = { query: [{}], after: from, through: atMost(head, through), backwards: false };
  for (const commits of chunks(files, span)) {
    const sound: RecordedCommit[] = [];
    try {
      for (const commit of commits) {
        requireSuccession(before, commit);
        requireIndexed(files, commit);
        before = commit;
        sound.push(toRecordedCommit(commit));
      }
    } finally {
      if (sound.length > 0) yield sound;
    }
    await nextTurn();
  }
}

/** A reading that needs the files after they were closed is told that, and not what LMDB says of it. @throws LogClosed */
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

/** @throws LogDamaged at the first commit that does not fit, in itself, in its place or in an index */
export function requireEveryCommit(files: LmdbFiles, head: Position): void {
  let before: VerifiedCommit | undefined;
  for (const commits of chunks(files, { query: [{}], after: START, through: head, backwards: false })) {
    for (const commit of commits) {
      requireSuccession(before, commit);
      requireIndexed(files, commit);
      before = commit;
    }
  }
}

/** @throws LogDamaged when nothing ends there, or what does is not what was recorded */
export function commitEndingAt({ commits }: LmdbFiles, last: Position): VerifiedCommit {
  const bytes = commits.get(last);
  if (bytes === undefined) throw new LogDamaged(last, 'no commit ends there, though an index says so');
  return verifyCommit(bytes, last);
}

/** Where the commit of this id ends. @throws LogDamaged at the position in doubt, when the index says what can be none */
function endOf({ ids }: LmdbFiles, id: CommitId, inDoubt: Position): Position | undefined {
  const damaged = (): LogDamaged =>
    new LogDamaged(inDoubt, `the index of commit ids does not say where the commit ${id} ends`);
  const last = decoded(() => ids.get(id), damaged);
  if (last === undefined || Number.isSafeInteger(last)) return last;
  throw damaged();
}

/** The commit that was recorded under this id. */
export function commitOf(files: LmdbFiles, id: CommitId): VerifiedCommit | undefined {
  const last = endOf(files, id, START);
  if (last === undefined) return undefined;
  const commit = commitEndingAt(files, last);
  if (commit.id !== id) throw new LogDamaged(last, `the commit ${id} should end there, but another one does`);
  return commit;
}

/** What the span holds, a stride of commits at a time; a stride may hold no event that is meant. */
function* chunks(files: LmdbFiles, span: Span): Iterable<readonly VerifiedCommit[]> {
  const isScan = matchesEverything(span.query);
  const list = isScan ? undefined : cursorForQuery(files, span.query, span.backwards);
  let { after, through } = span;
  while (after < through) {
    const part = { ...span, after, through };
    const { commits, isLast } =
      list !== undefined
        ? listed(files, part, list)
        : span.backwards
          ? newest(files, part)
          : oldest(files, part);
    yield commits;
    const end = commits.at(-1);
    if (isLast || end === undefined) return;
    if (span.backwards) through = position(end.first - 1);
    else after = end.last;
  }
}

interface Chunk {
  readonly commits: readonly VerifiedCommit[];
  /** Nothing more follows on it. */
  readonly isLast: boolean;
}

/**
 * Gathers commits up to the stride's length, for as long as they touch the span. What stands before a damaged one
 * is given out first; the next stride begins with the damage.
 */
function gather(commits: Iterable<VerifiedCommit>, { after, through, backwards }: Span): Chunk {
  const gathered: VerifiedCommit[] = [];
  let events = 0;
  try {
    for (const commit of commits) {
      if (backwards ? commit.last <= after : commit.first > through)
        return { commits: gathered, isLast: true };
      gathered.push(commit);
      events += commit.events.length;
      if (gathered.length === MAX_COMMITS || events >= MAX_EVENTS)
        return { commits: gathered, isLast: false };
    }
  } catch (error) {
    if (gathered.length === 0) throw error;
    return { commits: gathered, isLast: false };
  }
  return { commits: gathered, isLast: true };
}

function oldest(files: LmdbFiles, span: Span): Chunk {
  return gather(inSuccession(files, span), span);
}

/** Every commit after a place. None is passed over unseen, so a gap between two is damage. */
function* inSuccession({ commits }: LmdbFiles, { after }: Span): Iterable<VerifiedCommit> {
  let before: VerifiedCommit | undefined;
  for (const { key, value } of commits.getRange({ start: position(after + 1) })) {
    const commit = verifyCommit(value, key, position((before?.last ?? after) + 1));
    if (before !== undefined) requireSuccession(before, commit);
    else if (commit.first > after + 1) throw new LogDamaged(after + 1, 'no commit holds it');
    before = commit;
    yield commit;
  }
}

function newest({ commits }: LmdbFiles, span: Span): Chunk {
  // The commit that holds `through` may end after it.
  const [end] = commits.getKeys({ start: span.through, limit: 1 });
  if (end === undefined) return { commits: [], isLast: true };
  const entries = commits.getRange({ start: end, reverse: true });
  return gather(
    entries.map(({ key, value }) => verifyCommit(value, key)),
    span,
  );
}

/** The commits that the list names. */
function listed(files: LmdbFiles, span: Span, list: CommitCursor): Chunk {
  return gather(named(files, span, list), span);
}

function* named(
  files: LmdbFiles,
  { after, through, backwards }: Span,
  list: CommitCursor,
): Iterable<VerifiedCommit> {
  const [end] = backwards ? files.commits.getKeys({ start: through, limit: 1 }) : [position(after + 1)];
  let from = end;
  while (from !== undefined) {
    const last = list.seek(from);
    if (last === undefined) return;
    const commit = commitEndingAt(files, last);
    yield commit;
    from = backwards ? position(commit.first - 1) : position(last + 1);
  }
}

/** The events of a commit that the span means, in its direction. */
function matchingIn({ first, last, events }: VerifiedCommit, span: Span): readonly StoredEvent[] {
  const { query, after, through, backwards } = span;
  const isWhole = first > after && last <= through;
  const inside = isWhole
    ? events
    : events.slice(Math.max(0, after + 1 - first), Math.max(0, through + 1 - first));
  const meant = matchesEverything(query) ? inside : inside.filter((event) => matches(query, event));
  return backwards ? meant.toReversed() : meant;
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
