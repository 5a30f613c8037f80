/** The log in LMDB, the default store: one writer, safe from crashes by copy-on-write, flushed outside the event loop's thread. */
import { fstatSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CommitNotFlushed, LogClosed, LogFilesReplaced } from '../../event-log/errors.js';
import {
  START,
  type Commit,
  type CommitId,
  type NewCommit,
  type Position,
  type Query,
  type Range,
  type RecordedCommit,
  type StoredEvent,
} from '../../event-log/event.js';
import { MAX_COMMIT_EVENTS } from '../../event-log/contracts/checked-events.js';
import type { Problem } from '../../http/kernel/problem.js';
import { EventStore, type StoreSize, type StoreStatus } from '../../event-log/event-store.js';
import { NO_HASH, toCommit } from '../../event-log/commits/hashed-commit.js';
import { WaitablePosition } from '../../event-log/following/waitable-position.js';
import { settle, takeBatch, type PendingAppend } from '../append-queue.js';
import { decideAppends, type LogView, type PendingCommit } from '../decide-appends.js';
import { entriesOf, putEntries, writeSizeOf } from './commit-entries.js';
import { flushFailure, takeRoom } from './disk-refusals.js';
import { INDEX_SUM } from './file-check/entry-listener.js';
import type { IndexSum } from './index-sum.js';
import { lastPosition, sizeOf } from './lmdb-files.js';
import { searchConditions } from '../condition-search.js';
import { commitWithId, findMatch, readCommits, readCommitsWith, readPages, whileOpen } from './lmdb-read.js';
import { leaseExpired } from './lease-wait.js';
import { noteLeft } from './open-log.js';
import { openWriter, type OpenWriter } from './open-writer.js';
import { commitEndingAt } from './read-chunks.js';
import { Recheck } from './recheck.js';
import { WriterStanding } from './writer-standing.js';

/** A process that has lost the lease reads the log this often. */
const POLL_INTERVAL_MS = 50;

export interface LmdbStoreOptions {
  /** After this long without a renewal another process may take the writer lease. Default: 6 s. */
  readonly leaseMs?: number;
  /**
   * Told in a sentence, once, that the disk refused a commit. Nothing more is recorded until the log is opened again, and the
   * process should end soon: lmdb may have damaged its heap (decision 0028). Default: a process warning.
   */
  readonly onCommitRefused?: (sentence: string) => void;
  /** The pages are checked again this often while the log is open. Default: 6 h. */
  readonly recheckMs?: number;
}

/**
 * Appends that arrive during a flush share the next one. One process writes, under the writer lease; any number of
 * others may read with `LmdbReader`.
 */
export class LmdbStore extends EventStore {
  readonly #head: WaitablePosition;
  /** The hash of the commit that ends at the head. */
  #hash: Buffer;
  #indexSum: IndexSum;
  /** The time of that commit; undefined when the log is empty. */
  #time: string | undefined;
  readonly #queue: PendingAppend[] = [];
  #writing: Promise<void> | undefined;
  #closed: Promise<void> | undefined;
  /** Why a commit could not be flushed. Nothing is written after that: what the disk holds is known only when it is read again. */
  #flushFailure: Error | undefined;
  readonly #standing: WriterStanding;
  readonly #recheck: Recheck;
  #timer: NodeJS.Timeout;

