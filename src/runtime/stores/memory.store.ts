/** An event store in an array: what tests run on, and the first store to read. */
import { randomUUID } from 'node:crypto';
import { LogClosed } from '../event-log/errors.js';
import {
  PAGE_SIZE,
  START,
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
import { NO_HASH, toRecordedCommit, verifyCommit } from '../event-log/commits/hashed-commit.js';
import { WaitablePosition } from '../event-log/following/waitable-position.js';
import { settle } from './append-queue.js';
import { decideAppends, type LogView, type PendingCommit } from './decide-appends.js';

/** Keeps the log for as long as the store is referenced. Nothing outlives the process. */
export class MemoryStore extends EventStore {
  override readonly identity = randomUUID();
  readonly #events: StoredEvent[] = [];
  readonly #commits: RecordedCommit[] = [];
  readonly #byId = new Map<CommitId, Commit>();
  readonly #head = new WaitablePosition();
  #hash = NO_HASH;
  #isClosed = false;

  /** Decides and records in one turn of the event loop: appends keep their order, and no reader sees half a commit. */
  override append(append: NewCommit): Promise<Commit> {
    if (this.#isClosed) return Promise.reject(new LogClosed());
    return new Promise((resolve, reject) => {
      const { decisions, pending } = decideAppends([append], this.#view());
      for (const commit of pending) this.#record(commit);
      for (const decision of decisions) settle({ resolve, reject }, decision);
    });
  }

  override find(id: CommitId): Promise<Commit | undefined> {
    if (this.#isClosed) return Promise.reject(new LogClosed());
    return Promise.resolve(this.#byId.get(id));
  }

  override async *read(
    query: Query,
    { after = START, through = this.#head.position, limit = Infinity, backwards = false }: Range,
  ): AsyncIterable<readonly StoredEvent[]> {
    if (this.#isClosed) throw new LogClosed();
    const found = this.#events.slice(after, through).filter((event) => matches(query, event));
    if (backwards) found.reverse();
    yield* pages(found.slice(0, limit));
  }

  override async *commits({
    after = START,
    through = this.#head.position,
  }: Pick<Range, 'after' | 'through'> = {}): AsyncIterable<readonly RecordedCommit[]> {
    if (this.#isClosed) throw new LogClosed();
    yield* pages(this.#commits.filter(({ first, last }) => last > after && first <= through));
  }

  override head(): Promise<Position> {
    return Promise.resolve(this.#head.position);
  }

  override advanced(after: Position, signal: AbortSignal): Promise<void> {
    return this.#head.passed(after, signal);
  }

  override close(): Promise<void> {
    this.#isClosed = true;
    return Promise.resolve();
  }

  #view(): LogView {
    return {
      head: this.#head.position,
      hash: this.#hash,
      time: this.#commits.at(-1)?.time,
      findCommit: (id) => this.#byId.get(id),
      // The event at position n is the nth, so what follows a position begins at that index.
      findConflict: ({ query, after }) =>
        this.#events.slice(after).find((event) => matches(query, event))?.position,
    };
  }

  #record({ commit, hashed }: PendingCommit): void {
    // Decoded from the bytes that were hashed, as in every store: later changes to the caller's objects have no effect.
    const recorded = toRecordedCommit(verifyCommit(hashed.bytes, commit.last));
    this.#commits.push(recorded);
    this.#byId.set(recorded.id, commit);
    for (const event of recorded.events) this.#events.push(event);
    this.#hash = hashed.hash;
    this.#head.moveTo(commit.last);
  }
}

async function* pages<Item>(items: readonly Item[]): AsyncIterable<readonly Item[]> {
  for (let start = 0; start < items.length; start += PAGE_SIZE) {
    yield await Promise.resolve(items.slice(start, start + PAGE_SIZE));
  }
}
