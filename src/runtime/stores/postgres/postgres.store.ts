/** The log in PostgreSQL, to which several processes may append. */
import { Problem } from '../../http/kernel/problem.js';
import { LogClosed, StorageFull, StoreUnavailable } from '../../event-log/errors.js';
import type {
  Commit,
  CommitId,
  NewCommit,
  Position,
  Query,
  Range,
  RecordedCommit,
  StoredEvent,
} from '../../event-log/event.js';
import { EventStore, type StoreSize, type StoreStatus } from '../../event-log/event-store.js';
import { toCommit } from '../../event-log/commits/hashed-commit.js';
import { settle, takeBatch, type PendingAppend } from '../append-queue.js';
import type { AppendDecision } from '../decide-appends.js';
import { Appender } from './appender.js';
import { Database } from './database.js';
import { HeadWatch } from './head-watch.js';
import type { PostgresOptions } from './postgres-options.js';
import {
  readHeadSeen,
  readSize,
  selectCommitEndingAt,
  selectCommitWithId,
  selectCommits,
  selectPages,
} from './postgres-read.js';
import { requireSessions } from '../../require-sessions.js';
import { prepareSchema } from './schema.js';
import { SeenHead } from './seen-head.js';
import { SharedReads } from './shared-reads.js';
import { storable, type StorableCommit } from './storable-commit.js';

/** Appends share a transaction up to about this size, so that none takes long. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;

/** So long after an append found the disk full, with none since, it is no longer known whether the next one would. */
const FULL_DISK_COUNTS_MS = 60_000;

/**
 * Appends that arrive during a transaction share the next one. Positions and hashes are given under a lock that is held
 * until the end of the transaction, so all processes together write one log without gaps.
 */
export class PostgresStore extends EventStore {
  readonly #queue: PendingAppend<StorableCommit>[] = [];
  #writing: Promise<void> | undefined;
  #failed: { readonly status: StoreStatus; readonly at: number } | undefined;
  #closed: Promise<void> | undefined;
  readonly #heads = new SharedReads(() => readHeadSeen(this.database, this.seen));

  private constructor(
    private readonly database: Database,
    override readonly identity: string,
    private readonly seen: SeenHead,
    private readonly watch: HeadWatch,
    private readonly appender: Appender,
  ) {
    super();
  }

  /**
   * Opens the log in this database, or creates one.
   *
   * @throws Error when it cannot be reached or used, with the database's own in `cause` where there is one; also when a pooler
   *   in transaction mode is between
   */
  static async open({
    url,
    schema = 'leftfold',
    pollInterval = 1000,
    onConnection = () => undefined,
    settleWithin = 15_000,
  }: PostgresOptions): Promise<PostgresStore> {
    if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
      throw new Error(`a schema is named with up to 63 of a-z, 0-9 and _, not ${JSON.stringify(schema)}`);
    }
    const database = new Database(url, schema);
    try {
      await requireSessions(() => database.connect());
      const identity = await database.append((run) => prepareSchema(run, schema));
      const seen = new SeenHead();
      const watch = await HeadWatch.begin(database, seen, { pollInterval, onConnection });
      return new PostgresStore(database, identity, seen, watch, new Appender(database, settleWithin));
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  override append(commit: NewCommit): Promise<Commit> {
    if (this.#closed !== undefined) return Promise.reject(new LogClosed());
    return new Promise((resolve, reject) => {
      this.#queue.push({ append: storable(commit), resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  override async find(id: CommitId): Promise<Commit | undefined> {
    const recorded = await selectCommitWithId(this.database, id);
    return recorded && toCommit(recorded);
  }

  override read(query: Query, range: Range): AsyncIterable<readonly StoredEvent[]> {
    return selectPages(this.database, query, range);
  }

  override commits(range: Pick<Range, 'after' | 'through'> = {}): AsyncIterable<readonly RecordedCommit[]> {
    return selectCommits(this.database, range);
  }

  /** Asks the database, so that what another process has recorded is seen at once. */
  override async head(): Promise<Position> {
    try {
      return await this.#heads.read();
    } catch (error) {
      if (error instanceof StoreUnavailable) this.watch.report(error.code);
      throw error;
    }
  }

  override advanced(after: Position, signal: AbortSignal): Promise<void> {
    return this.seen.position.passed(after, signal);
  }

  override async size(): Promise<StoreSize> {
    return { kind: 'postgres', bytes: await readSize(this.database) };
  }

  /** What its connections told last: the one that follows the head, and, of a full disk, the last append. */
  override status(): StoreStatus | undefined {
    const { trouble } = this.watch;
    if (trouble !== undefined) return trouble;
    const isRecent = this.#failed !== undefined && performance.now() - this.#failed.at < FULL_DISK_COUNTS_MS;
    return isRecent ? this.#failed?.status : undefined;
  }

  override close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#writing;
    await this.watch.end();
    await this.database.close();
  }

  async #writeAll(): Promise<void> {
    // All appends of this turn of the event loop share the first transaction.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      await this.#writeBatch(takeBatch(this.#queue, ({ bytes }) => bytes, MAX_BATCH_BYTES));
    }
    this.#writing = undefined;
  }

  async #writeBatch(batch: readonly PendingAppend<StorableCommit>[]): Promise<void> {
    try {
      const { pending, decisions } = await this.appender.append(batch.map(({ append }) => append));
      const newest = pending.at(-1);
      this.#failed = undefined;
      // A copy of the hash: what was read into one buffer with it need not stay in memory.
      if (newest !== undefined)
        this.seen.appended(pending[0]?.commit.first ?? newest.commit.first, {
          head: newest.commit.last,
          hash: Buffer.from(newest.hashed.hash),
        });
      for (const [index, decision] of decisions.entries()) {
        const append = batch[index];
        if (append !== undefined) settle(append, await this.#complete(decision));
      }
    } catch (error) {
      if (error instanceof StorageFull) {
        this.#failed = { status: { code: error.problem, detail: error.detail }, at: performance.now() };
      }
      if (error instanceof Problem || batch.length === 1) for (const { reject } of batch) reject(error);
      // The database refuses one of them: written one by one, the others succeed.
      else for (const append of batch) await this.#writeBatch([append]);
    }
  }

  /** Reads the commit that a repeated append refers to, if it was in the log before the batch. */
  async #complete(decision: AppendDecision<Position>): Promise<AppendDecision> {
    if (decision.kind !== 'repeated') return decision;
    const { kind, first } = decision;
    if (typeof first !== 'number') return { kind, first };
    return selectCommitEndingAt(this.database, first).then(
      (commit) => ({ kind, first: toCommit(commit) }),
      (error: unknown) => ({ kind: 'failed', error }),
    );
  }
}
