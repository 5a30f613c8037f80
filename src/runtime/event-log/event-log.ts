/** The event log: what bounded contexts share, and the only thing they share. Checks, stamps, appends, reads, follows. */
import { filter, map, type Observable } from 'rxjs';
import { Appender, type AppendOptions, type AppenderOptions } from './appender.js';
import type { CheckedEvents } from './contracts/checked-events.js';
import { ContractRegistry } from './contracts/contract-registry.js';
import { requireNoRuntimeTypes } from './contracts/open-types.js';
import type { AppendOutcome } from './contracts/upcasted-append.js';
import { readUpcasted } from './contracts/upcasted-read.js';
import { AppendConditionFailed, LogWentBack } from './errors.js';
import {
  EVERYTHING,
  START,
  position,
  type Commit,
  type CommitId,
  type NewEvent,
  type Page,
  type Position,
  type Query,
  type Range,
  type RecordedCommit,
  type RecordedEvent,
} from './event.js';
import type { EventStore, StoreStatus } from './event-store.js';
import { observePages } from './following/guarded-observable.js';
import { pagesAfter } from './following/follow-pages.js';
import { RecentEvents } from './following/recent-events.js';
import { commitAt } from './position-at-time.js';

export type { AppendOptions } from './appender.js';

/** Where time and ids come from, who is told of errors, and how much may wait. */
export interface EventLogOptions extends AppenderOptions {
  /** Told of the error of a follower that has no error handler of its own. */
  readonly onFollowerFailed?: (error: unknown) => void;
}

export class EventLog {
  readonly contracts = new ContractRegistry();
  #recent = new RecentEvents();
  /** Aborted, and replaced, when the log is found to have another past: ends all following of the old one. */
  #past = new AbortController();
  /** The last position that this process has appended. */
  #appended: Position = START;
  readonly #closing = new AbortController();
  readonly #beforeClose: (() => Promise<void>)[] = [];
  readonly #onFollowerFailed: (error: unknown) => void;
  readonly #appender: Appender;
  #knownHead: Position = START;

  constructor(
    private readonly store: EventStore,
    { onFollowerFailed = () => undefined, ...options }: EventLogOptions = {},
  ) {
    this.#onFollowerFailed = onFollowerFailed;
    this.#appender = new Appender(store, this.contracts, options);
  }

  /** Aborted, and another one from then on, when the log is found to have another past than what was read of it. @internal */
  get past(): AbortSignal {
    return this.#past.signal;
  }

  /** Differs from that of every other log. */
  get identity(): string {
    return this.store.identity;
  }

  /**
   * Records all of the events or none. Resolves once they survive power loss.
   *
   * Does not wait for projections: a query may still answer from before.
   *
   * @throws ContractBroken when an event has no contract or breaks it
   * @throws TypeNotOpen when an event is of a type that only the runtime records
   * @throws AppendConditionFailed when the condition does not hold
   * @throws PositionNotInLog when it is about what comes after a position beyond the head
   * @throws CommitIdReused when the commit id was used for something else
   * @throws LogBusy at once, when more waits for the store than may
   * @throws StoreUnavailable when the store's server is away; it says whether something may have been recorded
   * @throws StorageFull when there is no room for it
   */
  async append(events: readonly NewEvent[], options: AppendOptions = {}): Promise<Commit> {
    return committed(await this.tryAppend(events, options));
  }

  /** As `append`, for what `check` gave. @internal */
  async appendChecked(events: CheckedEvents, options: AppendOptions = {}): Promise<Commit> {
    return committed(await this.tryAppend(events, options));
  }

  /** As `append`, but a condition that does not hold is an outcome and no error. @internal */
  async tryAppend(
    events: readonly NewEvent[] | CheckedEvents,
    options: AppendOptions = {},
  ): Promise<AppendOutcome> {
    requireNoRuntimeTypes('checked' in events ? events.checked : events);
    return this.#append(events, options);
  }

  /**
   * Checks events as `append` does. What it gives can be appended without a second check.
   *
   * @internal
   * @throws ContractBroken, InvalidValue
   */
  check(events: readonly NewEvent[]): CheckedEvents {
    return this.#appender.check(events);
  }

