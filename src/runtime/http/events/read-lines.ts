/** One chunk of a stream of events as NDJSON: its text, and the range that is left to read. */
import { EventUnreadable } from '../../event-log/errors.js';
import { position, type Position, type Query, type Range } from '../../event-log/event.js';
import type { EventLog } from '../../event-log/event-log.js';

/** A chunk ends after so many characters, so that no turn takes long when events are large. */
export const CHUNK_LENGTH = 256 * 1024;

export interface Lines {
  readonly text: string;
  /** Undefined at the end of the range. */
  readonly rest: Range | undefined;
}

/** @throws EventUnreadable only when it is the first event of the range; otherwise the text ends before it */
export async function readLines(log: Pick<EventLog, 'read'>, query: Query, range: Range): Promise<Lines> {
  const lines: string[] = [];
  let length = 0;
  let count = 0;
  let last: Position | undefined;
  const chunk = (): Lines => ({
    text: lines.join(''),
    rest: last === undefined ? undefined : rest(range, last, count),
  });
  try {
    for await (const page of log.read(query, range)) {
      for (const event of page) {
        if (event.position !== last) {
          // The parts of one event are never parted.
          if (length >= CHUNK_LENGTH) return chunk();
          last = event.position;
          count += 1;
        }
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
