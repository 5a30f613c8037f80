/** The event log: what bounded contexts share, and the only thing they share. Checks, stamps, appends, reads, follows. */
import { filter, map, type Observable } from 'rxjs';
import { requestFingerprint } from './commits/request-fingerprint.js';
import { sequentialIds } from './commits/commit-ids.js';
import { checkEvents, checkedMetadata, type CheckedEvents } from './contracts/checked-events.js';
import { appendConditionally, type AppendOutcome } from './contracts/upcasted-append.js';
import { requireNoRuntimeTypes } from './contracts/open-types.js';
import { ContractRegistry } from './contracts/contract-registry.js';
import { readUpcasted } from './contracts/upcasted-read.js';
import { AppendConditionFailed, CommitIdReused, LogBusy, LogWentBack } from './errors.js';
import {
  EVERYTHING,
  NO_METADATA,
  START,
  commitId,
  position,
  type AppendCondition,
  type Commit,
  type CommitId,
  type Metadata,
  type NewCommit,
  type NewEvent,
  type Page,
  type Position,
  type Query,
  type Range,
  type RecordedCommit,
  type RecordedEvent,
} from './event.js';
import type { EventStore, StoreStatus } from './event-store.js';
import { AppendProgress } from './append-progress.js';
import { observePages } from './following/guarded-observable.js';
import { pagesAfter } from './following/follow-pages.js';
import { RecentEvents } from './following/recent-events.js';
import { commitAt } from './position-at-time.js';

export interface AppendOptions {
  /** The append fails if an event that this excludes is in the log. */
  readonly condition?: AppendCondition;
  /** Makes a retry safe, for ever. Default: a new one. */
  readonly commitId?: CommitId;
  /** Another id that the same request may have been recorded under before. @internal */
  readonly formerId?: CommitId;
  /** Identifies the request that the commit id is for. Default: a digest of the events. Another one under the same id is refused. */
  readonly fingerprint?: string;
  /** Another fingerprint that the same request may have been recorded with. @internal */
  readonly otherFingerprint?: string | undefined;
  readonly metadata?: Metadata;
}

/** Where time and ids come from, who is told of errors, and how much may wait. */
export interface EventLogOptions {
  readonly now?: () => Date;
  readonly newId?: () => string;
  /** Told of the error of a follower that has no error handler of its own. */
  readonly onFollowerFailed?: (error: unknown) => void;
  /** How many bytes of appends may wait for the store. Past it, appends are refused. Default: 64 MiB. */
  readonly maxPendingBytes?: number;
}

const MAX_PENDING_BYTES = 64 * 1024 * 1024;

export class EventLog {
  readonly contracts = new ContractRegistry();
  #recent = new RecentEvents();
  /** Aborted, and replaced, when the log is found to have another past: ends all following of the old one. */
  #past = new AbortController();
  /** The last position that this process has appended. */
  #appended: Position = START;
  readonly #closing = new AbortController();
  readonly #beforeClose: (() => Promise<void>)[] = [];
  readonly #now: () => Date;
  readonly #newId: () => string;
  readonly #onFollowerFailed: (error: unknown) => void;
  readonly #maxPendingBytes: number;
  readonly #progress = new AppendProgress();
  #pendingBytes = 0;
  #knownHead: Position = START;

  constructor(
    private readonly store: EventStore,
    {
      now = () => new Date(),
      newId = sequentialIds(),
      onFollowerFailed = () => undefined,
      maxPendingBytes = MAX_PENDING_BYTES,
    }: EventLogOptions = {},
  ) {
    this.#now = now;
    this.#newId = newId;
    this.#onFollowerFailed = onFollowerFailed;
    this.#maxPendingBytes = maxPendingBytes;
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
    return this.#checkAndAppend(events, options);
  }

  /**
   * Checks events as `append` does. What it gives can be appended without a second check.
   *
   * @internal
   * @throws ContractBroken, InvalidValue
   */
  check(events: readonly NewEvent[]): CheckedEvents {
    return checkEvents(this.contracts, events);
  }

