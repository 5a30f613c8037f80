/** Which of the appends that wait are to be one transaction. */
import { LARGEST_COMMIT } from '../../event-log/contracts/checked-events.js';
import type { Commit, NewCommit } from '../../event-log/event.js';

/** An append that was asked for and has no answer yet. */
export interface Asked {
  readonly commit: NewCommit;
  readonly resolve: (commit: Commit) => void;
  readonly reject: (error: unknown) => void;
}

/** At most so many appends share a flush, with no more events than one commit may have: nobody waits long for the others. */
const LARGEST_GROUP = 1024;

/** Takes the first of them; at least one, where there is any. */
export function takeGroup(asked: Asked[]): readonly Asked[] {
  let [count, events] = [0, 0];
  for (const { commit } of asked) {
    events += commit.events.length;
    if (count === LARGEST_GROUP || (count > 0 && events > LARGEST_COMMIT)) break;
    count += 1;
  }
  return asked.splice(0, count);
}
