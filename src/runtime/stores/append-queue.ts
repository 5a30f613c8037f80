/** Appends that wait for an answer: which of them share a transaction, and how each is answered. */
import { AppendConditionFailed } from '../event-log/errors.js';
import type { Commit, NewCommit } from '../event-log/event.js';
import type { AppendDecision } from './decide-appends.js';

export interface PendingAppend<Append extends NewCommit = NewCommit> {
  readonly append: Append;
  readonly resolve: (commit: Commit) => void;
  readonly reject: (error: unknown) => void;
}

/** So many appends share a transaction at most, so that none of them waits long for the others. */
const MAX_BATCH_COMMITS = 1024;

/**
 * Takes the oldest appends from the queue: at least one, if there is any.
 *
 * @param maxSize of all of them together; a single append may be larger
 */
export function takeBatch<Append extends NewCommit>(
  queue: PendingAppend<Append>[],
  sizeOf: (append: Append) => number,
  maxSize: number,
): readonly PendingAppend<Append>[] {
  let [count, size] = [0, 0];
  for (const { append } of queue) {
    size += sizeOf(append);
    if (count === MAX_BATCH_COMMITS || (count > 0 && size > maxSize)) break;
    count += 1;
  }
  return queue.splice(0, count);
}

/** Answers the caller. Only here does a conflict become an error. */
export function settle(
  { resolve, reject }: Pick<PendingAppend, 'resolve' | 'reject'>,
  decision: AppendDecision,
): void {
  switch (decision.kind) {
    case 'recorded':
      resolve(decision.commit);
      break;
    case 'repeated':
      resolve({ ...decision.first, repeated: true });
      break;
    case 'conflict':
      reject(new AppendConditionFailed(decision.position));
      break;
    case 'failed':
      reject(decision.error);
      break;
  }
}
