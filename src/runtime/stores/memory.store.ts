/** The whole duty of a store, in an array: what tests run on, and the first one to read. */
import { randomUUID } from 'node:crypto';
import { AppendConditionFailed, LogClosed } from '../event-log/errors.js';
import {
  START,
  position,
  PAGE_SIZE,
  type Commit,
  type CommitId,
  type NewCommit,
  type Position,
  type Query,
  type Range,
  type RecordedCommit,
  type StoredEvent,
} from '../event-log/event.js';
import { EventStore } from '../event-log/event-store.js';
import { matches } from '../event-log/query.js';
import {
  NO_HASH,
  toCommit,
  toRecordedCommit,
  hashCommit,
  verifyCommit,
} from '../event-log/commits/hashed-commit.js';
import { WaitablePosition } from '../event-log/following/waitable-position.js';

/** Keeps the log for as long as the process lives, and not a moment longer. */
export class MemoryStore extends EventStore {
  override readonly identity = randomUUID();
  readonly #events: StoredEvent[] = [];
  readonly #commits: RecordedCommit[] = [];
  readonly #byId = new Map<CommitId, RecordedCommit>();
  readonly #head = new WaitablePosition();
  #hash = NO_HASH;
  #closed = false;

  // Nothing in here waits, so a commit cannot be seen half done and appends keep their order.
  override append(commit: NewCommit): Promise<Commit> {
    if (this.#closed) return Promise.reject(new LogClosed());
    const first = this.#byId.get(commit.id);
    if (first !== undefined) return Promise.resolve({ ...toCommit(first), repeated: true });
    const { condition } = commit;
    const breaking =
      condition && this.#events.slice(condition.after).find((event) => matches(condition.query, event));
    if (breaking !== undefined) return Promise.reject(new AppendConditionFailed(breaking.position));
    return new Promise((resolve) => {
      resolve(this.#record(commit)); // which rejects with what it throws
    });
  }

  override find(id: CommitId): Promise<Commit | undefined> {
    if (this.#closed) return Promise.reject(new LogClosed());
    const recorded = this.#byId.get(id);
    return Promise.resolve(recorded && toCommit(recorded));
  }

  override async *read(
    query: Query,
    { after = START, through = this.#head.position, limit = Infinity, backwards = false }: Range,
  ): AsyncIterable<readonly StoredEvent[]> {
    if (this.#closed) throw new LogClosed();
    const found = this.#events.slice(after, through).filter((event) => matches(query, event));
    if (backwards) found.reverse();
    yield* pages(found.slice(0, limit));
  }

  override async *commits({
    after = START,
    through = this.#head.position,
  }: Pick<Range, 'after' | 'through'> = {}): AsyncIterable<readonly RecordedCommit[]> {
    if (this.#closed) throw new LogClosed();
    yield* pages(this.#commits.filter(({ first, last }) => last > after && first <= through));
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

  #record(asked: NewCommit): Commit {
    const first = position(this.#head.position + 1);
    const last = position(this.#head.position + asked.events.length);
    const { hash, bytes } = hashCommit(asked, first, this.#hash);
    // What is kept is what was sealed, as in every store, and not what was handed in.
    const recorded = toRecordedCommit(verifyCommit(bytes, last));
    this.#hash = hash;
    this.#commits.push(recorded);
    this.#byId.set(recorded.id, recorded);
    for (const event of recorded.events) this.#events.push(event);
    this.#head.moveTo(last);
    return toCommit(recorded);
  }
}

async function* pages<Item>(items: readonly Item[]): AsyncIterable<readonly Item[]> {
  for (let start = 0; start < items.length; start += PAGE_SIZE) {
    yield await Promise.resolve(items.slice(start, start + PAGE_SIZE));
  }
}
