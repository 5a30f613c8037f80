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
import { EventStore, type StoreSize } from '../event-log/event-store.js';
import { NO_HASH, toRecordedCommit, verifyCommit } from '../event-log/commits/hashed-commit.js';
import { WaitablePosition } from '../event-log/following/waitable-position.js';
import { settle, type PendingAppend } from './append-queue.js';
import { searchConditions } from './condition-search.js';
import { decideAppends, type LogView, type PendingCommit } from './decide-appends.js';
import { matchingPages, searchEvents } from './memory-search.js';

/** Keeps the log for as long as the store is referenced. Nothing outlives the process. */
export class MemoryStore extends EventStore {
  override readonly identity = randomUUID();
  readonly #events: StoredEvent[] = [];
  readonly #commits: RecordedCommit[] = [];
  readonly #byId = new Map<CommitId, Commit>();
  readonly #head = new WaitablePosition();
  #hash = NO_HASH;
  readonly #queue: PendingAppend[] = [];
  #isRecording = false;
  #recording: Promise<void> = Promise.resolve();
  #isClosed = false;

  override append(append: NewCommit): Promise<Commit> {
    if (this.#isClosed) return Promise.reject(new LogClosed());
    return new Promise((resolve, reject) => {
      this.#queue.push({ append, resolve, reject });
      if (!this.#isRecording) this.#recording = this.#recordAll();
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
    const events = this.#events.slice(after, through);
    if (backwards) events.reverse();
    yield* matchingPages(events, query, limit);
  }

  override async *commits({
    after = START,
    through = this.#head.position,
  }: Pick<Range, 'after' | 'through'> = {}): AsyncIterable<readonly RecordedCommit[]> {
    if (this.#isClosed) throw new LogClosed();
    const commits = this.#commits.filter(({ first, last }) => last > after && first <= through);
    yield* pages(commits);
  }

  override head(): Promise<Position> {
    return Promise.resolve(this.#head.position);
  }

  override advanced(after: Position, signal: AbortSignal): Promise<void> {
    return this.#head.passed(after, signal);
  }

  override size(): Promise<StoreSize> {
    return Promise.resolve({ kind: 'memory' });
  }

  override close(): Promise<void> {
    this.#isClosed = true;
    return this.#recording;
  }

  /** One after the other, as each may depend on those before it: at once, unless a condition must be searched for. */
  async #recordAll(): Promise<void> {
    this.#isRecording = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const findConflict =
        next.append.condition === undefined
          ? () => undefined
          : await searchConditions([next.append], this.#head.position, (condition) =>
              searchEvents(this.#events, condition),
            );
      this.#decide(next, findConflict);
    }
    this.#isRecording = false;
  }

  /** In one turn of the event loop: no reader sees half a commit. */
  #decide(next: PendingAppend, findConflict: LogView['findConflict']): void {
    try {
      const { decisions, pending } = decideAppends([next.append], this.#view(findConflict));
      for (const commit of pending) this.#record(commit);
      for (const decision of decisions) settle(next, decision);
    } catch (error) {
      next.reject(error);
    }
  }

  #view(findConflict: LogView['findConflict']): LogView {
    return {
      head: this.#head.position,
      hash: this.#hash,
      time: this.#commits.at(-1)?.time,
      findCommit: (id) => this.#byId.get(id),
      findConflict,
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
