/** Records a group of appends in one transaction: one or two round trips, whatever their number. */
import { setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailable } from '../../event-log/errors.js';
import type { CommitId, Position } from '../../event-log/event.js';
import { matchesEverything } from '../../event-log/query.js';
import type { Database, Run, Statement } from './database.js';
import { decide, type Decision, type PendingCommit, type HeldLog } from './deciding.js';
import { record, type LogRow } from './recording.js';
import { SEARCH_ITEM, leaps, searchItems } from './search.js';
import type { StorableCommit } from './storable-commit.js';

const BEGIN = 'begin isolation level read committed';

/**
 * Whoever appends holds the log's one row until the transaction ends. So positions are given in the order of the commits,
 * and whoever sees one sees all before it: no reader can skip what a slow or large transaction has yet to show.
 */
const HOLD: Statement = { name: 'hold', text: 'select head, hash, settled from log for update' };

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

/** How often it is tried to find out what became of a group whose connection broke, in milliseconds. */
const SETTLE_INTERVAL = 200;

/** After somebody else appended, so many groups go the sure way: whoever shares the log with others would often miss. */
const RETRYABLE_BATCHES = 16;

/** Nothing needs to be asked of the log before the group is recorded, if only the log is what it was. */
const asksNothing = (group: readonly StorableCommit[]): boolean =>
  group.every(({ asked }) => asked.isNewId === true && asked.condition === undefined);

export class Appender {
  /** What the log was when this process last appended. */
  #left: LogRow | undefined;
  #sureGroups = 0;

  /** @param settleWithin how long, in milliseconds, to find out what became of a group if the connection breaks */
  constructor(
    private readonly database: Database,
    private readonly settleWithin: number,
  ) {}

  /**
   * Records of the group what is to be recorded. What is wrong with one append may fail them all.
   *
   * @throws StoreUnavailable, which says whether something may have been recorded; StorageFull; Error of the database
   */
  async append(group: readonly StorableCommit[]): Promise<Decision> {
    if (this.#sureGroups > 0) this.#sureGroups -= 1;
    else if (this.#left !== undefined && asksNothing(group)) {
      const decision = await this.#record(group, this.#left);
      if (decision !== undefined) return decision;
      this.#sureGroups = RETRYABLE_BATCHES;
    }
    return this.#holdAndRecord(group);
  }

  /** In one round trip; undefined, and nothing is recorded, if somebody else has appended since. */
  #record(group: readonly StorableCommit[], row: LogRow): Promise<Decision | undefined> {
    this.#left = undefined;
    const decision = decide(group, { ...row, known: new Map(), breaking: new Map() });
    return this.#settling(decision, async (run) => {
      if (!(await record(run, this.database.schema, decision.staged, row))) return undefined;
      this.#left = leftBy(decision, row);
      return decision;
    });
  }

  /** In two round trips, between which nobody else can append. */
  #holdAndRecord(group: readonly StorableCommit[]): Promise<Decision> {
    this.#left = undefined;
    return this.#settling(undefined, async (run, isUnderWay) => {
      const { row, standing } = await hold(run, group);
      const decision = decide(group, standing);
      if (decision.staged.length === 0) await run('rollback');
      else {
        isUnderWay(decision);
        // When the first statement fails, the commit after it undoes what came before.
        const [isRecorded] = await Promise.all([
          record(run, this.database.schema, decision.staged, row),
          run('commit'),
        ]);
        if (!isRecorded) throw new Error('the row of the log changed while it was locked');
      }
      this.#left = leftBy(decision, row);
      return decision;
    });
  }

  /**
   * Does the work, and when the connection breaks while something may be recorded, finds out whether it was.
   *
   * @param underWay what may be recorded from the first; the work may say so later
   */
  async #settling<Result extends Decision | undefined>(
    underWay: Decision | undefined,
    work: (run: Run, isUnderWay: (decision: Result & Decision) => void) => Promise<Result>,
  ): Promise<Result> {
    let decision = underWay as (Result & Decision) | undefined;
    try {
      return await this.database.append((run) =>
        work(run, (decided) => {
          decision = decided;
        }),
      );
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      if (decision === undefined) throw new StoreUnavailable('nothing', { cause: error });
      if (await wasRecorded(this.database, decision.staged.at(-1), this.settleWithin)) return decision;
      throw new StoreUnavailable('nothing', { cause: error });
    }
  }
}

/** The log's row after a group was recorded. */
function leftBy({ staged }: Decision, row: LogRow): LogRow {
  const newest = staged.at(-1);
  return newest === undefined ? row : { ...row, head: newest.commit.last, hash: newest.hash };
}

/** Locks the log and asks all that there is to ask of it. */
async function hold(
  run: Run,
  group: readonly StorableCommit[],
): Promise<{ readonly row: LogRow; readonly standing: HeldLog }> {
  const ids = group.filter(({ asked }) => asked.isNewId !== true).map(({ asked }) => asked.id);
  const searched = searchedIn(group);
  const [, [row], known, breaking] = await Promise.all([
    run(BEGIN),
    run<LogRow>(HOLD),
    ids.length === 0 ? [] : run<{ id: CommitId; last: Position }>(KNOWN, [ids]),
    searched.length === 0
      ? []
      : run<{ nth: number; position: Position }>(BREAKING, [JSON.stringify(searched)]),
  ]);
  if (row === undefined) throw new Error('the table log is empty');
  const standing = {
    ...row,
    known: new Map(known.map(({ id, last }) => [id, last])),
    breaking: new Map(
      breaking.flatMap(({ nth, position }) => {
        const storable = group[nth];
        return storable === undefined ? [] : [[storable, position] as const];
      }),
    ),
  };
  return { row, standing };
}

/** What the conditions ask of the log. What means everything need not be searched for, and is answered by the head. */
function searchedIn(group: readonly StorableCommit[]): readonly object[] {
  return group.flatMap(({ asked: { condition } }, nth) => {
    if (condition === undefined || matchesEverything(condition.query)) return [];
    return searchItems(condition.query, condition.after, Number.MAX_SAFE_INTEGER).map((item) => ({
      nth,
      ...item,
    }));
  });
}

const HASH_AT: Statement = { name: 'hash at', text: 'select hash from commits where last = $1' };

/** After this, what was sent before it and did not get hold of the log yet is not recorded. */
const SETTLE: Statement = { name: 'settle', text: 'update log set settled = settled + 1' };

/**
 * Whether the group stands in the log. The broken connection's transaction may still be on its way to its end. If it holds
 * the log, who gets hold of it after that sees what became of it; if it does not yet, it comes to nothing.
 *
 * @throws StoreUnavailable when that could not be found out
 */
async function wasRecorded(
  database: Database,
  newest: PendingCommit | undefined,
  within: number,
): Promise<boolean> {
  const giveUpAt = performance.now() + within;
  for (;;) {
    try {
      return await database.append(async (run) => {
        const [, , [commit]] = await Promise.all([
          run(BEGIN),
          run(HOLD),
          run<{ hash: Buffer }>(HASH_AT, [newest?.commit.last]),
          run(SETTLE),
          run('commit'),
        ]);
        return newest !== undefined && commit?.hash.equals(newest.hash) === true;
      });
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      if (performance.now() > giveUpAt) throw new StoreUnavailable('unknown', { cause: error });
      await pause(SETTLE_INTERVAL);
    }
  }
}
