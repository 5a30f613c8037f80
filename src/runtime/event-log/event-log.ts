/** The event log: what the contexts share, and the only thing they share. Validates, stamps, appends, reads, follows. */
import { filter, map, type Observable } from 'rxjs';
import { checkEvents, checkedMetadata, NO_METADATA } from './contracts/checked-events.js';
import { CommitIdReused, LogBusy } from './errors.js';
import {
  EVERYTHING,
  START,
  commitId,
  position,
  type AppendCondition,
  type Commit,
  type CommitId,
  type Metadata,
  type NewCommit,
  type NewEvent,
  type Position,
  type Query,
  type Range,
  type RecordedCommit,
  type RecordedEvent,
} from './event.js';
import { ContractRegistry } from './contracts/contract-registry.js';
import { sequentialIds } from './commits/commit-ids.js';
import type { EventStore } from './event-store.js';
import { GuardedObservable } from './following/guarded-observable.js';
import { pagesAfter, type FollowedLog } from './following/pages-after.js';
import type { Page } from './page.js';
import { requestFingerprint } from './commits/request-fingerprint.js';
import { RecentEvents } from './following/recent-events.js';
import { UpcastingStore } from './contracts/upcasting-store.js';

export interface AppendOptions {
  /** What must not stand in the log for this to be recorded. */
  readonly condition?: AppendCondition;
  /** Makes a retry safe, for ever. Default: a new one. */
  readonly commitId?: CommitId;
  /** What the commit id stands for. Default: a digest of the events. Another one under the same id is refused. */
  readonly fingerprint?: string;
  readonly metadata?: Metadata;
}

/** Time, ids and what to do when nobody else handles an error come from outside. */
export interface EventLogOptions {
  readonly now?: () => Date;
  readonly newId?: () => string;
  /** Told of the error of a follower that has no error handler of its own. */
  readonly onFollowerFailed?: (error: unknown) => void;
  /** What appends that wait for the store may weigh together, in bytes. Past it they are refused. Default: 64 MiB. */
  readonly mostWaiting?: number;
}

const MAX_PENDING_BYTES = 64 * 1024 * 1024;

export class EventLog {
  readonly contracts = new ContractRegistry();
  readonly #upcasting: UpcastingStore;
  readonly #followed: FollowedLog;
  readonly #tail = new RecentEvents();
  readonly #closing = new AbortController();
  readonly #beforeClose: (() => Promise<void>)[] = [];
  readonly #now: () => Date;
  #lastStamp = { milliseconds: NaN, text: '' };
  readonly #newId: () => string;
  readonly #onFollowerFailed: (error: unknown) => void;
  readonly #mostWaiting: number;
  /** What the appends that wait for the store weigh. */
  #waiting = 0;

  constructor(
    private readonly store: EventStore,
    {
      now = () => new Date(),
      newId = sequentialIds(),
      onFollowerFailed = () => undefined,
      mostWaiting = MAX_PENDING_BYTES,
    }: EventLogOptions = {},
  ) {
    this.#upcasting = new UpcastingStore(store, this.contracts);
    this.#followed = { store, read: (query, range) => this.#upcasting.read(query, range), tail: this.#tail };
    this.#now = now;
    this.#newId = newId;
    this.#onFollowerFailed = onFollowerFailed;
    this.#mostWaiting = mostWaiting;
  }

  /** Tells this log from every other. */
  get identity(): string {
    return this.store.identity;
  }

