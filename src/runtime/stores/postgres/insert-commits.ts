/** Inserts pending commits into the tables if the log's row is still the one they follow on: in one statement, however many. */
import { LAYOUT } from '../../event-log/commits/commit-encoding.js';
import type { Position } from '../../event-log/event.js';
import type { Run, Statement } from './database.js';
import type { PendingCommit } from '../decide-appends.js';
import type { StorableCommit } from './storable-commit.js';

/** The one row of the table `log`. Commits are numbered and hashed to follow on exactly this. */
export interface LogRow {
  readonly head: Position;
  /** The hash of the commit that ends at the head. */
  readonly hash: Buffer;
  /** The time of that commit; undefined when the log is empty. */
  readonly time: string | undefined;
  /** Counted up when the outcome of a lost insert was looked for and not found: an insert with an earlier count does nothing. */
  readonly settled: number;
}

/** The notification, which wakes followers in other processes, is sent only when the transaction is committed. */
const RECORD: Statement = {
  name: 'record',
  text: `with
    moved as (
      update log set head = $19, hash = $20 where head = $21 and hash = $22 and settled = $23 returning head
    ),
    new_commits as (
      insert into commits (last, first, id, time, metadata, fingerprint, previous, hash, layout, bytes)
      select last, first, id, time, metadata, fingerprint, previous, hash, $1, bytes
      from rows from (
        unnest($2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[], $6::text[], $7::bytea[], $8::bytea[],
          $9::bigint[]),
        json_array_elements($10)
      ) as new_commit (last, first, id, time, fingerprint, previous, hash, bytes, metadata)
      where exists (select from moved)
    ),
    new_events as (
      insert into events (position, commit_last, type, revision, tags, data)
      select position, commit_last, type, revision, tags::text[], data
      from rows from (
        unnest($11::bigint[], $12::bigint[], $13::text[], $14::integer[], $15::text[]),
        json_array_elements($16)
      ) as event (position, commit_last, type, revision, tags, data)
      where exists (select from moved)
    ),
    new_tags as (
      insert into tags (tag, position)
      select tag, position from unnest($17::text[], $18::bigint[]) as new_tag (tag, position)
      where exists (select from moved)
    )
    select pg_notify($24, head::text) from moved`,
};

/**
 * @param channel where followers listen
 * @param row what the first of the commits follows on
 * @returns whether the log's row was that one; if not, nothing was written
 * @throws Error of the database
 */
export async function insertCommits(
  run: Run,
  channel: string,
  pending: readonly PendingCommit<StorableCommit>[],
  row: LogRow,
): Promise<boolean> {
  const newest = pending.at(-1);
  if (newest === undefined) return true;
  const moved = await run(RECORD, [
    LAYOUT,
    ...columnsOf(pending),
    newest.commit.last,
    newest.hashed.hash,
    row.head,
    row.hash,
    row.settled,
    channel,
  ]);
  return moved.length === 1;
}

/** A list for each column of each table, in the order of the statement. */
function columnsOf(pending: readonly PendingCommit<StorableCommit>[]): readonly string[] {
  const commits = {
    last: [] as number[],
    first: [] as number[],
    id: [] as string[],
    time: [] as string[],
    fingerprint: [] as (string | undefined)[],
    previous: [] as string[],
    hash: [] as string[],
    bytes: [] as number[],
    metadata: [] as string[],
  };
  const events = {
    position: [] as number[],
    last: [] as number[],
    type: [] as string[],
    revision: [] as number[],
    tags: [] as string[],
    data: [] as string[],
  };
  const tags = { tag: [] as string[], position: [] as number[] };
  for (const { append, commit, previous, hashed } of pending) {
    const { first, last } = commit;
    commits.last.push(last);
    commits.first.push(first);
    commits.id.push(commit.id);
    commits.time.push(commit.time);
    commits.fingerprint.push(commit.fingerprint);
    commits.previous.push(`\\x${previous.toString('hex')}`);
    commits.hash.push(`\\x${hashed.hash.toString('hex')}`);
    commits.bytes.push(append.bytes);
    commits.metadata.push(append.metadataJson);
    append.events.forEach((event, index) => {
      const position = first + index;
      events.position.push(position);
      events.last.push(last);
      events.type.push(event.type);
      events.revision.push(event.revision);
      // Arrays of arrays must be rectangular, so a column of arrays is a column of texts.
      events.tags.push(texts(event.tags));
      events.data.push(append.dataJson[index] ?? 'null');
      for (const tag of new Set(event.tags)) {
        tags.tag.push(tag);
        tags.position.push(position);
      }
    });
  }
  return [
    numbers(commits.last),
    numbers(commits.first),
    texts(commits.id),
    texts(commits.time),
    texts(commits.fingerprint),
    texts(commits.previous),
    texts(commits.hash),
    numbers(commits.bytes),
    jsons(commits.metadata),
    numbers(events.position),
    numbers(events.last),
    texts(events.type),
    numbers(events.revision),
    texts(events.tags),
    jsons(events.data),
    texts(tags.tag),
    numbers(tags.position),
  ];
}

// Arrays in PostgreSQL's own notation. The driver would write them, too, but slower, since it takes any kind of value.

function numbers(values: readonly number[]): string {
  return `{${values.join()}}`;
}

function texts(values: readonly (string | undefined)[]): string {
  return `{${values.map((value) => (value === undefined ? 'null' : quoted(value))).join()}}`;
}

function quoted(text: string): string {
  return `"${/["\\]/.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`;
}

/** JSON texts as one JSON array, which needs no escaping; the database takes it apart byte for byte. */
function jsons(values: readonly string[]): string {
  return `[${values.join()}]`;
}
