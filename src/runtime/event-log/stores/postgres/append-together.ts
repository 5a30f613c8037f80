/** Records a group of appends in one transaction: two round trips, whatever their number. */
import { setTimeout as pause } from 'node:timers/promises';
import { LAYOUT } from '../../commit-content.js';
import { StoreUnavailable } from '../../errors.js';
import type { CommitId, Position } from '../../event.js';
import { meansEverything } from '../../query.js';
import type { Database, Run, Statement } from './database.js';
import { decide, type Decision, type Staged, type Standing } from './deciding.js';
import { SEARCH_ITEM, leaps, searchItems } from './search.js';
import type { StorableCommit } from './storable-commit.js';

const BEGIN = 'begin isolation level read committed';

/**
 * Whoever appends holds the log's one row until the transaction ends. So positions are given in the order of the commits,
 * and whoever sees one sees all before it: no reader can skip what a slow or large transaction has yet to show.
 */
const HOLD: Statement = { name: 'hold', text: 'select head, hash from log for update' };

const KNOWN: Statement = {
  name: 'known',
  text: 'select id, last from commits where id = any ($1::text[])',
};

const BREAKING: Statement = {
  name: 'breaking',
  text: `select nth, min(place) as position
    from json_to_recordset($1) as item (nth integer, ${SEARCH_ITEM})
      cross join lateral ${leaps('forwards', '1')} as found
    group by nth`,
};

/** Followers in other processes are woken when, and only when, the transaction is committed. */
const RECORD: Statement = {
  name: 'record',
  text: `with
    new_commits as (
      insert into commits (last, first, id, time, metadata, fingerprint, previous, hash, layout, bytes)
      select * from unnest($1::bigint[], $2::bigint[], $3::text[], $4::timestamptz[], $5::json[], $6::text[],
        $7::bytea[], $8::bytea[], $9::integer[], $10::bigint[])
    ),
    new_events as (
      insert into events (position, commit_last, type, revision, tags, data)
      select position, commit_last, type, revision, tags::text[], data
      from unnest($11::bigint[], $12::bigint[], $13::text[], $14::integer[], $15::text[], $16::json[])
        as event (position, commit_last, type, revision, tags, data)
    ),
    new_tags as (
      insert into tags (tag, position) select * from unnest($17::text[], $18::bigint[])
    ),
    moved as (update log set head = $19, hash = $20 returning head)
    select pg_notify($21, head::text) from moved`,
};

/** How often it is tried to find out what became of a group whose connection broke, in milliseconds. */
const SETTLE_INTERVAL = 200;

/**
 * Records of the group what is to be recorded. What is wrong with one append may fail them all.
 *
 * @param settleWithin how long, in milliseconds, to find out what became of the group if the connection breaks
 * @throws StoreUnavailable, which says whether something may have been recorded; StorageFull; Error of the database
 */
export async function appendTogether(
  database: Database,
  group: readonly StorableCommit[],
  settleWithin: number,
): Promise<Decision> {
  let decision: Decision | undefined;
  try {
    return await database.append(async (run) => {
      const standing = await hold(run, group);
      const decided = decide(group, standing);
      if (decided.staged.length === 0) await run('rollback');
      else {
        decision = decided;
        await record(run, database.schema, decided.staged);
      }
      return decided;
    });
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    if (decision === undefined) throw new StoreUnavailable('nothing', { cause: error });
    // The commit was on its way when the connection broke.
    if (await wasRecorded(database, decision.staged.at(-1), settleWithin)) return decision;
    throw new StoreUnavailable('nothing', { cause: error });
  }
}

