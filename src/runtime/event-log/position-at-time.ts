/** Finds positions by time, and the time of a position. */
import { START, position, type Position, type RecordedCommit } from './event.js';
import type { EventStore } from './event-store.js';

type TimedLog = Pick<EventStore, 'head' | 'commits'>;

/**
 * The position of the last event that was recorded at this time or before it; 0 when there is none. Includes all events of
 * the same millisecond. A binary search. Times run back only in a log that was imported or begun before they were kept from it; there it finds one of the positions whose time is not
 * after `time` and whose successor's is.
 *
 * @param time milliseconds since 1970
 */
export async function positionAt(log: TimedLog, time: number): Promise<Position> {
  let before = START;
  let after = position((await log.head()) + 1);
  while (before + 1 < after) {
    const middle = position(Math.floor((before + after) / 2));
    const commit = await commitAt(log, middle);
    if (commit === undefined) return before;
    // A commit has one time.
    if (Date.parse(commit.time) <= time) before = commit.last;
    else after = commit.first;
  }
  return before;
}

/** When the event at this position was recorded, as RFC 3339; undefined when there is none. */
export async function timeAt(log: TimedLog, where: Position): Promise<string | undefined> {
  return (await commitAt(log, where))?.time;
}

/** The commit that holds the position; undefined when there is none. `log.at` would not find an event that upcasters drop. */
export async function commitAt(log: TimedLog, where: Position): Promise<RecordedCommit | undefined> {
  if (where === START) return undefined;
  for await (const page of log.commits({ after: position(where - 1), through: where })) return page[0];
  return undefined;
}
