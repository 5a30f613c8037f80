/** The log in LMDB, the default: commits off the event loop's thread, safe from crashes by copy-on-write. */
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  AppendConditionFailed,
  LogClosed,
  LogInUse,
  WriterLeaseLost,
  StorageFull,
} from '../../event-log/errors.js';
import {
  START,
  position,
  type AppendCondition,
  type Commit,
  type CommitId,
  type NewCommit,
  type Position,
  type Query,
  type Range,
  type RecordedCommit,
  type StoredEvent,
} from '../../event-log/event.js';
import { EventStore } from '../../event-log/event-store.js';
import { matches, matchesEverything } from '../../event-log/query.js';
import { NO_HASH, toCommit, hashCommit } from '../../event-log/commits/hashed-commit.js';
import { WaitablePosition } from '../../event-log/following/waitable-position.js';
import { FileRoom } from './file-room.js';
import { takeBatch, type PendingAppend } from './append-batch.js';
import { lastPosition, type LmdbFiles } from './lmdb-files.js';
import { openLog } from './opening.js';
import { noteLeft, noteWriting } from './open-check.js';
import { commitEndingAt, commitOf, firstMatch, readCommits, readPages, whileOpen } from './lmdb-read.js';
import { loadOf, tagsOf, typesOf, type PendingCommit } from './pending-commit.js';
import { releaseLease, acquireLease } from './writer-takeover.js';
import { unlinkFinishedWrites } from './lmdb-write-list-workaround.js';

/**
 * Appends that arrive while one is being flushed wait and share the next flush.
 * One process writes, known by the `owner` entry; any number of others may read with `LmdbReader`.
 */
