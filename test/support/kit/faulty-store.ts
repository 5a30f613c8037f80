/** Stores to test the conformance kit with: a correct one with every capability, and ones with faults. */
import { LogClosed } from '../../../src/runtime/event-log/errors.js';
import { EventStore } from '../../../src/runtime/event-log/event-store.js';
import type {
  Commit,
  CommitId,
  NewCommit,
  Position,
  Query,
  Range,
  RecordedCommit,
  StoredEvent,
} from '../../../src/runtime/event-log/event.js';
import { MemoryStore } from '../../../src/runtime/stores/memory.store.js';
import type { EventStoreFactory } from '../../../src/runtime/testing/conformance/event-store-factory.js';

/** One of several stores on a log in memory. Each is closed separately. */
class SharedStore extends EventStore {
  #closed = false;

  constructor(readonly log: MemoryStore) {
    super();
  }

  override get identity(): string {
    return this.log.identity;
  }

  override append(commit: NewCommit): Promise<Commit> {
    return this.#closed ? Promise.reject(new LogClosed()) : this.log.append(commit);
  }

  override find(id: CommitId): Promise<Commit | undefined> {
    return this.#closed ? Promise.reject(new LogClosed()) : this.log.find(id);
  }

  override async *read(query: Query, range: Range): AsyncIterable<readonly StoredEvent[]> {
    if (this.#closed) throw new LogClosed();
    yield* this.log.read(query, range);
  }

  override async *commits(
    range?: Pick<Range, 'after' | 'through'>,
  ): AsyncIterable<readonly RecordedCommit[]> {
    if (this.#closed) throw new LogClosed();
    yield* this.log.commits(range);
  }

  override head(): Promise<Position> {
    return this.log.head();
  }

  override advanced(after: Position, signal: AbortSignal): Promise<void> {
    return this.log.advanced(after, signal);
  }

  override close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }
}

/** Wrong implementations of a store's methods. Each is given the correct store. */
export interface Faults {
  readonly identity?: string;
  append?(right: EventStore, commit: NewCommit): Promise<Commit>;
  find?(right: EventStore, id: CommitId): Promise<Commit | undefined>;
  read?(right: EventStore, query: Query, range: Range): AsyncIterable<readonly StoredEvent[]>;
  commits?(
    right: EventStore,
    range?: Pick<Range, 'after' | 'through'>,
  ): AsyncIterable<readonly RecordedCommit[]>;
  head?(right: EventStore): Promise<Position>;
  advanced?(right: EventStore, after: Position, signal: AbortSignal): Promise<void>;
  close?(right: EventStore): Promise<void>;
}

class FaultyStore extends EventStore {
  constructor(
    readonly right: SharedStore,
    readonly faults: Faults,
  ) {
    super();
  }

  override get identity(): string {
    return this.faults.identity ?? this.right.identity;
  }

  override append(commit: NewCommit): Promise<Commit> {
    return this.faults.append?.(this.right, commit) ?? this.right.append(commit);
  }

  override find(id: CommitId): Promise<Commit | undefined> {
    return this.faults.find?.(this.right, id) ?? this.right.find(id);
  }

  override read(query: Query, range: Range): AsyncIterable<readonly StoredEvent[]> {
    return this.faults.read?.(this.right, query, range) ?? this.right.read(query, range);
  }

  override commits(range?: Pick<Range, 'after' | 'through'>): AsyncIterable<readonly RecordedCommit[]> {
    return this.faults.commits?.(this.right, range) ?? this.right.commits(range);
  }

  override head(): Promise<Position> {
    return this.faults.head?.(this.right) ?? this.right.head();
  }

  override advanced(after: Position, signal: AbortSignal): Promise<void> {
    return this.faults.advanced?.(this.right, after, signal) ?? this.right.advanced(after, signal);
  }

  override close(): Promise<void> {
    return this.faults.close?.(this.right) ?? this.right.close();
  }
}

/** A fault, and the case of the kit that must fail. */
export interface Fault {
  /** Completes “a store that …”. */
  readonly what: string;
  /** As `group › case`. */
  readonly noticedBy: string;
  /** Called for each store, so that a fault may have state. */
  readonly faults: () => Faults;
}

/** Opens stores with these faults; without any, correct stores that have every capability. */
export function faultyStores(faults: () => Faults = () => ({})): EventStoreFactory {
  const onLogOf = (store: EventStore): Promise<EventStore> => {
    if (!(store instanceof FaultyStore)) throw new Error('this store was not opened here');
    return Promise.resolve(new FaultyStore(new SharedStore(store.right.log), faults()));
  };
  return {
    open: () => Promise.resolve(new FaultyStore(new SharedStore(new MemoryStore()), faults())),
    reopen: onLogOf,
    another: onLogOf,
    reader: onLogOf,
    dispose: () => Promise.resolve(),
  };
}
