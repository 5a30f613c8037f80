/** What becomes of each append of a group, in order, each in view of those before it. Knows the log, not the database. */
import { AppendConditionFailed } from '../../event-log/errors.js';
import {
  position,
  type AppendCondition,
  type Commit,
  type CommitId,
  type Position,
} from '../../event-log/event.js';
import { matches, matchesEverything } from '../../event-log/query.js';
import { hashCommit } from '../../event-log/commits/hashed-commit.js';
import type { StorableCommit } from './storable-commit.js';

/** What the log says to a group of appends, while nobody else can append. */
export interface HeldLog {
  readonly head: Position;
  /** The hash of the commit that ends at the head. */
  readonly hash: Buffer;
  /** Of the group's commit ids those that the log has, and where their commits end. */
  readonly known: ReadonlyMap<CommitId, Position>;
  /** The first event in the log that breaks an append's condition. Not for conditions that mean everything. */
  readonly breaking: ReadonlyMap<StorableCommit, Position>;
}

/** A commit that has its positions and its hash, and is to be recorded. */
export interface PendingCommit {
  readonly storable: StorableCommit;
  readonly commit: Commit;
  readonly previous: Buffer;
  readonly hash: Buffer;
}

export type Outcome =
  /** Recorded now, or by an append before it in the group. */
  | { readonly commit: Commit }
  /** Recorded long ago, as the commit that ends there. */
  | { readonly recordedAt: Position }
  | { readonly refusal: AppendConditionFailed };

export interface Decision {
  readonly staged: readonly PendingCommit[];
  /** One for each append of the group, in order. */
  readonly outcomes: readonly Outcome[];
}

export function decide(group: readonly StorableCommit[], standing: HeldLog): Decision {
  const staged: PendingCommit[] = [];
  const byId = new Map<CommitId, Commit>();
  const outcomes = group.map((storable): Outcome => {
    const { id, condition } = storable.asked;
    const before = byId.get(id);
    if (before !== undefined) return { commit: { ...before, repeated: true } };
    const recordedAt = standing.known.get(id);
    if (recordedAt !== undefined) return { recordedAt };
    const breaking = condition && firstBreaking(storable, condition, standing, staged);
    if (breaking !== undefined) return { refusal: new AppendConditionFailed(breaking) };
    const next = stage(storable, standing, staged.at(-1));
    staged.push(next);
    byId.set(id, next.commit);
    return { commit: next.commit };
  });
  return { staged, outcomes };
}

/** Where the first event stands that breaks the condition, in the log or on its way there. */
function firstBreaking(
  storable: StorableCommit,
  { query, after }: AppendCondition,
  { head, breaking }: HeldLog,
  staged: readonly PendingCommit[],
): Position | undefined {
  if (matchesEverything(query) && after < head) return position(after + 1);
  const recorded = breaking.get(storable);
  if (recorded !== undefined) return recorded;
  for (const { commit, storable: earlier } of staged) {
    const index = earlier.asked.events.findIndex(
      (event, offset) => commit.first + offset > after && matches(query, event),
    );
    if (index >= 0) return position(commit.first + index);
  }
  return undefined;
}

function stage(
  storable: StorableCommit,
  { head, hash }: HeldLog,
  before: PendingCommit | undefined,
): PendingCommit {
  const { id, time, events, fingerprint } = storable.asked;
  const previous = before?.hash ?? hash;
  const last = before?.commit.last ?? head;
  const first = position(last + 1);
  const commit: Commit = {
    id,
    first,
    last: position(last + events.length),
    time,
    repeated: false,
    ...(fingerprint !== undefined && { fingerprint }),
  };
  return { storable, commit, previous, hash: hashCommit(storable.asked, first, previous).hash };
}