/** Locks the log and asks all that there is to ask of it. */
async function hold(run: Run, group: readonly StorableCommit[]): Promise<Standing> {
  const ids = group.filter(({ asked }) => asked.isNewId !== true).map(({ asked }) => asked.id);
  const searched = searchedIn(group);
  const [, [log], known, breaking] = await Promise.all([
    run(BEGIN),
    run<{ head: Position; hash: Buffer }>(HOLD),
    ids.length === 0 ? [] : run<{ id: CommitId; last: Position }>(KNOWN, [ids]),
    searched.length === 0
      ? []
      : run<{ nth: number; position: Position }>(BREAKING, [JSON.stringify(searched)]),
  ]);
  if (log === undefined) throw new Error('the table log is empty');
  return {
    ...log,
    known: new Map(known.map(({ id, last }) => [id, last])),
    breaking: new Map(
      breaking.flatMap(({ nth, position }) => {
        const storable = group[nth];
        return storable === undefined ? [] : [[storable, position] as const];
      }),
    ),
  };
}

/** What the conditions ask of the log. What means everything need not be searched for, and is answered by the head. */
function searchedIn(group: readonly StorableCommit[]): readonly object[] {
  return group.flatMap(({ asked: { condition } }, nth) => {
    if (condition === undefined || meansEverything(condition.query)) return [];
    return searchItems(condition.query, condition.after, Number.MAX_SAFE_INTEGER).map((item) => ({
      nth,
      ...item,
    }));
  });
}

/** When the first statement fails, the commit after it undoes what came before. */
async function record(run: Run, channel: string, staged: readonly Staged[]): Promise<void> {
  const { commits, events, tags } = columnsOf(staged);
  const newest = staged.at(-1);
  const head = [newest?.commit.last, newest?.hash];
  await Promise.all([run(RECORD, [...commits, ...events, ...tags, ...head, channel]), run('commit')]);
}

/** The rows of each table, as a list for each of its columns. */
function columnsOf(staged: readonly Staged[]): Columns {
  const columns: Columns = {
    commits: [[], [], [], [], [], [], [], [], [], []],
    events: [[], [], [], [], [], []],
    tags: [[], []],
  };
  for (const { storable, commit, previous, hash } of staged) {
    const { first, last, id, time, fingerprint } = commit;
    const { asked, metadata, data, bytes } = storable;
    addRow(columns.commits, [last, first, id, time, metadata, fingerprint, previous, hash, LAYOUT, bytes]);
    asked.events.forEach(({ type, revision, tags }, index) => {
      const position = first + index;
      addRow(columns.events, [position, last, type, revision, arrayText(tags), data[index]]);
      for (const tag of new Set(tags)) addRow(columns.tags, [tag, position]);
    });
  }
  return columns;
}

interface Columns {
  readonly commits: readonly unknown[][];
  readonly events: readonly unknown[][];
  readonly tags: readonly unknown[][];
}

function addRow(columns: readonly unknown[][], row: readonly unknown[]): void {
  row.forEach((value, index) => columns[index]?.push(value));
}

/** An array as PostgreSQL writes it: arrays of arrays must be rectangular, so a column of them is a column of texts. */
function arrayText(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`).join()}}`;
}

const HASH_AT: Statement = { name: 'hash at', text: 'select hash from commits where last = $1' };

/**
 * Whether the group stands in the log. The broken connection's transaction may still be on its way to its end, but it
 * holds the log: who gets hold of it after that sees what became of it for good.
 *
 * @throws StoreUnavailable when that could not be found out
 */
async function wasRecorded(database: Database, newest: Staged | undefined, within: number): Promise<boolean> {
  const giveUpAt = performance.now() + within;
  for (;;) {
    try {
      return await database.append(async (run) => {
        const found = run<{ hash: Buffer }>(HASH_AT, [newest?.commit.last]);
        const [, , [commit]] = await Promise.all([run(BEGIN), run(HOLD), found]);
        await run('rollback');
        return newest !== undefined && commit?.hash.equals(newest.hash) === true;
      });
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      if (performance.now() > giveUpAt) throw new StoreUnavailable('unknown', { cause: error });
      await pause(SETTLE_INTERVAL);
    }
  }
}
