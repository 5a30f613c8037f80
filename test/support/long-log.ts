/** A log of any length that costs nothing: its first events are computed when they are read. */
import { randomUUID } from 'node:crypto';
import { EventStore } from '../../src/runtime/event-log/event-store.js';
import {
  PAGE_SIZE,
  START,
  commitId,
  position,
  tag,
  type Commit,
  type NewCommit,
  type Position,
  type Query,
  type Range,
  type RecordedCommit,
  type StoredEvent,
} from '../../src/runtime/event-log/event.js';
import { WaitablePosition } from '../../src/runtime/event-log/following/waitable-position.js';
import { matches, type QueriedEvent } from '../../src/runtime/event-log/query.js';

/** So many events are recorded in a second. */
const PER_SECOND = 10;
const BEGIN = Date.UTC(2026, 0, 31);
const SENSORS = Array.from({ length: 7 }, (_, nth) => [tag(`sensor:${nth}`)]);

/** When a computed event was recorded. */
export function timeOf(where: number): string {
  return new Date(BEGIN + (where * 1000) / PER_SECOND).toISOString();
}

/** Every thousandth event is a `reading.marked`, all others are `reading.taken`. Commits have one event, and hashes that prove nothing. */
export class LongLog extends EventStore {
  override readonly identity = randomUUID();
  readonly #appended: StoredEvent[] = [];
  readonly #head: WaitablePosition;

  constructor(private readonly computed: number) {
    super();
    this.#head = new WaitablePosition(position(computed));
  }

  override append({ id, time, metadata, events }: NewCommit): Promise<Commit> {
    const first = position(this.#head.position + 1);
    for (const event of events)
      this.#appended.push({
        ...event,
        position: position(this.computed + this.#appended.length + 1),
        time,
        commit: id,
        metadata,
      });
    this.#head.moveTo(position(this.computed + this.#appended.length));
    return Promise.resolve({ id, first, last: this.#head.position, time, repeated: false });
  }

  override find(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  override async *read(
    query: Query,
    { after = START, through = this.#head.position, limit = Infinity, backwards = false }: Range,
  ): AsyncIterable<readonly StoredEvent[]> {
    let found: StoredEvent[] = [];
    let left = limit;
    const last = Math.min(through, this.#head.position);
    for (let nth = 0; nth < last - after && left > 0; nth += 1) {
      const where = backwards ? last - nth : after + 1 + nth;
      if (!matches(query, this.#appended[where - this.computed - 1] ?? outlineAt(where))) continue;
      const event = this.#at(where);
      left -= 1;
      found.push(event);
      if (found.length < PAGE_SIZE) continue;
      yield await Promise.resolve(found);
      found = [];
    }
    if (found.length > 0) yield found;
  }

  override async *commits({
    after = START,
    through = this.#head.position,
  }: Pick<Range, 'after' | 'through'> = {}): AsyncIterable<readonly RecordedCommit[]> {
    for (let each = after + 1; each <= Math.min(through, this.#head.position); each += 1) {
      const event = this.#at(each);
      const { time, metadata, commit: id, position: first } = event;
      const [previous, hash] = [each - 1, each].map((at) => at.toString(16).padStart(64, '0'));
      yield await Promise.resolve([
        {
          id,
          first,
          last: first,
          time,
          metadata,
          events: [event],
          previous: previous ?? '',
          hash: hash ?? '',
        },
      ]);
    }
  }

  override head(): Promise<Position> {
    return Promise.resolve(this.#head.position);
  }

  override advanced(after: Position, signal: AbortSignal): Promise<void> {
    return this.#head.passed(after, signal);
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }

  #at(where: number): StoredEvent {
    const appended = this.#appended[where - this.computed - 1];
    if (appended !== undefined) return appended;
    return {
      ...outlineAt(where),
      position: position(where),
      data: { value: where },
      metadata: {},
      time: timeOf(where),
      commit: commitId(`made-up/${where}`),
    };
  }
}

/** What a query can ask for. */
function outlineAt(where: number): QueriedEvent {
  return {
    type: where % 1000 === 0 ? 'reading.marked' : 'reading.taken',
    revision: 1,
    tags: SENSORS[where % SENSORS.length] ?? [],
  };
}
