/** The whole duty of a store, in an array: what tests run on, and the first one to read. */
import { randomUUID } from 'node:crypto';
import { AppendConditionFailed, LogClosed } from '../errors.js';
import {
  START,
  position,
  type Commit,
  type CommitId,
  type NewCommit,
  type Position,
  type Query,
  type Range,
  type StoredEvent,
} from '../event.js';
import { EventStore } from '../event-store.js';
import { matches } from '../query.js';
import { WaitablePosition } from '../waitable-position.js';
import { PAGE_SIZE } from '../page.js';

/** Keeps the log for as long as the process lives, and not a moment longer. */
export class MemoryStore extends EventStore {
  override readonly identity = randomUUID();
  readonly #events: StoredEvent[] = [];
  readonly #commits = new Map<CommitId, Commit>();
  readonly #head = new WaitablePosition();
  #closed = false;

  // Nothing in here waits, so a commit cannot be seen half done and appends keep their order.
  override append(commit: NewCommit): Promise<Commit> {
    if (this.#closed) return Promise.reject(new LogClosed());
    const first = this.#commits.get(commit.id);
    if (first !== undefined) return Promise.resolve({ ...first, repeated: true });
    const { condition } = commit;
    const breaking =
      condition && this.#events.slice(condition.after).find((event) => matches(condition.query, event));
    if (breaking !== undefined) return Promise.reject(new AppendConditionFailed(breaking.position));
    return Promise.resolve(this.#record(commit));
  }

  override find(id: CommitId): Promise<Commit | undefined> {
    return Promise.resolve(this.#commits.get(id));
  }

  override async *read(
    query: Query,
    { after = START, through = this.#head.position, limit = Infinity, backwards = false }: Range,
  ): AsyncIterable<readonly StoredEvent[]> {
    const found = this.#events.slice(after, through).filter((event) => matches(query, event));
    if (backwards) found.reverse();
    const wanted = found.slice(0, limit);
    for (let start = 0; start < wanted.length; start += PAGE_SIZE) {
      yield await Promise.resolve(wanted.slice(start, start + PAGE_SIZE));
    }
  }

  override head(): Promise<Position> {
    return Promise.resolve(this.#head.position);
  }

  override advanced(after: Position, signal: AbortSignal): Promise<void> {
    return this.#head.passed(after, signal);
  }

  override close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  #record({ id, time, metadata, events, fingerprint }: NewCommit): Commit {
    const before = this.#head.position;
    events.forEach((event, index) => {
      this.#events.push(
        Object.freeze({ ...event, position: position(before + index + 1), time, commit: id, metadata }),
      );
    });
    const last = position(before + events.length);
    const commit: Commit = {
      id,
      first: position(before + 1),
      last,
      time,
      repeated: false,
      ...(fingerprint !== undefined && { fingerprint }),
    };
    this.#commits.set(id, commit);
    this.#head.moveTo(last);
    return commit;
  }
}
