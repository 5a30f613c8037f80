/** Where in the log a moment is: positions are its order, and times are looked up by them. */
import { START, position, type Position, type RecordedCommit } from './event.js';
import type { EventLog } from './event-log.js';

type TimedLog = Pick<EventLog, 'head' | 'commits'>;

/**
 * The position of the last event that was recorded at this moment or before it; 0 when there is none. Events of the same
 * millisecond are all within. Found by halving, so it takes the log's times to go forward; where a clock was set back, it is a position
 * whose time is not after the moment and is followed by one that is, or by none.
 *
 * @param moment milliseconds since 1970
 */
export async function positionAt(log: TimedLog, moment: number): Promise<Position> {
  let before = START;
  let after = position((await log.head()) + 1);
  while (before + 1 < after) {
    const middle = position(Math.floor((before + after) / 2));
    const commit = await commitAt(log, middle);
    if (commit === undefined) return before;
    // A commit has one time.
    if (Date.parse(commit.time) <= moment) before = commit.last;
    else after = commit.first;
  }
  return before;
}

/** When the event at this position was recorded, as RFC 3339; undefined when there is none. */
export async function timeAt(log: TimedLog, where: Position): Promise<string | undefined> {
  return (await commitAt(log, where))?.time;
}

/** The commit that the position belongs to. Not `log.at`, which does not see what upcasters have made nothing of. */
async function commitAt(log: TimedLog, where: Position): Promise<RecordedCommit | undefined> {
  if (where === START) return undefined;
  for await (const page of log.commits({ after: position(where - 1), through: where })) return page[0];
  return undefined;
}