  /** As `append`, for what the runtime itself records. @internal */
  async appendAsRuntime(events: readonly NewEvent[], options: AppendOptions = {}): Promise<Commit> {
    return committed(await this.#checkAndAppend(events, options));
  }

  async #checkAndAppend(
    events: readonly NewEvent[] | CheckedEvents,
    options: AppendOptions,
  ): Promise<AppendOutcome> {
    const { condition } = options;
    const metadata = options.metadata === undefined ? NO_METADATA : checkedMetadata(options.metadata);
    const { checked, bytes } = 'checked' in events ? events : this.check(events);
    const fingerprint = options.fingerprint ?? (options.commitId && requestFingerprint(checked));
    const fingerprints = fingerprintsOf(fingerprint, options.otherFingerprint);
    const former = await this.#former(options.formerId, fingerprints);
    if (former !== undefined) return { kind: 'recorded', commit: former };
    const newCommit: NewCommit = {
      id: options.commitId ?? commitId(this.#newId()),
      isNewId: options.commitId === undefined,
      time: this.#now().toISOString(),
      metadata,
      events: checked,
      ...(condition !== undefined && { condition }),
      ...(fingerprint !== undefined && { fingerprint }),
    };
    const outcome = await this.#append(newCommit, bytes);
    if (outcome.kind === 'conflict') return outcome;
    const { commit } = outcome;
    this.#noteHead(commit.last);
    if (commit.repeated) return { kind: 'recorded', commit: sameRequest(commit, fingerprints) };
    if (commit.last > this.#appended) this.#appended = commit.last;
    else if (this.#recent.through >= commit.last)
      this.#wentBack(new LogWentBack(this.#recent.through, commit.last));
    const recorded = recordedEvents(newCommit, commit);
    // Member by member: with a spread, V8 keeps some 140 bytes of each append until the next full collection.
    this.#recent.add(
      {
        after: position(commit.first - 1),
        through: commit.last,
        events: recorded,
      },
      bytes,
    );
    return { kind: 'recorded', commit, events: recorded };
  }

  /** What was recorded for something else is no concern of this request. */
  async #former(
    id: CommitId | undefined,
    fingerprints: Fingerprints,
  ): Promise<(Commit & { readonly repeated: true }) | undefined> {
    if (id === undefined) return undefined;
    const found = await this.store.find(id);
    return found !== undefined && fingerprints.includes(found.fingerprint)
      ? { ...found, repeated: true }
      : undefined;
  }

  /**
   * The commit of this id, if there is one: what a retried command answers with, before it decides anything.
   *
   * @throws CommitIdReused when it was recorded for something else
   */
  async find(
    id: CommitId,
    fingerprint?: string,
    formerId?: CommitId,
    otherFingerprint?: string,
  ): Promise<Commit | undefined> {
    const commit = await this.store.find(id);
    const fingerprints = fingerprintsOf(fingerprint, otherFingerprint);
    if (commit === undefined) return this.#former(formerId, fingerprints);
    return sameRequest({ ...commit, repeated: true }, fingerprints);
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
    return this.store.status() ?? this.#progress.stall();
  }

  /** When an append of this process last succeeded; undefined before the first. */
  get lastAppend(): Date | undefined {
    return this.#progress.last;
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

  /** Appends wait in memory while the store is slower than their callers, so what may wait has a limit. */
  async #append(commit: NewCommit, bytes: number): Promise<AppendOutcome> {
    // One that is over the limit by itself is let in when nothing else waits.
    if (this.#pendingBytes > 0 && this.#pendingBytes + bytes > this.#maxPendingBytes) throw new LogBusy();
    this.#pendingBytes += bytes;
    this.#progress.began();
    let isRecorded = false;
    try {
      const outcome = await appendConditionally(this.store, this.contracts, commit);
      isRecorded = outcome.kind === 'recorded';
      return outcome;
    } finally {
      this.#progress.ended(isRecorded);
      this.#pendingBytes -= bytes;
    }
  }
}

/** The events as a store would give them. With the fields in the same order all events have one hidden class in V8. */
function recordedEvents(
  { metadata, events }: NewCommit,
  { id, first, time }: Commit,
): readonly RecordedEvent[] {
  return events.map(({ type, revision, tags, data }, index) =>
    Object.freeze({
      position: (first + index) as Position,
      type,
      revision,
      tags,
      data,
      time,
      commit: id,
      metadata,
    }),
  );
}

/** Of one request; the first is the one that it is recorded with. */
type Fingerprints = readonly (string | undefined)[];

function fingerprintsOf(fingerprint: string | undefined, other: string | undefined): Fingerprints {
  return other === undefined ? [fingerprint] : [fingerprint, other];
}

function sameRequest(commit: Commit, fingerprints: Fingerprints): Commit {
  if (fingerprints[0] !== undefined && !fingerprints.includes(commit.fingerprint)) throw new CommitIdReused();
  return commit;
}

/** @throws AppendConditionFailed */
function committed(outcome: AppendOutcome): Commit {
  if (outcome.kind === 'conflict') throw new AppendConditionFailed(outcome.position);
  return outcome.commit;
}
