/** One chunk of a stream of events as NDJSON: its text, and the range that is left to read. */
import { EventUnreadable } from '../../event-log/errors.js';
import { position, type Position, type Query, type Range } from '../../event-log/event.js';
import type { EventLog } from '../../event-log/event-log.js';
import type { IsSought } from './event-filter.js';

/** A chunk ends after so many characters, so that no turn takes long when events are large. */
export const CHUNK_LENGTH = 256 * 1024;

/** Where each event has to be looked at, a chunk ends after so many, however few of them are sought. */
const MAX_CHUNK_SEARCHED = 1000;

export interface Lines {
  readonly text: string;
  /** Undefined at the end of the range. */
  readonly rest: Range | undefined;
}

/**
 * The text may be empty where a range is left to read, if no event of it was sought.
 *
 * @throws EventUnreadable only when it is the first event of the range; otherwise the text ends before it
 */
export async function readLines(
  log: Pick<EventLog, 'read'>,
  query: Query,
  range: Range,
  isSought?: IsSought,
): Promise<Lines> {
  const { limit, ...unlimited } = range;
  const lines: string[] = [];
  let [length, seen, found] = [0, 0, 0];
  let [last, lastFound]: (Position | undefined)[] = [];
  const chunk = (): Lines => ({
    text: lines.join(''),
    rest: last === undefined ? undefined : rest(range, last, found),
  });
  const isFull = (): boolean =>
    length >= CHUNK_LENGTH || (isSought !== undefined && (seen === MAX_CHUNK_SEARCHED || found === limit));
  try {
    for await (const page of log.read(query, isSought === undefined ? range : unlimited)) {
      for (const event of page) {
        if (event.position !== last) {
          // The parts of one event are never parted.
          if (isFull()) return chunk();
          last = event.position;
          seen += 1;
        }
        if (isSought?.(event) === false) continue;
        if (event.position !== lastFound) found += 1;
        lastFound = event.position;
        const line = `${JSON.stringify(event)}\n`;
        lines.push(line);
        length += line.length;
      }
    }
  } catch (error) {
    if (!(error instanceof EventUnreadable) || last === undefined) throw error;
    return chunk();
  }
  return { text: lines.join(''), rest: undefined };
}

function rest({ limit, ...range }: Range, last: Position, count: number): Range | undefined {
  if (limit !== undefined && limit <= count) return undefined;
  return {
    ...range,
    ...(limit !== undefined && { limit: limit - count }),
    ...(range.backwards === true ? { through: position(last - 1) } : { after: last }),
  };
}
