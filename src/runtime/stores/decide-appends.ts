/** Decides appends, for every store: is the commit id known, does the append condition hold, which positions does it get? */
import { PositionNotInLog } from '../event-log/errors.js';
import {
  position,
  type AppendCondition,
  type Commit,
  type CommitId,
  type NewCommit,
  type Position,
} from '../event-log/event.js';
import { matches, matchesEverything } from '../event-log/query.js';
import { hashCommit, type HashedCommit } from '../event-log/commits/hashed-commit.js';

/**
 * The log as a batch of appends finds it. Nothing else may be recorded between these answers and the batch.
 *
 * @typeParam Known what the store finds under a commit id: the commit, or where to look it up later
 */
export interface LogView<Known = Commit> {
  readonly head: Position;
  /** The hash of the commit that ends at the head. */
  readonly hash: Buffer;
  /** The time of that commit; undefined when the log is empty. */
  readonly time: string | undefined;
  /** What is recorded under this id. Not called for an id that was made for its append. */
  findCommit(id: CommitId): Known | undefined;
  /** The first event in the log that breaks the condition. Not called where the head alone gives the answer. */
  findConflict(condition: AppendCondition): Position | undefined;
}

export type AppendDecision<Known = Commit> =
  | { readonly kind: 'recorded'; readonly commit: Commit }
  /** The id is known: from the log, or from an append before it in the batch. */
  | { readonly kind: 'repeated'; readonly first: Commit | Known }
  /** The event at this position breaks the append condition. */
  | { readonly kind: 'conflict'; readonly position: Position }
  /** It cannot be decided or encoded. The other appends of the batch do not depend on it. */
  | { readonly kind: 'failed'; readonly error: unknown };

/** A commit that has its positions and its hash, and is about to be written. */
export interface PendingCommit<Append extends NewCommit = NewCommit> {
  readonly append: Append;
  readonly commit: Commit;
  readonly previous: Buffer;
  readonly hashed: HashedCommit;
}

export interface DecidedBatch<Append extends NewCommit = NewCommit, Known = Commit> {
  /** One for each append, in order. */
  readonly decisions: readonly AppendDecision<Known>[];
  /** What is to be written, in the order of the log. */
  readonly pending: readonly PendingCommit<Append>[];
}

/**
 * Decides appends in order, each as if those before it were recorded already. Writes nothing.
 *
 * An id is looked up before the condition is checked: the events of an append that succeeded may break its own condition
 * when it is repeated.
 */
export function decideAppends<Append extends NewCommit, Known = Commit>(
  appends: readonly Append[],
  log: LogView<Known>,
): DecidedBatch<Append, Known> {
  const pending: PendingCommit<Append>[] = [];
  const inBatch = new Map<CommitId, Commit>();

  const decide = (append: Append): AppendDecision<Known> => {
    const { id, condition, isNewId = false } = append;
    const first = inBatch.get(id) ?? (isNewId ? undefined : log.findCommit(id));
    if (first !== undefined) return { kind: 'repeated', first };
    const head = pending.at(-1)?.commit.last ?? log.head;
    if (condition !== undefined && condition.after > head) throw new PositionNotInLog(condition.after, head);
    const conflict = condition && (findInLog(condition, log) ?? findInBatch(condition, pending));
    if (conflict !== undefined) return { kind: 'conflict', position: conflict };
    const next = follow(pending.at(-1), append, log);
    pending.push(next);
    inBatch.set(id, next.commit);
    return { kind: 'recorded', commit: next.commit };
  };

  const decisions = appends.map((append): AppendDecision<Known> => {
    try {
      return decide(append);
    } catch (error) {
      return { kind: 'failed', error };
    }
  });
  return { decisions, pending };
}

function findInLog(condition: AppendCondition, log: LogView<unknown>): Position | undefined {
  const { query, after } = condition;
  if (after >= log.head) return undefined;
  return matchesEverything(query) ? position(after + 1) : log.findConflict(condition);
}

function findInBatch(
  { query, after }: AppendCondition,
  pending: readonly PendingCommit[],
): Position | undefined {
  for (const { append, commit } of pending) {
    const index = append.events.findIndex(
      (event, offset) => commit.first + offset > after && matches(query, event),
    );
    if (index >= 0) return position(commit.first + index);
  }
  return undefined;
}

/** Gives the append the positions, the time and the hash that follow on the commit before it. */
function follow<Append extends NewCommit>(
  before: PendingCommit | undefined,
  append: Append,
  log: LogView<unknown>,
): PendingCommit<Append> {
  const { id, events, fingerprint } = append;
  const time = timeAfter(before?.commit.time ?? log.time, append);
  const last = before?.commit.last ?? log.head;
  const previous = before?.hashed.hash ?? log.hash;
  const first = position(last + 1);
  const commit: Commit = {
    id,
    first,
    last: position(last + events.length),
    time,
    repeated: false,
    ...(fingerprint !== undefined && { fingerprint }),
  };
  return {
    append,
    commit,
    previous,
    hashed: hashCommit(time === append.time ? append : { ...append, time }, first, previous),
  };
}

/** Times are compared as texts: the same form in UTC for all of them. */
function timeAfter(last: string | undefined, { time, isImported = false }: NewCommit): string {
  return last !== undefined && time < last && !isImported ? last : time;
}
