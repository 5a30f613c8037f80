/** The newest stretch of the log, in memory, shared by all followers: what makes following cheap. */
import { START, type Position, type RecordedEvent } from '../event.js';
import type { Page } from '../page.js';

/** What the tail may weigh, in bytes, roughly. */
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_EVENTS = 16_384;

/** Some of the log: every event after one position and up to another, and nothing else. */
export interface CachedPage extends Page {
  readonly after: Position;
}

/** How far one follower has been given what there is. */
export interface ReadPosition {
  at: Position;
}

export class RecentEvents {
  readonly #places = new Set<ReadPosition>();
  #after: Position = START;
  #through: Position = START;
  #events: RecordedEvent[] = [];
  /** What each event weighs. */
  #weights: number[] = [];
  #weight = 0;

  /** Takes what was recorded next; what does not join on to the rest begins a new tail. */
  add({ after, through, events }: CachedPage, weight: number): void {
    if (after < this.#through) return; // known already
    if (after > this.#through) this.#beginAfter(after);
    this.#through = through;
    for (const event of events) {
      this.#events.push(event);
      this.#weights.push(weight / events.length);
    }
    this.#weight += weight;
    // By halves, so that dropping costs little for each event that comes.
    while (this.#events.length > 1 && (this.#weight > MAX_BYTES || this.#events.length > MAX_EVENTS)) {
      this.#dropOldest(Math.ceil(this.#events.length / 2));
    }
  }

  /** For as long as a follower has its place here, what it has not been given yet is kept, within the limits. */
  enter(at: Position): ReadPosition {
    const place = { at };
    this.#places.add(place);
    return place;
  }

  move(place: ReadPosition, to: Position): void {
    place.at = to;
    if (to >= this.#through) this.#dropIfPassed();
  }

  leave(place: ReadPosition): void {
    this.#places.delete(place);
    this.#dropIfPassed();
  }

  /** What follows on a position, at most so many events of it; undefined when nothing does that is still known. */
  since(after: Position, limit: number): CachedPage | undefined {
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
   * What every follower has been given is of no more use, and who is further behind reads from the store anyway. Events that are
   * let go of at once die young; each that is kept for a second is copied twice by the collector, while everybody waits.
   */
  #dropIfPassed(): void {
    if (this.#events.length === 0) return;
    for (const { at } of this.#places) if (at >= this.#after && at < this.#through) return;
    this.#beginAfter(this.#through);
  }

  #dropOldest(count: number): void {
    this.#after = this.#events[count - 1]?.position ?? this.#through;
    this.#events = this.#events.slice(count);
    for (const weight of this.#weights.slice(0, count)) this.#weight -= weight;
    this.#weights = this.#weights.slice(count);
  }

  #beginAfter(after: Position): void {
    this.#after = after;
    this.#events = [];
    this.#weights = [];
    this.#weight = 0;
  }
}
