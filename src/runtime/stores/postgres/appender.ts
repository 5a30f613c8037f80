/** Records a batch of appends in one transaction: in one or two round trips, however many they are. */
import { setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailable } from '../../event-log/errors.js';
import type { AppendCondition, CommitId, Position } from '../../event-log/event.js';
import { matchesEverything } from '../../event-log/query.js';
import { decideAppends, type DecidedBatch, type LogView, type PendingCommit } from '../decide-appends.js';
import { UTC_TIME } from './commit-row.js';
import type { Database, Run, Statement } from './database.js';
import { SEARCH_ITEM_COLUMNS, indexSearch, searchItems } from './index-search.js';
import { insertCommits, type LogRow } from './insert-commits.js';
import type { StorableCommit } from './storable-commit.js';

/** Of an id that is in the log, only where its commit ends is looked up under the lock; the commit itself is read afterwards. */
export type Decided = DecidedBatch<StorableCommit, Position>;

const BEGIN = 'begin isolation level read committed';

/**
 * Every writer locks the log's one row until its transaction ends. So positions are given in the order in which commits
 * become visible: no reader can see an event and later find another one before it.
 */
const LOCK: Statement = { name: 'lock', text: 'select head, hash, settled from log for update' };

/** A statement of its own: the one that waits for the lock does not see the commits that it has waited for. */
const TIME: Statement = {
  name: 'time',
  text: `select ${UTC_TIME} as time from commits where last = (select head from log)`,
};

const KNOWN: Statement = {
  name: 'known',
  text: 'select id, last from commits where id = any ($1::text[])',
};

const CONFLICTS: Statement = {
  name: 'conflicts',
  text: `select nth, min(place) as position
    from json_to_recordset($1) as item (nth integer, ${SEARCH_ITEM_COLUMNS})
      cross join lateral ${indexSearch('forwards', '1')} as found
    group by nth`,
};

/** How often the outcome of a batch is looked for after its connection broke. */
const SETTLE_INTERVAL_MS = 200;

/** After another process has appended, so many batches lock the log first: without the lock, they would often find it changed. */
const BATCHES_WITH_LOCK = 16;

/** Whether the appends can be decided without looking into the log. */
const needsNoLookup = (appends: readonly StorableCommit[]): boolean =>
  appends.every(({ isNewId, condition }) => isNewId === true && condition === undefined);

export class Appender {
  /** The log's row after this process last appended. */
  #lastRow: LogRow | undefined;
  #remainingWithLock = 0;

  /** @param settleWithin how long, in milliseconds, the outcome of a batch is looked for if the connection breaks */
  constructor(
    private readonly database: Database,
    private readonly settleWithin: number,
  ) {}

  /**
   * Decides the appends and records the commits. An error of the database fails all of them, whichever append it is due to.
   *
   * @throws StoreUnavailable, which says whether something may have been recorded; StorageFull; Error of the database
   */
  async append(appends: readonly StorableCommit[]): Promise<Decided> {
    if (this.#remainingWithLock > 0) this.#remainingWithLock -= 1;
    else if (this.#lastRow !== undefined && needsNoLookup(appends)) {
      const decided = await this.#insertAfter(this.#lastRow, appends);
      if (decided !== undefined) return decided;
      this.#remainingWithLock = BATCHES_WITH_LOCK;
    }
    return this.#lockAndInsert(appends);
  }

  /** In one round trip. Undefined, and nothing is recorded, if another process has appended since. */
  #insertAfter(row: LogRow, appends: readonly StorableCommit[]): Promise<Decided | undefined> {
    this.#lastRow = undefined;
    const decided = decideAppends<StorableCommit, Position>(appends, {
      ...row,
      findCommit: () => undefined,
      findConflict: () => undefined,
    });
    return this.#settling(decided, async (run) => {
      if (!(await insertCommits(run, this.database.schema, decided.pending, row))) return undefined;
      this.#lastRow = rowAfter(decided, row);
      return decided;
    });
  }

  /** In two round trips, between which no other process can append. */
  #lockAndInsert(appends: readonly StorableCommit[]): Promise<Decided> {
    this.#lastRow = undefined;
    return this.#settling(undefined, async (run, mayBeRecorded) => {
      const { row, view } = await lockAndLookUp(run, appends);
      const decided = decideAppends(appends, view);
      if (decided.pending.length === 0) await run('rollback');
      else {
        mayBeRecorded(decided);
        // When the insert fails, `commit` rolls back.
        const [isInserted] = await Promise.all([
          insertCommits(run, this.database.schema, decided.pending, row),
          run('commit'),
        ]);
        if (!isInserted) throw new Error('the row of the log changed while it was locked');
      }
      this.#lastRow = rowAfter(decided, row);
      return decided;
    });
  }

  /**
   * Runs the work. When the connection breaks while something may have been recorded, finds out whether it was.
   *
   * @param recordable what may be recorded from the start; the work may name it later
   */
  async #settling<Result extends Decided | undefined>(
    recordable: Decided | undefined,
    work: (run: Run, mayBeRecorded: (decided: Result & Decided) => void) => Promise<Result>,
  ): Promise<Result> {
    let decided = recordable as (Result & Decided) | undefined;
    try {
      return await this.database.append((run) =>
        work(run, (each) => {
          decided = each;
        }),
      );
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      const { code } = error;
      // What the server refuses in so many words, it has not done.
      if (decided === undefined || code !== 'store-unavailable')
        throw new StoreUnavailable('nothing', { cause: error, code });
      if (await wasRecorded(this.database, decided.pending.at(-1), this.settleWithin)) return decided;
      throw new StoreUnavailable('nothing', { cause: error });
    }
  }
}

