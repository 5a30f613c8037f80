/** The newest events, read once for all streams that have come to the head of the log, and written once as JSON. */
import { EVERYTHING, type Position, type Query, type RecordedEvent } from '../../event-log/event.js';
import type { EventLog } from '../../event-log/event-log.js';
import { matches } from '../../event-log/query.js';
import type { IsSought } from '../events/event-filter.js';
import { CHUNK_LENGTH, type PushMessage } from './push-source.js';
import { Watchers, type Watcher } from './watchers.js';

/** As JSON. A stream that is further behind reads from the log again. */
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_EVENTS = 4096;

/** An event as it is sent. */
interface LiveEvent {
  readonly position: Position;
  readonly event: RecordedEvent;
  readonly message: PushMessage & { readonly data: string };
}

export interface LivePage {
  readonly messages: readonly PushMessage[];
  readonly through: Position;
}

export type LiveLog = Pick<EventLog, 'followPages' | 'knownHead'>;

export class LiveEvents {
  readonly #watchers = new Watchers(() => {
    this.#stop();
  });
  #following: AbortController | undefined;
  #after = 0 as Position;
  #through = 0 as Position;
  #events: LiveEvent[] = [];
  #bytes = 0;

  constructor(private readonly log: LiveLog) {}

  watch(signal: AbortSignal): Watcher {
    return this.#watchers.watch(signal);
  }

  /**
   * What matches after a position. Undefined when not everything after it is in memory: it must be read from the log. A stream that has come
   * to the head begins what is read for all.
   *
   * @param isSought of what matches, only this
   */
  after(at: Position, query: Query, isSought?: IsSought): LivePage | undefined {
    if (this.#following === undefined) {
      if (at < this.log.knownHead) return undefined;
      this.#begin(this.log.knownHead);
    }
    if (at < this.#after) return undefined;
    const messages: PushMessage[] = [];
    let length = 0;
    let last = at;
    for (let index = this.#indexAfter(at); index < this.#events.length; index += 1) {
      const live = this.#events[index];
      if (live === undefined) break;
      // One that is far behind is given no more at a time than one that reads from the log.
      if (length >= CHUNK_LENGTH && live.position !== last) return { messages, through: last };
      last = live.position;
      if (!matches(query, live.event) || isSought?.(live.event) === false) continue;
      messages.push(live.message);
      length += live.message.data.length;
    }
    return { messages, through: at > this.#through ? at : this.#through };
  }

  #begin(after: Position): void {
    const following = new AbortController();
    this.#following = following;
    this.#after = after;
    this.#through = after;
    void this.#follow(after, following);
  }

  async #follow(after: Position, following: AbortController): Promise<void> {
    try {
      for await (const page of this.log.followPages(EVERYTHING, after, following.signal)) {
        if (following.signal.aborted) return;
        for (const event of page.events) this.#add(event);
        this.#through = page.through;
        this.#watchers.notify();
      }
    } catch {
      // Each stream reads on by itself, and meets what cannot be read only if it asks for it.
    }
    if (following !== this.#following) return;
    this.#forget();
    this.#watchers.notify();
  }

  #add(event: RecordedEvent): void {
    const message = messageOf(event);
    this.#events.push({ position: event.position, event, message });
    this.#bytes += message.data.length;
    // By halves, so that dropping costs little for each event that is added.
    while (this.#events.length > 1 && (this.#bytes > MAX_BYTES || this.#events.length > MAX_EVENTS))
      this.#dropOldest(Math.ceil(this.#events.length / 2));
  }

  #dropOldest(count: number): void {
    const dropped = this.#events.slice(0, count);
    this.#after = dropped.at(-1)?.position ?? this.#after;
    // The parts of one event are never parted.
    this.#events = this.#events.slice(count).filter(({ position }) => position > this.#after);
    this.#bytes = this.#events.reduce((bytes, { message }) => bytes + message.data.length, 0);
  }

  /** The index of the first event after a position. */
  #indexAfter(at: Position): number {
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle]?.position ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #stop(): void {
    this.#following?.abort();
    this.#forget();
  }

  #forget(): void {
    this.#following = undefined;
    this.#events = [];
    this.#bytes = 0;
  }
}

/** Its id is the position, and of one of several parts that too. */
export function messageOf(event: RecordedEvent): PushMessage & { readonly data: string } {
  const { position, part } = event;
  return {
    id: part === undefined ? String(position) : `${position}.${part}`,
    data: JSON.stringify(event),
  };
}
