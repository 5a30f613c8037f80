/** How much is folded before it is written: in events, bytes, and time that the serving thread is held for. */

/** So many events are written in one transaction: fewer transactions, and each entity once in each. */
const MAX_EVENTS = 4_000;
/** Of the entities that a batch has read from the database, which are in memory until it is written. */
const MAX_BYTES = 64 * 1024 * 1024;
/** What preparing a batch is to take at most, and writing it where that holds the thread. */
const MAX_MS = 25;
/** However slow it is. */
const MIN_ENTITIES = 50;

export class BatchSize {
  /** As many as the last batches have shown that can be prepared, or written, in the time that it may take. */
  #maxEntities = MAX_EVENTS;

  isFull({
    events,
    entities,
    bytes,
  }: {
    readonly events: number;
    readonly entities: number;
    readonly bytes: number;
  }): boolean {
    return events >= MAX_EVENTS || bytes >= MAX_BYTES || entities >= this.#maxEntities;
  }

  /** @param milliseconds that the thread was held for in one go */
  note(entities: number, milliseconds: number): void {
    if (entities < MIN_ENTITIES) return;
    const right = (entities * MAX_MS) / Math.max(milliseconds, 1);
    // A single fast batch, as of small entities, is not taken for all that follow.
    this.#maxEntities = Math.max(Math.min(right, 1.5 * this.#maxEntities, MAX_EVENTS), MIN_ENTITIES);
  }
}