/** The log's row after the batch was recorded. */
function rowAfter({ pending }: Decided, row: LogRow): LogRow {
  const newest = pending.at(-1);
  return newest === undefined
    ? row
    : { ...row, head: newest.commit.last, hash: newest.hashed.hash, time: newest.commit.time };
}

/** Locks the log, and looks up everything that deciding may ask for. */
async function lockAndLookUp(
  run: Run,
  appends: readonly StorableCommit[],
): Promise<{ readonly row: LogRow; readonly view: LogView<Position> }> {
  const ids = appends.filter(({ isNewId }) => isNewId !== true).map(({ id }) => id);
  const conditions = appends.flatMap(({ condition }) => condition ?? []);
  const items = conflictItems(conditions);
  const [, [locked], [newest], known, conflicts] = await Promise.all([
    run(BEGIN),
    run<Omit<LogRow, 'time'>>(LOCK),
    run<{ time: string }>(TIME),
    ids.length === 0 ? [] : run<{ id: CommitId; last: Position }>(KNOWN, [ids]),
    items.length === 0 ? [] : run<{ nth: number; position: Position }>(CONFLICTS, [JSON.stringify(items)]),
  ]);
  if (locked === undefined) throw new Error('the table log is empty');
  const row: LogRow = { ...locked, time: newest?.time };
  const lastOf = new Map(known.map(({ id, last }) => [id, last]));
  const conflictOf = new Map(conflicts.map(({ nth, position }) => [conditions[nth], position]));
  return {
    row,
    view: {
      ...row,
      findCommit: (id) => lastOf.get(id),
      findConflict: (condition) => conflictOf.get(condition),
    },
  };
}

/** What to look for in the indexes. A condition on every event is decided by the head alone. */
function conflictItems(conditions: readonly AppendCondition[]): readonly object[] {
  return conditions.flatMap(({ query, after }, nth) =>
    matchesEverything(query)
      ? []
      : searchItems(query, after, Number.MAX_SAFE_INTEGER).map((item) => ({ nth, ...item })),
  );
}

const HASH_AT: Statement = { name: 'hash at', text: 'select hash from commits where last = $1' };

/** From here on, an insert that was sent before and has not locked the log yet does nothing. */
const SETTLE: Statement = { name: 'settle', text: 'update log set settled = settled + 1' };

/**
 * Whether a batch was recorded. The transaction of the broken connection may still run. If it has locked the log, this
 * waits for the lock and sees the outcome; if it has not, it will do nothing, since `settled` has changed.
 *
 * @throws StoreUnavailable when that could not be found out
 */
async function wasRecorded(
  database: Database,
  newest: PendingCommit<StorableCommit> | undefined,
  within: number,
): Promise<boolean> {
  const giveUpAt = performance.now() + within;
  for (;;) {
    try {
      return await database.append(async (run) => {
        const [, , [commit]] = await Promise.all([
          run(BEGIN),
          run(LOCK),
          run<{ hash: Buffer }>(HASH_AT, [newest?.commit.last]),
          run(SETTLE),
          run('commit'),
        ]);
        return newest !== undefined && commit?.hash.equals(newest.hashed.hash) === true;
      });
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      if (performance.now() > giveUpAt) throw new StoreUnavailable('unknown', { cause: error });
      await pause(SETTLE_INTERVAL_MS);
    }
  }
}
