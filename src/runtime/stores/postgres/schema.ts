/** The tables of a log in PostgreSQL: created, and migrated to this version's format, when a store is opened. */
import { randomUUID } from 'node:crypto';
import { NO_HASH } from '../../event-log/commits/hashed-commit.js';
import type { Run } from './database.js';

/**
 * Each leads from one format to the next, the first from an empty schema. A published migration never changes.
 *
 * Indexed text is compared byte by byte (`collate "C"`): any other collation may change with the system's libraries, and break
 * the indexes. Data is `json`, since `jsonb` does not keep the order of names or the digits of numbers, and refuses U+0000.
 */
const MIGRATIONS: readonly string[] = [
  `create table log (
    one boolean primary key default true check (one),
    identity uuid not null,
    format integer not null,
    head bigint not null,
    hash bytea not null,
    settled bigint not null default 0
  );
  comment on table log is 'The log as a whole, in one row. Who appends holds it locked until the transaction ends.';
  comment on column log.head is 'The position of the last event; 0 when there is none.';
  comment on column log.hash is 'The hash of the last commit.';
  comment on column log.settled is 'How often it was asked what became of an append. One sent before that comes to nothing.';

  create table commits (
    last bigint primary key,
    first bigint not null,
    id text collate "C" not null unique,
    time timestamptz not null,
    metadata json not null,
    fingerprint text,
    previous bytea not null,
    hash bytea not null,
    layout integer not null,
    bytes bigint not null
  );
  comment on table commits is 'What was appended together, all or nothing: the events from position first to last.';
  comment on column commits.previous is 'The hash of the commit before it; zeros before the first.';
  comment on column commits.hash is 'SHA-256 over its content and previous. A commit that does not fit it is never read.';
  comment on column commits.layout is 'How it was laid out to be hashed.';
  comment on column commits.bytes is 'How much it is, roughly.';

  create table events (
    position bigint primary key,
    commit_last bigint not null,
    type text collate "C" not null,
    revision integer not null,
    tags text[] collate "C" not null,
    data json not null
  );
  create index events_by_type on events (type, position);
  comment on table events is 'What happened, in order. Never changed, never deleted.';
  comment on column events.commit_last is 'Its commit: commits.last.';

  create table tags (
    tag text collate "C",
    position bigint,
    primary key (tag, position)
  );
  comment on table tags is 'Which events have a tag: what events.tags says, the other way round.';`,
];

const FORMAT = MIGRATIONS.length;

/**
 * Creates the schema and its tables, or migrates them to this version's format. Of several processes that start at the same
 * time, one does so while the others wait.
 *
 * @returns the log's identity
 * @throws Error when the schema is of a later format, or the database cannot keep a log
 */
export async function prepareSchema(run: Run, schema: string): Promise<string> {
  await run('begin isolation level read committed');
  await run('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`leftfold ${schema}`]);
  await requireUnicode(run);
  const { format, identity } = await findLog(run, schema);
  if (format > FORMAT) {
    throw new Error(
      `the schema ${schema} holds a log of format ${format}, but this version knows formats up to ${FORMAT}`,
    );
  }
  if (format < FORMAT) {
    for (const migration of MIGRATIONS.slice(format)) await run(migration);
    await run(NOTE_FORMAT, [identity, FORMAT, NO_HASH]);
  }
  await run('commit');
  return identity;
}

async function requireUnicode(run: Run): Promise<void> {
  const [server] = await run<{ encoding: string }>(`select current_setting('server_encoding') as encoding`);
  if (server?.encoding !== 'UTF8') {
    throw new Error(`the database has the encoding ${String(server?.encoding)}, but a log needs UTF8`);
  }
}

/** Creates the log's row if there is none. */
const NOTE_FORMAT = `insert into log (identity, format, head, hash) values ($1, $2, 0, $3)
  on conflict (one) do update set format = excluded.format`;

interface FoundLog {
  /** 0: there is no log. */
  readonly format: number;
  readonly identity: string;
}

/** Creates the schema if there is none. */
async function findLog(run: Run, schema: string): Promise<FoundLog> {
  const [found] = await run<{ has_schema: boolean; has_log: boolean }>(
    `select exists (select from pg_namespace where nspname = $1) as has_schema,
      exists (select from pg_tables where schemaname = $1 and tablename = 'log') as has_log`,
    [schema],
  );
  // `if not exists` would need the privilege to create schemas even when the schema exists.
  if (found?.has_schema !== true) await run(`create schema "${schema}"`);
  if (found?.has_log !== true) return { format: 0, identity: randomUUID() };
  const [log] = await run<FoundLog>('select format, identity from log');
  if (log === undefined)
    throw new Error(`the table ${schema}.log is empty, so it is not known which log this is`);
  return log;
}
