/** What can be read of a log in PostgreSQL: its head, pages of events, whole commits. */
import { LogDamaged } from '../../event-log/errors.js';
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
  type VerifiedCommit,
} from '../../event-log/commits/hashed-commit.js';
import type { Database, Statement } from './database.js';
import { COMMIT_ROW, openCommit, type CommitRow } from './stored-commit.js';
import { MAX_BYTES, chunks, type Span } from './strides.js';

/** Where the log ends, and the hash of the commit that ends there. */
export interface Head {
  readonly head: Position;
  readonly hash: Buffer;
}

const HEAD: Statement = { name: 'head', text: 'select head, hash from log' };

export async function readHead(database: Database): Promise<Head> {
  const [log] = await database.read<Head>(HEAD);
  if (log === undefined) throw new LogDamaged(1, 'it is not written down where the log ends');
  return log;
}

/** Pages of what the query means, up to where the head stands now at most. */
export async function* readPages(
  database: Database,
  query: Query,
  { after = START, through, limit = Infinity, backwards = false }: Range,
): AsyncIterable<readonly StoredEvent[]> {
  if (limit === 0) return;
  const { head } = await readHead(database);
  const span: Span = { query, after, through: atMost(head, through), backwards, limit };
  let wanted = limit;
  let page: StoredEvent[] = [];
  /** What the page, and what it was found in, takes. */
  let bytes = 0;
  try {
    for await (const stride of chunks(database, span)) {
      bytes = stride.bytes + (page.length === 0 ? 0 : bytes);
      for (const event of stride.events.slice(0, wanted)) {
        page.push(event);
        if (page.length < PAGE_SIZE) continue;
        yield page;
        page = [];
      }
      wanted -= Math.min(wanted, stride.events.length);
      if (wanted === 0) break;
      // A few events are worth gathering on, unless they are large.
      if (page.length === 0 || bytes < MAX_BYTES) continue;
      yield page;
      page = [];
    }
  } catch (error) {
    // What stands before a damaged commit is sound.
    if (page.length > 0) yield page;
    throw error;
  }
  if (page.length > 0) yield page;
}

/** Whole commits, a stride at a time; everything that the tables say of them is held against each other. */
export async function* readCommits(
  database: Database,
  { after = START, through }: Pick<Range, 'after' | 'through'>,
): AsyncIterable<readonly RecordedCommit[]> {
  const { head, hash } = await readHead(database);
  const span = {
    query: EVERYTHING,
    after,
    through: atMost(head, through),
    backwards: false,
    limit: Infinity,
  };
  let before: VerifiedCommit | undefined;
  for await (const { commits } of chunks(database, span)) {
    const [first] = commits;
    if (before === undefined && first !== undefined && first.first > 1) {
      before = await commitEndingAt(database, position(first.first - 1));
    }
    if (first !== undefined) requireSuccession(before, first);
    before = commits.at(-1) ?? before;
    const untagged = await findUntagged(database, commits);
    const isLedTo = ({ last }: VerifiedCommit): boolean => untagged === undefined || last < untagged.position;
    const sound = commits.filter(isLedTo);
    if (sound.length > 0) yield sound.map(toRecordedCommit);
    if (untagged !== undefined) {
      throw new LogDamaged(untagged.position, `the table of tags does not lead to it by ${untagged.tag}`);
    }
  }
  if (before?.last === head && !before.hash.equals(hash)) {
    throw new LogDamaged(head, 'the log ends with another commit');
  }
}

const ENDING_AT: Statement = { name: 'ending at', text: `select ${COMMIT_ROW} from commits where last = $1` };

/** @throws LogDamaged when nothing ends there, or what does is not what was recorded */
export async function commitEndingAt(database: Database, last: Position): Promise<VerifiedCommit> {
  const [row] = await database.read<CommitRow>(ENDING_AT, [last]);
  if (row === undefined) throw new LogDamaged(last, 'no commit ends there');
  return openCommit(row);
}

const WITH_ID: Statement = { name: 'with id', text: `select ${COMMIT_ROW} from commits where id = $1` };

/** The commit that was recorded under this id. */
export async function commitOf(database: Database, id: CommitId): Promise<VerifiedCommit | undefined> {
  const [row] = await database.read<CommitRow>(WITH_ID, [id]);
  return row && openCommit(row);
}

interface Untagged {
  readonly position: Position;
  readonly tag: string;
}

/** PostgreSQL keeps its indexes in step with their tables; the table of tags is ours. */
const UNTAGGED: Statement = {
  name: 'untagged',
  text: `select events.position, wanted.tag from events cross join unnest(events.tags) as wanted (tag)
    where events.position between $1 and $2
      and not exists (
        select from tags where tags.tag = wanted.tag and tags.position = events.position offset 0
      )
    order by events.position limit 1`,
};

/** The first event of the commits to which the table of tags does not lead by each of its tags. */
async function findUntagged(
  database: Database,
  commits: readonly VerifiedCommit[],
): Promise<Untagged | undefined> {
  const [found] = await database.read<Untagged>(UNTAGGED, [commits[0]?.first, commits.at(-1)?.last]);
  return found;
}

function atMost(head: Position, through: Position | undefined): Position {
  return through === undefined || through > head ? head : through;
}