export class LmdbStore extends EventStore {
  readonly #head: WaitablePosition;
  /** The hash of the last commit that is on the disk. */
  #hash: Buffer;
  readonly #asked: PendingAppend[] = [];
  #writing: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  private constructor(
    private readonly files: LmdbFiles,
    private readonly folder: string,
    override readonly identity: string,
    /** How often the log changed hands; a writer of an earlier term can write no more. */
    private readonly term: number,
    private readonly room: FileRoom,
  ) {
    super();
    const last = lastPosition(files);
    this.#head = new WaitablePosition(last);
    this.#hash = last === START ? NO_HASH : commitEndingAt(files, last).hash;
  }

  /**
   * Opens the log in this folder, or begins one.
   *
   * @throws LogInUse when another process writes to it
   * @throws FileDamaged, LogDamaged when what stands there cannot be what was written
   * @throws Error of the file system when the folder cannot be written
   */
  static open(folder: string): LmdbStore {
    const files = openLog(folder, { readOnly: false });
    let room: FileRoom | undefined;
    try {
      room = new FileRoom(join(folder, 'data.mdb'), files.root);
      const { inUseBy, term, identity } = acquireLease(files, folder);
      if (inUseBy !== undefined) throw new LogInUse(folder, inUseBy.processId);
      noteWriting(folder);
      unlinkFinishedWrites(files.root);
      return new LmdbStore(files, folder, identity, term, room);
    } catch (error) {
      room?.close();
      void files.root.close();
      throw error;
    }
  }

  override append(commit: NewCommit): Promise<Commit> {
    if (this.#closed !== undefined) return Promise.reject(new LogClosed());
    return new Promise((resolve, reject) => {
      this.#asked.push({ commit, resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  override find(id: CommitId): Promise<Commit | undefined> {
    if (this.#closed !== undefined) return Promise.reject(new LogClosed());
    return Promise.resolve(this.#recorded(id));
  }

  override read(query: Query, range: Range): AsyncIterable<readonly StoredEvent[]> {
    return whileOpen(
      () => this.#closed !== undefined,
      () => readPages(this.files, query, range, this.#head.position),
    );
  }

  override commits(range: Pick<Range, 'after' | 'through'> = {}): AsyncIterable<readonly RecordedCommit[]> {
    return whileOpen(
      () => this.#closed !== undefined,
      () => readCommits(this.files, range, this.#head.position),
    );
  }

  override head(): Promise<Position> {
    return Promise.resolve(this.#head.position);
  }

  override advanced(after: Position, signal: AbortSignal): Promise<void> {
    return this.#head.passed(after, signal);
  }

  override close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#writing;
    await releaseLease(this.files, this.term);
    await this.files.root.close();
    this.room.close();
    noteLeft(this.folder);
  }

  /**
   * A group after the other. Where the next one has come by when a flush is over, that one is flushed while the former is
   * answered: else everybody who appends steadily would soon be in one group, and the thread idle during each flush.
   */
  async #writeAll(): Promise<void> {
    let answer: (() => void) | undefined;
    while (this.#asked.length > 0) {
      // A turn of the event loop is short beside a flush, so all that it brings may share one.
      if (answer === undefined) await nextTurn();
      const writing = this.#writeGroup(takeBatch(this.#asked));
      answer?.();
      answer = await writing;
      if (this.#asked.length === 0) {
        answer();
        answer = undefined;
      }
    }
    this.#writing = undefined;
  }

  /**
   * Decides every append of the group in order, each in view of those before it, and writes what is
   * to be recorded in one transaction. lmdb does not roll back when a callback throws, so all that
   * can fail is done before the first write. Nobody is answered before the flush: also a refusal
   * may rest on a commit of this very group.
   *
   * @returns what answers them all, once it is flushed
   */
  async #writeGroup(group: readonly PendingAppend[]): Promise<() => void> {
    const staged: PendingCommit[] = [];
    const answers: (() => void)[] = [];
    try {
      for (const asked of group) answers.push(this.#decided(asked, staged));
      await this.#write(staged);
    } catch (error) {
      return () => {
        for (const asked of group) this.#fail(asked, error);
      };
    }
    const newest = staged.at(-1);
    if (newest !== undefined) {
      this.#hash = newest.sealed.hash;
      this.#head.moveTo(newest.commit.last);
    }
    return () => {
      for (const answer of answers) answer();
    };
  }

  /** What was recorded before is answered all the same: a retry must not be told that nothing was. */
  #fail({ commit, resolve, reject }: PendingAppend, error: unknown): void {
    try {
      const first = commit.isNewId === true ? undefined : this.#recorded(commit.id);
      if (first === undefined) reject(error);
      else resolve({ ...first, repeated: true });
    } catch {
      reject(error);
    }
  }

  /** The answer that the append will get once the group is flushed. What is wrong with one is no other's trouble. */
  #decided({ commit, resolve, reject }: PendingAppend, staged: PendingCommit[]): () => void {
    try {
      const recorded = this.#stage(commit, staged);
      return () => {
        resolve(recorded);
      };
    } catch (error) {
      return () => {
        reject(error);
      };
    }
  }

  /** @throws AppendConditionFailed; Error when the commit cannot be encoded */
  #stage(asked: NewCommit, staged: PendingCommit[]): Commit {
    const first = asked.isNewId === true ? undefined : this.#first(asked.id, staged);
    if (first !== undefined) return { ...first, repeated: true };
    const breaking = asked.condition && this.#breaking(asked.condition, staged);
    if (breaking !== undefined) throw new AppendConditionFailed(breaking);
    const before = staged.at(-1);
    const head = before?.commit.last ?? this.#head.position;
    const commit: Commit = {
      id: asked.id,
      first: position(head + 1),
      last: position(head + asked.events.length),
      time: asked.time,
      repeated: false,
      ...(asked.fingerprint !== undefined && { fingerprint: asked.fingerprint }),
    };
    staged.push({
      asked,
      commit,
      sealed: hashCommit(asked, commit.first, before?.sealed.hash ?? this.#hash),
      types: typesOf(asked),
      tags: tagsOf(asked),
    });
    return commit;
  }

  /** The commit that has this id already, on the disk or on its way there. */
  #first(id: CommitId, staged: readonly PendingCommit[]): Commit | undefined {
    return staged.find(({ commit }) => commit.id === id)?.commit ?? this.#recorded(id);
  }

  #recorded(id: CommitId): Commit | undefined {
    const recorded = commitOf(this.files, id);
    return recorded && toCommit(recorded);
  }

  /** Where the first event stands that breaks the condition, on the disk or on its way there. */
  #breaking({ query, after }: AppendCondition, staged: readonly PendingCommit[]): Position | undefined {
    const head = this.#head.position;
    if (matchesEverything(query) && after < head) return position(after + 1);
    const recorded = firstMatch(this.files, query, after, head);
    if (recorded !== undefined) return recorded;
    for (const { asked, commit } of staged) {
      const index = asked.events.findIndex(
        (event, offset) => commit.first + offset > after && matches(query, event),
      );
      if (index >= 0) return position(commit.first + index);
    }
    return undefined;
  }

  /** @throws StorageFull */
  #takeRoom(staged: readonly PendingCommit[]): void {
    try {
      this.room.take(loadOf(staged));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw code === 'ENOSPC' || code === 'EDQUOT' ? new StorageFull({ cause: error }) : error;
    }
  }

  /** @throws StorageFull, WriterLeaseLost */
  async #write(staged: readonly PendingCommit[]): Promise<void> {
    if (staged.length === 0) return;
    this.#takeRoom(staged);
    const { root, about, commits, ids, tags, types } = this.files;
    const written = about.ifVersion('owner', this.term, () => {
      for (const { commit, sealed, ...named } of staged) {
        void commits.put(commit.last, sealed.bytes);
        void ids.put(commit.id, commit.last);
        for (const type of named.types) void types.put(type, commit.last);
        for (const tag of named.tags) void tags.put(tag, commit.last);
      }
    });
    // A second write, of nothing: it lets the flush begin now, and not after the other work of this turn.
    void root.batch(() => undefined);
    if (!(await written)) throw new WriterLeaseLost(this.folder);
  }
}
