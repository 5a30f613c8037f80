/** Appends events to a store: checks and stamps them, knows a request that was recorded before, and bounds what waits. */
import { sequentialIds } from './commits/commit-ids.js';
import { requestFingerprint } from './commits/request-fingerprint.js';
import { AppendProgress } from './append-progress.js';
import { checkEvents, checkedMetadata, type CheckedEvents } from './contracts/checked-events.js';
import type { ContractRegistry } from './contracts/contract-registry.js';
import { appendConditionally, type AppendOutcome } from './contracts/upcasted-append.js';
import { CommitIdReused, LogBusy } from './errors.js';
import {
  NO_METADATA,
  commitId,
  type AppendCondition,
  type Commit,
  type CommitId,
  type Metadata,
  type NewCommit,
  type NewEvent,
  type Position,
  type RecordedEvent,
} from './event.js';
import type { EventStore, StoreStatus } from './event-store.js';

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

/** Where time and ids come from, and how much may wait. */
export interface AppenderOptions {
  readonly now?: () => Date;
  readonly newId?: () => string;
  /** How many bytes of appends may wait for the store. Past it, appends are refused. Default: 64 MiB. */
  readonly maxPendingBytes?: number;
}

/** `bytes`: of the events, about, where this append has recorded them. */
export type Appended = AppendOutcome & { readonly bytes?: number };

const MAX_PENDING_BYTES = 64 * 1024 * 1024;

export class Appender {
  readonly #now: () => Date;
  readonly #newId: () => string;
  readonly #maxPendingBytes: number;
  readonly #progress = new AppendProgress();
  #pendingBytes = 0;

  constructor(
    private readonly store: EventStore,
    private readonly contracts: ContractRegistry,
    {
      now = () => new Date(),
      newId = sequentialIds(),
      maxPendingBytes = MAX_PENDING_BYTES,
    }: AppenderOptions = {},
  ) {
    this.#now = now;
    this.#newId = newId;
    this.#maxPendingBytes = maxPendingBytes;
  }

  /** Whether appends wait for a store that answers none. */
  stall(): StoreStatus | undefined {
    return this.#progress.stall();
  }

  /** When an append last succeeded; undefined before the first. */
  get last(): Date | undefined {
    return this.#progress.last;
  }

  /** @throws ContractBroken, InvalidValue */
  check(events: readonly NewEvent[]): CheckedEvents {
    return checkEvents(this.contracts, events);
  }

  /** As `EventLog.append`, with no regard to types that only the runtime records. */
  async append(events: readonly NewEvent[] | CheckedEvents, options: AppendOptions): Promise<Appended> {
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
    if (commit.repeated) return { kind: 'recorded', commit: sameRequest(commit, fingerprints) };
    return { kind: 'recorded', commit, events: recordedEvents(newCommit, commit), bytes };
  }

  /** As `EventLog.find`. */
  async find(
    id: CommitId,
    fingerprint: string | undefined,
    formerId: CommitId | undefined,
    otherFingerprint: string | undefined,
  ): Promise<Commit | undefined> {
    const commit = await this.store.find(id);
    const fingerprints = fingerprintsOf(fingerprint, otherFingerprint);
    if (commit === undefined) return this.#former(formerId, fingerprints);
    return sameRequest({ ...commit, repeated: true }, fingerprints);
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