  private constructor(
    private readonly writer: OpenWriter,
    private readonly options: LmdbStoreOptions,
  ) {
    super();
    const { folder, files, lease, room } = writer;
    this.#standing = new WriterStanding(folder, room.descriptor, () => {
      this.#follow();
    });
    this.#recheck = new Recheck(files, room.descriptor, this.#standing, options.recheckMs);
    this.#indexSum = writer.indexSum;
    const last = lastPosition(files);
    this.#head = new WaitablePosition(last);
    const newest = last === START ? undefined : commitEndingAt(files, last);
    this.#hash = newest?.hash ?? NO_HASH;
    this.#time = newest?.time;
    this.#timer = setInterval(() => {
      // Without anything to do, `#writeAll` would end before its promise is assigned.
      if (this.#mustRenew) this.#writing ??= this.#writeAll();
    }, lease.renewalMs).unref();
  }

  /** How often the pages were checked again, from beginning to end. */
  get completedRechecks(): number {
    return this.#recheck.completed;
  }

  override get identity(): string {
    return this.writer.lease.identity;
  }

  /**
   * Opens the log in this folder, or creates one. If its last writer cannot be asked whether it still writes (it is stopped, or
   * in another PID namespace), waits until its lease has expired.
   *
   * @throws LogInUse when another process writes to it, and what `open` throws
   */
  static async openWhenFree(
    folder: string,
    options: LmdbStoreOptions & { readonly onWait?: (sentence: string) => void } = {},
  ): Promise<LmdbStore> {
    const expired = await leaseExpired(folder, options.onWait ?? (() => undefined));
    return openWriter(folder, options.leaseMs, expired, (writer) => new LmdbStore(writer, options));
  }

  /**
   * Opens the log in this folder, or creates one, without waiting.
   *
   * @throws LogInUse when another process writes to it, or may do so
   * @throws FileDamaged, LogDamaged when the files are not what was written
   * @throws Error of the file system when the folder cannot be written
   */
  static open(folder: string, options: LmdbStoreOptions = {}): LmdbStore {
    return openWriter(folder, options.leaseMs, undefined, (writer) => new LmdbStore(writer, options));
  }

  override append(append: NewCommit): Promise<Commit> {
    if (this.#closed !== undefined) return Promise.reject(new LogClosed());
    return new Promise((resolve, reject) => {
      this.#queue.push({ append, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  override find(id: CommitId): Promise<Commit | undefined> {
    if (this.#closed !== undefined) return Promise.reject(new LogClosed());
    return new Promise((resolve) => {
      this.#recheck.require();
      resolve(this.#recorded(id));
    });
  }

  override read(query: Query, range: Range): AsyncIterable<readonly StoredEvent[]> {
    return this.#reading((head) => readPages(this.writer.files, query, range, head));
  }

  override commits(range: Pick<Range, 'after' | 'through'> = {}): AsyncIterable<readonly RecordedCommit[]> {
    return this.#reading((head) => readCommits(this.writer.files, range, head));
  }

  override commitsWith(query: Query, range: Range): AsyncIterable<readonly RecordedCommit[]> {
    return this.#reading((head) => readCommitsWith(this.writer.files, query, range, head));
  }

  override head(): Promise<Position> {
    return Promise.resolve(this.#head.position);
  }

  override advanced(after: Position, signal: AbortSignal): Promise<void> {
    return this.#head.passed(after, signal);
  }

  override size(): Promise<StoreSize> {
    if (this.#closed !== undefined) return Promise.reject(new LogClosed());
    return Promise.resolve(sizeOf(this.writer.files, fstatSync(this.writer.room.descriptor).size));
  }

  override status(): StoreStatus | undefined {
    const trouble: Problem | undefined =
      this.#standing.lost ?? (this.#flushFailure && new CommitNotFlushed()) ?? this.#recheck.damage;
    return trouble && { code: trouble.problem, detail: trouble.detail };
  }

  override close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([this.#writing, this.#recheck.end()]);
    clearInterval(this.#timer);
    // The note that the file was left in good order is not written then, and the lease is free once this process has ended.
    const isSound = this.#flushFailure === undefined;
    if (isSound) {
      if (this.#standing.lost === undefined) await this.writer.lease.release();
      // After a failed commit, lmdb 3 may free memory twice when it closes the file; the end of the process closes it.
      await this.writer.files.root.close();
    }
    this.writer.room.close();
    if (isSound && this.#standing.lost === undefined) noteLeft(this.writer.folder);
  }

  /**
   * Writes a batch after the other. A batch is flushed while the one before it is answered, so that the disk and this thread
   * work at the same time.
   */
  async #writeAll(): Promise<void> {
    let answer: (() => void) | undefined;
    while (this.#queue.length > 0 || this.#mustRenew) {
      // A turn of the event loop is short beside a flush, so all appends of the turn share one.
      if (answer === undefined) await nextTurn();
      const batch = takeBatch(this.#queue, workOf, MAX_COMMIT_EVENTS);
      const writing = this.#writeBatch(batch);
      answer?.();
      answer = await writing;
      if (this.#queue.length === 0) {
        answer();
        answer = undefined;
      }
    }
    this.#writing = undefined;
  }

  /**
   * Decides the appends and writes the commits in one transaction. lmdb does not roll back when a callback throws, so
   * everything that can fail is done before the first write. No append is answered before the flush: a refusal, too, may
   * be due to a commit of the same batch.
   *
   * @returns answers all of them, once the batch is flushed
   */
  async #writeBatch(batch: readonly PendingAppend[]): Promise<() => void> {
    try {
      this.#standing.require();
      this.#recheck.require();
      const appends = batch.map(({ append }) => append);
      const head = this.#head.position;
      // Most batches have no conditions, and must not wait: the one before is answered while this one is flushed.
      const findConflict = appends.some(({ condition }) => condition !== undefined)
        ? await searchConditions(appends, head, ({ query, after }) =>
            findMatch(this.writer.files, query, after, head),
          )
        : () => undefined;
      const { decisions, pending } = decideAppends(appends, this.#view(findConflict));
      await this.#write(pending);
      return () => {
        decisions.forEach((decision, index) => {
          const append = batch[index];
          if (append !== undefined) settle(append, decision);
        });
      };
    } catch (error) {
      return () => {
        for (const append of batch) this.#fail(append, error);
      };
    }
  }

  /**
   * A repeated append is answered also when the batch failed: otherwise its caller would think that nothing was recorded. Not
   * when a check has found damage: nothing is answered from such a log.
   */
  #fail({ append, resolve, reject }: PendingAppend, error: unknown): void {
    // LMDB may show a commit that is not on the disk, or only in a file that is no longer that of the log.
    if (error instanceof CommitNotFlushed || error instanceof LogFilesReplaced) {
      reject(error);
      return;
    }
    try {
      this.#recheck.require();
      const first = append.isNewId === true ? undefined : this.#recorded(append.id);
      settle({ resolve, reject }, first ? { kind: 'repeated', first } : { kind: 'failed', error });
    } catch {
      reject(error);
    }
  }

  #view(findConflict: LogView['findConflict']): LogView {
    const head = this.#head.position;
    return {
      head,
      hash: this.#hash,
      time: this.#time,
      findCommit: (id) => this.#recorded(id),
      findConflict,
    };
  }

  /** While the log is open, and nothing is known that is wrong with it. */
  #reading<Page>(read: (head: Position) => AsyncIterable<Page>): AsyncIterable<Page> {
    return whileOpen(
      () => this.#closed !== undefined,
      () => {
        this.#recheck.require();
        return read(this.#head.position);
      },
    );
  }

  #recorded(id: CommitId): Commit | undefined {
    const recorded = commitWithId(this.writer.files, id);
    // LMDB may show a commit whose flush failed.
    if (this.#flushFailure !== undefined && recorded !== undefined && recorded.last > this.#head.position)
      throw new CommitNotFlushed({ cause: this.#flushFailure });
    return recorded && toCommit(recorded);
  }

  get #mustRenew(): boolean {
    return (
      this.writer.lease.isDue &&
      this.#standing.lost === undefined &&
      this.#flushFailure === undefined &&
      this.#closed === undefined
    );
  }

  /** Queries go on from what the process records that has the lease now. */
  #follow(): void {
    clearInterval(this.#timer);
    if (!this.#standing.hasFiles || this.#closed !== undefined) return;
    this.#timer = setInterval(() => {
      this.writer.files.root.resetReadTxn();
      const last = lastPosition(this.writer.files);
      if (last > this.#head.position) this.#head.moveTo(last);
    }, POLL_INTERVAL_MS).unref();
  }

  /** Resolves once the commits are flushed, and moves the head. @throws StorageFull, WriterLeaseLost, LogFilesReplaced */
  async #write(pending: readonly PendingCommit[]): Promise<void> {
    if (this.#flushFailure !== undefined) throw new CommitNotFlushed({ cause: this.#flushFailure });
    const newest = pending.at(-1);
    const mustRenew = this.#mustRenew;
    if (newest === undefined && !mustRenew) return;
    // Also when it fails: it is tried again an interval later.
    if (mustRenew) this.writer.lease.beginRenewal();
    const batch = pending.map(entriesOf);
    takeRoom(this.writer.room, writeSizeOf(batch));
    const { root, about } = this.writer.files;
    const indexSum = this.#indexSum.copy();
    for (const entries of batch) indexSum.addCommit(entries);
    const written = about.ifVersion('owner', this.writer.lease.term, () => {
      if (mustRenew) this.writer.lease.renew();
      for (const entries of batch) putEntries(this.writer.files, entries);
      if (batch.length > 0) void about.put(INDEX_SUM, String(indexSum));
    });
    // lmdb begins a transaction with the second write, and otherwise only after this turn of the event loop.
    const batched = root.batch(() => undefined);
    const [isOwner] = await Promise.all([written, batched]).catch(async (error: unknown) => {
      const cause = await flushFailure(this.writer.folder, error, this.options.onCommitRefused);
      this.#flushFailure ??= cause;
      throw new CommitNotFlushed({ cause });
    });
    if (!isOwner) this.#standing.loseLease();
    this.#standing.require();
    if (newest === undefined) return;
    this.#indexSum = indexSum;
    this.#hash = newest.hashed.hash;
    this.#time = newest.commit.time;
    this.#head.moveTo(newest.commit.last);
  }
}

/** What takes time in a batch: events, the index entries of their tags, or items that are compared with the events of the batch. */
function workOf({ events, condition }: NewCommit): number {
  let tags = 0;
  for (const event of events) tags += event.tags.length;
  return Math.max(events.length, tags, condition?.query.length ?? 0);
}
