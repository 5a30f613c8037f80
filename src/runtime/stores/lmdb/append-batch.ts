/** Which of the appends that wait are to be one transaction. */
import { MAX_COMMIT_EVENTS } from '../../event-log/contracts/checked-events.js';
import type { Commit, NewCommit } from '../../event-log/event.js';

/** An append that was asked for and has no answer yet. */
export interface PendingAppend {
  readonly commit: NewCommit;
  readonly resolve: (commit: Commit) => void;
  readonly reject: (error: unknown) => void;
}

/** At most so many appends share a flush, with no more events than one commit may have: nobody waits long for the others. */
const MAX_BATCH_COMMITS = 1024;

/** Takes the first of them; at least one, where there is any. */
export function takeBatch(asked: PendingAppend[]): readonly PendingAppend[] {
  let [count, events] = [0, 0];
  for (const { commit } of asked) {
    events += commit.events.length;
    if (count === MAX_BATCH_COMMITS || (count > 0 && events > MAX_COMMIT_EVENTS)) break;
    count += 1;
  }
  return asked.splice(0, count);
}