  /**
   * Records all of the events or none. Resolves once they survive power loss.
   *
   * Does not wait for anybody to have folded them: a query may still answer from before.
   *
   * @throws ContractBroken when an event has no contract or breaks it
   * @throws AppendConditionFailed when the condition does not hold
   * @throws CommitIdReused when the commit id was used for something else
   * @throws LogBusy at once, when more waits for the store than may
   * @throws StoreUnavailable when the server that keeps the log is away; it says whether something may have been recorded
   * @throws StorageFull when there is no room for it
   */
  async append(events: readonly NewEvent[], options: AppendOptions = {}): Promise<Commit> {
    const { condition } = options;
    const metadata = options.metadata === undefined ? NO_METADATA : checkedMetadata(options.metadata);
    const { checked, weight } = checkEvents(this.contracts, events);
    const fingerprint = options.fingerprint ?? (options.commitId && requestFingerprint(checked));
    const id = options.commitId ?? commitId(this.#newId());
    const time = this.#stamp();
    const asked: NewCommit = {
      id,
      isNewId: options.commitId === undefined,
      time,
      metadata,
      events: checked,
      ...(condition !== undefined && { condition }),
      ...(fingerprint !== undefined && { fingerprint }),
    };
    const commit = await this.#stored(asked, weight);
    if (commit.repeated) return sameRequest(commit, fingerprint);
    // Field by field, in the order that a store has them: one shape for all events is quicker than a spread.
    const recorded = checked.map(({ type, revision, tags, data }, index) =>
      Object.freeze({
        position: (commit.first + index) as Position,
        type,
        revision,
        tags,
        data,
        time,
        commit: id,
        metadata,
      }),
    );
    this.#tail.add({ after: position(commit.first - 1), through: commit.last, events: recorded }, weight);
    return commit;
  }

  /**
   * The commit of this id, if there is one: what a retried command answers with, before it decides anything.
   *
   * @throws CommitIdReused when it was recorded for something else
   */
  async find(id: CommitId, fingerprint?: string): Promise<Commit | undefined> {
    const commit = await this.store.find(id);
    return commit && sameRequest({ ...commit, repeated: true }, fingerprint);
  }

  /** What the query means, in the range, a page at a time. Ends at the head, where it stood when reading began. */
  async *read(query: Query = EVERYTHING, range: Range = {}): AsyncIterable<readonly RecordedEvent[]> {
    for await (const { events } of this.#upcasting.read(query, range)) if (events.length > 0) yield events;
  }

  /**
   * Whole commits in their order, as they are kept and not in the current revision: for copying and verifying a log.
   *
   * @throws LogDamaged at the first that does not fit
   */
  commits(range?: Pick<Range, 'after' | 'through'>): AsyncIterable<readonly RecordedCommit[]> {
    return this.store.commits(range);
  }

  /** The event at this position, the first of several; undefined when there is none, or none any more. */
  async at(where: Position): Promise<RecordedEvent | undefined> {
    if (where === START) return undefined;
    for await (const page of this.read(EVERYTHING, { after: position(where - 1), through: where, limit: 1 }))
      return page[0];
    return undefined;
  }

  /** The position of the last event; 0 when there is none. */
  head(): Promise<Position> {
    return this.store.head();
  }

  /**
   * Everything after `after`, then everything new, without a gap or a repeat. Hot on the log's side, cold
   * on the follower's: each subscription reads at its own pace, from the newest events that are kept in memory
   * if it can. Completes when the log closes. Waits while the store cannot be reached.
   *
   * A subscriber that throws is unsubscribed and told by its error handler; nobody else notices.
   * Work that a subscriber does later, in a promise, is not waited for: who needs that takes `followPages`.
   */
  follow(query: Query = EVERYTHING, after: Position = START): Observable<readonly RecordedEvent[]> {
    return this.followProgress(query, after).pipe(
      map(({ events }) => events),
      filter((events) => events.length > 0),
    );
  }

  /**
   * As `follow`, and tells how far each page goes, also when nothing up to there is meant: that is how far a
   * projection has come.
   *
   * @param ready is awaited before each page, for a subscriber that must at times have it wait
   */
  followProgress(
    query: Query = EVERYTHING,
    after: Position = START,
    ready: () => Promise<void> | undefined = () => undefined,
  ): Observable<Page> {
    return new GuardedObservable<Page>(this.#onFollowerFailed, (subscriber) => {
      const unsubscribed = new AbortController();
      const stopped = AbortSignal.any([unsubscribed.signal, this.#closing.signal]);
      const pump = async (): Promise<void> => {
        try {
          for await (const page of pagesAfter(after, query, this.#followed, stopped)) {
            const turn = ready();
            if (turn !== undefined) await turn;
            if (stopped.aborted) break;
            subscriber.next(page);
          }
          subscriber.complete();
        } catch (error) {
          if (stopped.aborted) subscriber.complete();
          else subscriber.error(error);
        }
      };
      void pump();
      return () => {
        unsubscribed.abort();
      };
    });
  }

  /**
   * The same as `follow`, for a follower that takes its time: the next page is read when it is asked for, so that
   * however far behind it falls, no more than a page waits for it. Ends when the log closes.
   *
   * @throws the signal's reason once it is aborted
   */
  async *followPages(
    query: Query = EVERYTHING,
    after: Position = START,
    signal?: AbortSignal,
  ): AsyncIterable<readonly RecordedEvent[]> {
    // Never that of the log itself: each follower listens to a signal of its own.
    const stopped = AbortSignal.any([...(signal === undefined ? [] : [signal]), this.#closing.signal]);
    try {
      for await (const { events } of pagesAfter(after, query, this.#followed, stopped))
        if (events.length > 0) yield events;
    } catch (error) {
      if (!stopped.aborted) throw error;
    }
    signal?.throwIfAborted();
  }

  /** Resolves when the head stands after the position. @throws the signal's reason once it is aborted */
  advanced(after: Position, signal: AbortSignal): Promise<void> {
    return this.store.advanced(after, signal);
  }

  /** Something that must be done while the log can still be read, before it closes. */
  beforeClose(action: () => Promise<void>): void {
    this.#beforeClose.push(action);
  }

  /** Ends all following, lets those who asked finish, and closes the store. */
  async close(): Promise<void> {
    this.#closing.abort();
    const done = await Promise.allSettled(this.#beforeClose.map((action) => action()));
    await this.store.close();
    for (const each of done) if (each.status === 'rejected') throw each.reason;
  }

  /** A store may be slower than those who append to it, and what waits for it is in memory. */
  async #stored(commit: NewCommit, weight: number): Promise<Commit> {
    // What is heavier than all that may wait is let in alone.
    if (this.#waiting > 0 && this.#waiting + weight > this.#mostWaiting) throw new LogBusy();
    this.#waiting += weight;
    try {
      return await this.#upcasting.append(commit);
    } finally {
      this.#waiting -= weight;
    }
  }

  /** The time now. Many appends fall into one millisecond, and writing a date out takes longer than most of an append. */
  #stamp(): string {
    const now = this.#now();
    if (now.getTime() !== this.#lastStamp.milliseconds) {
      this.#lastStamp = { milliseconds: now.getTime(), text: now.toISOString() };
    }
    return this.#lastStamp.text;
  }
}

function sameRequest(commit: Commit, fingerprint: string | undefined): Commit {
  if (fingerprint !== undefined && commit.fingerprint !== fingerprint) throw new CommitIdReused();
  return commit;
}