  /** As `append`, for what the runtime itself records. @internal */
  async appendAsRuntime(events: readonly NewEvent[], options: AppendOptions = {}): Promise<Commit> {
    return committed(await this.#append(events, options));
  }

  async #append(events: readonly NewEvent[] | CheckedEvents, options: AppendOptions): Promise<AppendOutcome> {
    const outcome = await this.#appender.append(events, options);
    if (outcome.kind === 'conflict') return outcome;
    const { commit, events: recorded, bytes = 0 } = outcome;
    this.#noteHead(commit.last);
    if (recorded === undefined) return outcome;
    if (commit.last > this.#appended) this.#appended = commit.last;
    else if (this.#recent.through >= commit.last)
      this.#wentBack(new LogWentBack(this.#recent.through, commit.last));
    // Member by member: with a spread, V8 keeps some 140 bytes of each append until the next full collection.
    this.#recent.add(
      {
        after: position(commit.first - 1),
        through: commit.last,
        events: recorded,
      },
      bytes,
    );
    return outcome;
  }

  /**
   * The commit of this id, if there is one: what a retried command answers with, before it decides anything.
   *
   * @throws CommitIdReused when it was recorded for something else
   */
  find(
    id: CommitId,
    fingerprint?: string,
    formerId?: CommitId,
    otherFingerprint?: string,
  ): Promise<Commit | undefined> {
    return this.#appender.find(id, fingerprint, formerId, otherFingerprint);
  }

  /** The events in the range that match, a page at a time, up to the head as it is when reading begins. */
  read(query: Query = EVERYTHING, range: Range = {}): AsyncIterable<readonly RecordedEvent[]> {
    return readUpcasted(this.store, this.contracts, query, range);
  }

  /**
   * Whole commits in their order, as they are stored and not in current revisions: for copying and verifying a log.
   *
   * @throws LogDamaged at the first that does not fit
   */
  commits(range?: Pick<Range, 'after' | 'through'>): AsyncIterable<readonly RecordedCommit[]> {
    return this.store.commits(range);
  }

  /** The event at this position, the first of several; undefined when there is none, or upcasters have dropped it. */
  async at(where: Position): Promise<RecordedEvent | undefined> {
    if (where === START) return undefined;
    for await (const page of this.read(EVERYTHING, { after: position(where - 1), through: where, limit: 1 }))
      return page[0];
    return undefined;
  }

  /**
   * The hash of the commit that holds the position, in hexadecimal; undefined when there is none. It covers all commits
   * before it too, so two logs with the same hash there have the same past.
   */
  async hashAt(where: Position): Promise<string | undefined> {
    return (await commitAt(this, where))?.hash;
  }

  /** The position of the last event; 0 when there is none. */
  async head(): Promise<Position> {
    try {
      return this.#noteHead(await this.store.head());
    } catch (error) {
      if (!(error instanceof LogWentBack)) throw error;
      this.#wentBack(error);
      return this.#noteHead(await this.store.head());
    }
  }

  /** The highest head that this process has seen; 0 before it has asked. Does not ask the store. */
  get knownHead(): Position {
    return this.#knownHead;
  }

  #noteHead(head: Position): Position {
    if (head > this.#knownHead) this.#knownHead = head;
    return head;
  }

  /**
   * Everything after `after`, then everything new, without a gap or a repeat, however far behind the follower is: the next
   * page is read when it is asked for. Each page tells how far it goes, and some have no events: a follower then knows that
   * it has come so far. Ends when the log closes. Waits while the store cannot be reached.
   *
   * @throws the signal's reason once it is aborted
   * @throws EventUnreadable, LogDamaged at what cannot be read, after everything before it
   * @throws LogWentBack when the log no longer continues what was read
   */
  followPages(query: Query = EVERYTHING, after: Position = START, signal?: AbortSignal): AsyncIterable<Page> {
    const { store, contracts } = this;
    const followed = {
      store,
      contracts,
      recent: this.#recent,
      closing: this.#closing.signal,
      past: this.#past.signal,
      head: () => this.head(),
      wentBack: (error: LogWentBack) => {
        this.#wentBack(error);
      },
    };
    return pagesAfter(after, query, followed, signal);
  }

  /**
   * The events of `followPages` as an Observable. Each subscription reads at its own pace. Completes when the log closes.
   *
   * A subscriber that throws is unsubscribed and told by its error handler; no other subscriber notices.
   * Asynchronous work of a subscriber is not waited for: use `followPages` for that.
   */
  follow(query: Query = EVERYTHING, after: Position = START): Observable<readonly RecordedEvent[]> {
    const pages = observePages((signal) => this.followPages(query, after, signal), this.#onFollowerFailed);
    return pages.pipe(
      map(({ events }) => events),
      filter((events) => events.length > 0),
    );
  }

  /** Resolves when the head is after the position. @throws the signal's reason once it is aborted */
  advanced(after: Position, signal: AbortSignal): Promise<void> {
    return this.store.advanced(after, signal);
  }

  /** What keeps the log from being read or appended to, as far as is known without asking the store; undefined when nothing does. */
  status(): StoreStatus | undefined {
    return this.store.status() ?? this.#appender.stall();
  }

  /** When an append of this process last succeeded; undefined before the first. */
  get lastAppend(): Date | undefined {
    return this.#appender.last;
  }

  /** Registers what must be done before the log closes, while it can still be read. */
  beforeClose(action: () => Promise<void>): void {
    this.#beforeClose.push(action);
  }

  /** Ends all following, does what was registered with `beforeClose`, and closes the store. */
  async close(): Promise<void> {
    this.#closing.abort();
    const done = await Promise.allSettled(this.#beforeClose.map((action) => action()));
    await this.store.close();
    for (const each of done) if (each.status === 'rejected') throw each.reason;
  }

  /** Ends all following, and forgets what was in memory of the past that is gone. */
  #wentBack(error: LogWentBack): void {
    const past = this.#past;
    this.#past = new AbortController();
    this.#recent = new RecentEvents();
    this.#appended = START;
    this.#knownHead = START;
    past.abort(error);
  }
}

/** @throws AppendConditionFailed */
function committed(outcome: AppendOutcome): Commit {
  if (outcome.kind === 'conflict') throw new AppendConditionFailed(outcome.position);
  return outcome.commit;
}
