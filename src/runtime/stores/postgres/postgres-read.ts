/** Reads a log in PostgreSQL: its head, pages of events, whole commits, the commit of an id. */
import { LogDamaged } from '../../event-log/errors.js';
import {
  EVERYTHING,
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
  type VerifiedCommit,
} from '../../event-log/commits/hashed-commit.js';
import { spanOf } from '../read-span.js';
import type { Database, Statement } from './database.js';
import { COMMIT_ROW_COLUMNS, commitFromRow, type CommitRow } from './commit-row.js';
import { selectHeadSince, type HeadRow, type HeadSinceRow, type SeenHead } from './seen-head.js';
import { MAX_CHUNK_BYTES, selectChunks } from './select-chunks.js';

const HEAD: Statement = { name: 'head', text: 'select head, hash from log' };

export async function selectHead(database: Database): Promise<HeadRow> {
  const [log] = await database.read<HeadRow>(HEAD);
  if (log === undefined) throw new LogDamaged(1, 'it is not written down where the log ends');
  return log;
}

/** @throws LogWentBack, once, when the log no longer holds the commit that it was last seen to end with */
export async function readHeadSeen(database: Database, seen: SeenHead): Promise<Position> {
  const before = seen.known;
  const [row] = await database.read<HeadSinceRow>(
    { name: 'head-since', text: selectHeadSince(database.schema) },
    [before.head],
  );
  if (row === undefined) throw new LogDamaged(1, 'it is not written down where the log ends');
  seen.take(before, row);
  seen.requireSamePast();
  return row.head;
}

/** What the tables of the log and their indexes take on the disk, in bytes. */
export async function readSize(database: Database): Promise<number> {
  const tables = ['log', 'commits', 'events', 'tags'].map((table) => `"${database.schema}".${table}`);
  const [row] = await database.read<{ readonly bytes: number | string }>(
    {
      name: 'log-size',
      text: 'select sum(pg_total_relation_size(name::regclass))::bigint as bytes from unnest($1::text[]) as name',
    },
    [tables],
  );
  return Number(row?.bytes ?? 0);
}

/** Pages of the events that match the query, up to the head at this time. */
export async function* selectPages(
  database: Database,
  query: Query,
  range: Range,
): AsyncIterable<readonly StoredEvent[]> {
  if (range.limit === 0) return;
  const { head } = await selectHead(database);
  const span = spanOf(query, range, head);
  let remaining = span.limit;
  let page: StoredEvent[] = [];
  /** Size of the chunks that the page comes from. */
  let bytes = 0;
  try {
    for await (const chunk of selectChunks(database, span)) {
      bytes = chunk.bytes + (page.length === 0 ? 0 : bytes);
      for (const event of chunk.events.slice(0, remaining)) {
        page.push(event);
        if (page.length < PAGE_SIZE) continue;
        yield page;
        page = [];
      }
      remaining -= Math.min(remaining, chunk.events.length);
      if (remaining === 0) break;
      // A page that is not full waits for the next chunk, unless it is large already.
      if (page.length === 0 || bytes < MAX_CHUNK_BYTES) continue;
      yield page;
      page = [];
    }
  } catch (error) {
    // The events before a damaged commit are sound.
    if (page.length > 0) yield page;
    throw error;
  }
  if (page.length > 0) yield page;
}

/** Whole commits, a chunk at a time, each checked against the one before it and against the table of tags. */
export async function* selectCommits(
  database: Database,
  range: Pick<Range, 'after' | 'through'>,
): AsyncIterable<readonly RecordedCommit[]> {
  const { head, hash } = await selectHead(database);
  const span = spanOf(EVERYTHING, range, head);
  let before: VerifiedCommit | undefined;
  for await (const { commits } of selectChunks(database, span)) {
    const [first] = commits;
    if (before === undefined && first !== undefined && first.first > 1) {
      before = await selectCommitEndingAt(database, position(first.first - 1));
    }
    if (first !== undefined) requireSuccession(before, first);
    before = commits.at(-1) ?? before;
    const untagged = await findUntagged(database, commits);
    const sound = untagged === undefined ? commits : commits.filter(({ last }) => last < untagged.position);
    if (sound.length > 0) yield sound.map(toRecordedCommit);
    if (untagged !== undefined) {
      throw new LogDamaged(untagged.position, `the table of tags does not lead to it by ${untagged.tag}`);
    }
  }
  if (before?.last === head && !before.hash.equals(hash)) {
    throw new LogDamaged(head, 'the log ends with another commit');
  }
}

const ENDING_AT: Statement = {
  name: 'ending at',
  text: `select ${COMMIT_ROW_COLUMNS} from commits where last = $1`,
};

/** @throws LogDamaged when no commit ends there, or it is not what was recorded */
export async function selectCommitEndingAt(database: Database, last: Position): Promise<VerifiedCommit> {
  const [row] = await database.read<CommitRow>(ENDING_AT, [last]);
  if (row === undefined) throw new LogDamaged(last, 'no commit ends there');
  return commitFromRow(row);
}

const WITH_ID: Statement = {
  name: 'with id',
  text: `select ${COMMIT_ROW_COLUMNS} from commits where id = $1`,
};

/** The commit that was recorded under this id. */
export async function selectCommitWithId(
  database: Database,
  id: CommitId,
): Promise<VerifiedCommit | undefined> {
  const [row] = await database.read<CommitRow>(WITH_ID, [id]);
  return row && commitFromRow(row);
}

interface Untagged {
  readonly position: Position;
  readonly tag: string;
}

/** PostgreSQL keeps its own indexes consistent with their tables. The table of tags is an index that this program keeps. */
const UNTAGGED: Statement = {
  name: 'untagged',
  text: `select events.position, wanted.tag from events cross join unnest(events.tags) as wanted (tag)
    where events.position between $1 and $2
      and not exists (
        select from tags where tags.tag = wanted.tag and tags.position = events.position offset 0
      )
    order by events.position limit 1`,
};

/** The first event of the commits that the table of tags lacks, and the tag. */
async function findUntagged(
  database: Database,
  commits: readonly VerifiedCommit[],
): Promise<Untagged | undefined> {
  const [found] = await database.read<Untagged>(UNTAGGED, [commits[0]?.first, commits.at(-1)?.last]);
  return found;
}
