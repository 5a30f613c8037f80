/** A stretch of the log taken in strides: as many whole commits as fit in memory, in either direction, each checked. */
import { LogDamaged } from '../../event-log/errors.js';
import { position, PAGE_SIZE, type Position, type Query, type StoredEvent } from '../../event-log/event.js';
import { matches, matchesEverything } from '../../event-log/query.js';
import { requireSuccession, type VerifiedCommit } from '../../event-log/commits/hashed-commit.js';
import type { Database, Statement } from './database.js';
import { SEARCH_ITEM, leaps, searchItems, type Way } from './search.js';
import { COMMIT_ROW, openCommit, type CommitRow } from './stored-commit.js';

/** So many commits, or about so many bytes of them, are in memory at a time; one commit may be more. */
const MAX_COMMITS = 256;
export const MAX_BYTES = 8 * 1024 * 1024;

/** Which events, with nothing left open. */
export interface Span {
  readonly query: Query;
  readonly after: Position;
  readonly through: Position;
  readonly backwards: boolean;
  /** No more of them than this are of interest. */
  readonly limit: number;
}

export interface Chunk {
  /** In the span's direction. */
  readonly commits: readonly VerifiedCommit[];
  /** Those of their events that the span means. There may be none. */
  readonly events: readonly StoredEvent[];
  /** Roughly what the commits take. */
  readonly bytes: number;
}

/** @throws LogDamaged at a commit that is not what was recorded, or is missing, after those before it */
export async function* chunks(database: Database, span: Span): AsyncIterable<Chunk> {
  const isScan = matchesEverything(span.query);
  let { after, through } = span;
  while (after < through) {
    const rest = { ...span, after, through };
    const { commits, bytes, fault } = await (isScan ? scan(database, rest) : list(database, rest));
    const events = [...eventsIn(commits, rest)];
    yield { commits, events, bytes };
    if (fault !== undefined) throw fault;
    const end = commits.at(-1);
    const isLast = !isScan && events.length < maxListed(span) && bytes < MAX_BYTES;
    if (end === undefined || isLast) return;
    if (span.backwards) through = position(end.first - 1);
    else after = end.last;
  }
}

function* eventsIn(commits: readonly VerifiedCommit[], span: Span): Iterable<StoredEvent> {
  const { query, after, through, backwards } = span;
  const isMeant = matchesEverything(query) ? () => true : (event: StoredEvent) => matches(query, event);
  for (const { events } of commits) {
    for (const event of backwards ? events.toReversed() : events) {
      if (event.position > after && event.position <= through && isMeant(event)) yield event;
    }
  }
}

interface Gathered {
  readonly commits: readonly VerifiedCommit[];
  readonly bytes: number;
  /** What is wrong with the commit after them. */
  readonly fault?: LogDamaged;
}

/** Every commit that touches the span. None is passed over unseen, so a gap is damage. */
async function scan(database: Database, span: Span): Promise<Gathered> {
  const { after, through, backwards, limit } = span;
  const statement = backwards ? SCAN_BACKWARDS : SCAN_FORWARDS;
  const missing = (): LogDamaged => new LogDamaged(backwards ? through : after + 1, 'no commit holds it');
  const requireNext = (commit: VerifiedCommit, before: VerifiedCommit | undefined): void => {
    if (before !== undefined) {
      if (backwards) requireSuccession(commit, before);
      else requireSuccession(before, commit);
    } else if (backwards ? commit.last < through : commit.first > after + 1) throw missing();
  };
  const values = [after, through, Math.min(limit, MAX_COMMITS)];
  const gathered = await gather(database, statement, values, requireNext);
  const isNone = gathered.commits.length === 0 && gathered.fault === undefined;
  return isNone ? { ...gathered, fault: missing() } : gathered;
}

/** The commits that hold what the query means. */
async function list(database: Database, span: Span): Promise<Gathered> {
  const items = searchItems(span.query, span.after, span.through);
  if (items.length === 0) return { commits: [], bytes: 0 };
  const statement = span.backwards ? LIST_BACKWARDS : LIST_FORWARDS;
  return gather(database, statement, [JSON.stringify(items), maxListed(span)]);
}

/** So many events are looked for at a time. */
function maxListed({ limit }: Span): number {
  return Math.min(limit, PAGE_SIZE);
}

async function gather(
  database: Database,
  statement: Statement,
  values: readonly unknown[],
  check: (commit: VerifiedCommit, before: VerifiedCommit | undefined) => void = () => undefined,
): Promise<Gathered> {
  const rows = await database.read<CommitRow & { readonly gathered: number }>(statement, values);
  const commits: VerifiedCommit[] = [];
  const bytes = rows.at(-1)?.gathered ?? 0;
  for (const row of rows) {
    try {
      const commit = openCommit(row);
      check(commit, commits.at(-1));
      commits.push(commit);
    } catch (fault) {
      if (fault instanceof LogDamaged) return { commits, bytes, fault };
      throw fault;
    }
  }
  return { commits, bytes };
}

/**
 * Of the commits that `near` gives, whole and in order, as many as fit.
 *
 * @param isInside what is known of a commit only once it is found
 */
function gathering(way: Way, near: string, isInside: string): string {
  const order = way === 'forwards' ? 'asc' : 'desc';
  return `select ${COMMIT_ROW}, gathered
    from (
      select *, (sum(bytes) over (order by last ${order}))::bigint as gathered from (${near}) as near
    ) as stride
    where gathered - bytes < ${MAX_BYTES} and ${isInside}
    order by last ${order}`;
}

const SCAN_FORWARDS: Statement = {
  name: 'scan forwards',
  text: gathering('forwards', 'select * from commits where last > $1 order by last limit $3', 'first <= $2'),
};

/** The commit that holds `through` may end after it. */
const SCAN_BACKWARDS: Statement = {
  name: 'scan backwards',
  text: gathering(
    'backwards',
    `select * from commits
      where last <= (select last from commits where last >= $2 order by last limit 1)
      order by last desc limit $3`,
    'last > $1',
  ),
};

const LIST_FORWARDS: Statement = { name: 'list forwards', text: listing('forwards') };
const LIST_BACKWARDS: Statement = { name: 'list backwards', text: listing('backwards') };

function listing(way: Way): string {
  const order = way === 'forwards' ? 'asc' : 'desc';
  const near = `select distinct on (last) holding.*
    from (
      select distinct place
      from json_to_recordset($1) as item (${SEARCH_ITEM}) cross join lateral ${leaps(way, '$2')} as leaped
      order by place ${order} limit $2
    ) as found
    cross join lateral (select * from commits where last >= place order by last limit 1) as holding`;
  return gathering(way, near, 'true');
}
