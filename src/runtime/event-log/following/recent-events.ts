/** The newest events of the log, in memory, shared by all followers, so that what was just appended need not be read from the store. */
import { START, type Page, type Position, type RecordedEvent } from '../event.js';

/** Roughly what the events may take in memory. */
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_EVENTS = 16_384;

/** Every event after one position and up to another. */
export interface CachedPage extends Page {
  readonly after: Position;
}

/** How far one follower has read. */
export interface Reader {
  position: Position;
}

export class RecentEvents {
  readonly #readers = new Set<Reader>();
  #after: Position = START;
  #through: Position = START;
  #events: RecordedEvent[] = [];
  /** Of each event, its share of its commit's bytes. */
  #sizes: number[] = [];
  #bytes = 0;

  /** The newest position that was added. */
  get through(): Position {
    return this.#through;
  }

  /** Adds what was recorded next. After a gap, everything before it is dropped. */
  add({ after, through, events }: CachedPage, bytes: number): void {
    if (after < this.#through) return; // added already
    if (after > this.#through) this.#beginAfter(after);
    this.#through = through;
    for (const event of events) {
      this.#events.push(event);
      this.#sizes.push(bytes / events.length);
    }
    this.#bytes += bytes;
    // By halves, so that dropping costs little for each event that is added.
    while (this.#events.length > 1 && (this.#bytes > MAX_BYTES || this.#events.length > MAX_EVENTS)) {
      this.#dropOldest(Math.ceil(this.#events.length / 2));
    }
  }

  /** What a reader has not read yet is kept, within the limits, until the reader is removed. */
  addReader(position: Position): Reader {
    const reader = { position };
    this.#readers.add(reader);
    return reader;
  }

  advance(reader: Reader, to: Position): void {
    reader.position = to;
    if (to >= this.#through) this.#dropIfRead();
  }

  removeReader(reader: Reader): void {
    this.#readers.delete(reader);
    this.#dropIfRead();
  }

  /** The events after a position, at most so many; undefined when there are none, or not all of them are in memory. */
  pageAfter(after: Position, limit: number): CachedPage | undefined {
    if (after < this.#after || after >= this.#through) return undefined;
    const start = this.#indexAfter(after);
    const events = this.#events.slice(start, start + limit);
    const isAll = start + events.length === this.#events.length;
    return { after, events, through: isAll ? this.#through : (events.at(-1)?.position ?? this.#through) };
  }

  /** The index of the first event after a position. */
  #indexAfter(after: Position): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.position ?? START) <= after) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Drops what every reader has read; a reader that is further behind reads from the store anyway. Events that are dropped
   * at once die young; each that is kept for a second is copied twice by the garbage collector, which stops the process.
   */
  #dropIfRead(): void {
    if (this.#events.length === 0) return;
    for (const { position } of this.#readers) if (position >= this.#after && position < this.#through) return;
    this.#beginAfter(this.#through);
  }

  #dropOldest(count: number): void {
    this.#after = this.#events[count - 1]?.position ?? this.#through;
    this.#events = this.#events.slice(count);
    for (const size of this.#sizes.slice(0, count)) this.#bytes -= size;
    this.#sizes = this.#sizes.slice(count);
  }

  #beginAfter(after: Position): void {
    this.#after = after;
    this.#events = [];
    this.#sizes = [];
    this.#bytes = 0;
  }
}
