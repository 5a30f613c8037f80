/** Selects the commits of a span in chunks that fit in memory. Each commit is checked. */
import { LogDamaged } from '../../event-log/errors.js';
import { PAGE_SIZE, position, type StoredEvent } from '../../event-log/event.js';
import { matchesEverything } from '../../event-log/query.js';
import { requireSuccession, type VerifiedCommit } from '../../event-log/commits/hashed-commit.js';
import { matchingEvents, type ReadSpan } from '../read-span.js';
import type { Database, Statement } from './database.js';
import { SEARCH_ITEM_COLUMNS, indexSearch, searchItems, type Direction } from './index-search.js';
import { COMMIT_ROW_COLUMNS, commitFromRow, type CommitRow } from './commit-row.js';

/** A chunk has so many commits at most, and ends with the commit that reaches this size. */
const MAX_CHUNK_COMMITS = 256;
export const MAX_CHUNK_BYTES = 8 * 1024 * 1024;

export interface CommitChunk {
  /** In the span's direction. */
  readonly commits: readonly VerifiedCommit[];
  /** The events of these commits that match. There may be none. */
  readonly events: readonly StoredEvent[];
  /** Roughly the size of the commits. */
  readonly bytes: number;
}

/** @throws LogDamaged at a commit that is damaged or missing, after the chunk of those before it */
export async function* selectChunks(database: Database, span: ReadSpan): AsyncIterable<CommitChunk> {
  const isScan = matchesEverything(span.query);
  let { after, through } = span;
  while (after < through) {
    const rest = { ...span, after, through };
    const { commits, bytes, fault } = await (isScan ? scan(database, rest) : search(database, rest));
    const events = commits.flatMap((commit) => matchingEvents(commit, rest));
    yield { commits, events, bytes };
    if (fault !== undefined) throw fault;
    const end = commits.at(-1);
    const isLast = !isScan && events.length < searchLimit(span) && bytes < MAX_CHUNK_BYTES;
    if (end === undefined || isLast) return;
    if (span.backwards) through = position(end.first - 1);
    else after = end.last;
  }
}

interface SelectedCommits {
  readonly commits: readonly VerifiedCommit[];
  readonly bytes: number;
  /** What is wrong with the commit after them. */
  readonly fault?: LogDamaged;
}

/** Every commit that overlaps the span. A gap between two is damage. */
async function scan(database: Database, span: ReadSpan): Promise<SelectedCommits> {
  const { after, through, backwards, limit } = span;
  const statement = backwards ? SCAN_BACKWARDS : SCAN_FORWARDS;
  const missing = (): LogDamaged => new LogDamaged(backwards ? through : after + 1, 'no commit holds it');
  const requireNext = (commit: VerifiedCommit, before: VerifiedCommit | undefined): void => {
    if (before !== undefined) {
      if (backwards) requireSuccession(commit, before);
      else requireSuccession(before, commit);
    } else if (backwards ? commit.last < through : commit.first > after + 1) throw missing();
  };
  const values = [after, through, Math.min(limit, MAX_CHUNK_COMMITS)];
  const selected = await selectCommitRows(database, statement, values, requireNext);
  const isNone = selected.commits.length === 0 && selected.fault === undefined;
  return isNone ? { ...selected, fault: missing() } : selected;
}

/** The commits that hold matching events. */
async function search(database: Database, span: ReadSpan): Promise<SelectedCommits> {
  const items = searchItems(span.query, span.after, span.through);
  if (items.length === 0) return { commits: [], bytes: 0 };
  const statement = span.backwards ? SEARCH_BACKWARDS : SEARCH_FORWARDS;
  return selectCommitRows(database, statement, [JSON.stringify(items), searchLimit(span)]);
}

/** How many events are searched for at a time. */
function searchLimit({ limit }: ReadSpan): number {
  return Math.min(limit, PAGE_SIZE);
}

async function selectCommitRows(
  database: Database,
  statement: Statement,
  values: readonly unknown[],
  check: (commit: VerifiedCommit, before: VerifiedCommit | undefined) => void = () => undefined,
): Promise<SelectedCommits> {
  const rows = await database.read<CommitRow & { readonly total_bytes: number }>(statement, values);
  const commits: VerifiedCommit[] = [];
  const bytes = rows.at(-1)?.total_bytes ?? 0;
  for (const row of rows) {
    try {
      const commit = commitFromRow(row);
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
 * As many of the commits that `candidates` selects as fit in a chunk, in order.
 *
 * @param isInside condition on each of them
 */
function chunkOf(direction: Direction, candidates: string, isInside: string): string {
  const order = direction === 'forwards' ? 'asc' : 'desc';
  return `select ${COMMIT_ROW_COLUMNS}, total_bytes
    from (
      select *, (sum(bytes) over (order by last ${order}))::bigint as total_bytes from (${candidates}) as candidate
    ) as summed
    where total_bytes - bytes < ${MAX_CHUNK_BYTES} and ${isInside}
    order by last ${order}`;
}

const SCAN_FORWARDS: Statement = {
  name: 'scan forwards',
  text: chunkOf('forwards', 'select * from commits where last > $1 order by last limit $3', 'first <= $2'),
};

/** The commit that holds `through` may end after it. */
const SCAN_BACKWARDS: Statement = {
  name: 'scan backwards',
  text: chunkOf(
    'backwards',
    `select * from commits
      where last <= (select last from commits where last >= $2 order by last limit 1)
      order by last desc limit $3`,
    'last > $1',
  ),
};

const SEARCH_FORWARDS: Statement = { name: 'search forwards', text: searchCommits('forwards') };
const SEARCH_BACKWARDS: Statement = { name: 'search backwards', text: searchCommits('backwards') };

function searchCommits(direction: Direction): string {
  const order = direction === 'forwards' ? 'asc' : 'desc';
  const holders = `select distinct on (last) holding.*
    from (
      select distinct place
      from json_to_recordset($1) as item (${SEARCH_ITEM_COLUMNS}) cross join lateral ${indexSearch(direction, '$2')} as match
      order by place ${order} limit $2
    ) as found
    cross join lateral (select * from commits where last >= place order by last limit 1) as holding`;
  return chunkOf(direction, holders, 'true');
}
