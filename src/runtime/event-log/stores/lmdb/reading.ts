/** Reads a log in LMDB: pages in either direction, by position or by tag. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  START,
  position,
  type Position,
  type Query,
  type Range,
  type StoredEvent,
  type Tag,
} from '../../event.js';
import { matches } from '../../query.js';
import { PAGE_SIZE } from '../../page.js';
import { decodeCommit, type DecodedCommit } from './commit-codec.js';
import type { LmdbFiles } from './lmdb-files.js';

/** So many commits are looked up at a time; between two times others get their turn. */
const STRIDE = 256;

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
  const span: Span = {
    query,
    after,
    through: through === undefined || through > head ? head : through,
    backwards,
  };
  let wanted = limit;
  let page: StoredEvent[] = [];
  for (const events of strides(files, span)) {
    for (const event of events) {
      if (wanted === 0) break;
      wanted -= 1;
      page.push(event);
      if (page.length === PAGE_SIZE) {
        yield page;
        page = [];
      }
    }
    if (wanted === 0) break;
    // A full page is worth handing out, a few events are worth gathering on; either way others get their turn.
    await nextTurn();
  }
  if (page.length > 0) yield page;
}

/** The first event that the query means after a position, forwards. */
export function firstMatch(
  files: LmdbFiles,
  query: Query,
  after: Position,
  through: Position,
): StoredEvent | undefined {
  for (const events of strides(files, { query, after, through, backwards: false })) {
    if (events[0] !== undefined) return events[0];
  }
  return undefined;
}

export function commitEndingAt({ commits }: LmdbFiles, last: Position): DecodedCommit {
  const bytes = commits.get(last);
  if (bytes === undefined) throw new Error(`no commit ends at position ${last}, though an index says so`);
  return decodeCommit(bytes);
}

/** What the span holds, a stride of commits at a time; a stride may hold no event that is meant. */
function* strides(files: LmdbFiles, span: Span): Iterable<readonly StoredEvent[]> {
  const tags = oneTagOfEachItem(span.query);
  let { after, through } = span;
  while (after < through) {
    const part = { ...span, after, through };
    const stride = tags === undefined ? allCommits(files, part) : taggedCommits(files, part, tags);
    yield stride.flatMap(({ events }) => inSpan(events, part));
    const end = stride.length < STRIDE ? undefined : stride.at(-1)?.commit;
    if (end === undefined) return;
    if (span.backwards) through = position(end.first - 1);
    else after = end.last;
  }
}

function inSpan(events: readonly StoredEvent[], { query, after, through, backwards }: Span): StoredEvent[] {
  const meant = events.filter(
    (event) => event.position > after && event.position <= through && matches(query, event),
  );
  return backwards ? meant.reverse() : meant;
}

/** The next commits of the span, whatever is in them. */
function allCommits({ commits }: LmdbFiles, span: Span): readonly DecodedCommit[] {
  if (!span.backwards) {
    const entries = commits.getRange({ start: position(span.after + 1), limit: STRIDE });
    return Array.from(entries, ({ value }) => decodeCommit(value)).filter(
      ({ commit }) => commit.first <= span.through,
    );
  }
  // The commit that holds `through` may end after it.
  const [newest] = commits.getKeys({ start: span.through, limit: 1 });
  if (newest === undefined) return [];
  const entries = commits.getRange({ start: newest, end: span.after, reverse: true, limit: STRIDE });
  return Array.from(entries, ({ value }) => decodeCommit(value));
}

/**
 * The next commits that hold an event with one of the tags. Each tag's list is read a stride at a
 * time, so a place in the log counts only once every list has been read up to it.
 */
function taggedCommits(files: LmdbFiles, span: Span, tags: readonly Tag[]): readonly DecodedCommit[] {
  const lists = tags.map((tag) => tagged(files, span, tag));
  const ends = lists.filter((list) => list.length === STRIDE).map((list) => list.at(-1) ?? START);
  const inOrder = [...new Set(lists.flat())].sort((one, other) =>
    span.backwards ? other - one : one - other,
  );
  const readUpTo = span.backwards ? Math.max(...ends, -Infinity) : Math.min(...ends, Infinity);
  return inOrder
    .filter((last) => (span.backwards ? last >= readUpTo : last <= readUpTo))
    .slice(0, STRIDE)
    .map((last) => commitEndingAt(files, last));
}

function tagged({ commits, tags }: LmdbFiles, span: Span, tag: Tag): readonly Position[] {
  if (!span.backwards) {
    return Array.from(tags.getValues(tag, { start: position(span.after + 1), limit: STRIDE }));
  }
  const [newest] = commits.getKeys({ start: span.through, limit: 1 });
  if (newest === undefined) return [];
  return Array.from(tags.getValues(tag, { start: newest, end: span.after, reverse: true, limit: STRIDE }));
}

/** One tag of each item narrows the search; an item without a tag can be met anywhere. */
function oneTagOfEachItem(query: Query): readonly Tag[] | undefined {
  const tags = new Set<Tag>();
  for (const item of query) {
    const [tag] = item.tags ?? [];
    if (tag === undefined) return undefined;
    tags.add(tag);
  }
  return [...tags];
}
