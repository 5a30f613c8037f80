/** The log in PostgreSQL, where several processes may append to it. */
import { Problem } from '../../http/kernel/problem.js';
import { LogClosed } from '../../event-log/errors.js';
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
import { EventStore } from '../../event-log/event-store.js';
import { toCommit } from '../../event-log/commits/hashed-commit.js';
import { WaitablePosition } from '../../event-log/following/waitable-position.js';
import { Appender } from './append-together.js';
import { Database } from './database.js';
import type { Outcome } from './deciding.js';
import { HeadWatch, type HeadWatchOptions } from './head-watch.js';
import { commitEndingAt, commitOf, readCommits, readHead, readPages } from './postgres-read.js';
import { prepareSchema } from './schema.js';
import { storable, type StorableCommit } from './storable-commit.js';

export interface PostgresOptions extends Partial<HeadWatchOptions> {
  /** `postgres://user:password@host:port/database`; what it leaves out, the environment says (`PGPASSWORD` and so on). */
  readonly url: string;
  /** Where the log's tables are; made when it is not there. Lower-case letters, digits and `_`. Default: leftfold. */
  readonly schema?: string;
  /**
   * How long, in milliseconds, it is tried to find out what became of appends whose connection broke just as they were
   * committed. Default: 15,000.
   */
  readonly settleWithin?: number;
}

/** An append that was asked for and has no answer yet. */
interface PendingAppend {
  readonly storable: StorableCommit;
  readonly resolve: (commit: Commit) => void;
  readonly reject: (error: unknown) => void;
}

/** At most so many appends, or about so many bytes of them, share a transaction, so that none takes long. */
const MAX_BATCH_COMMITS = 1024;
const MAX_BATCH_BYTES = 4 * 1024 * 1024;

/**
 * Appends that arrive while a transaction runs wait and share the next one. Positions are given, and hashes chained,
 * under a lock that only the end of the transaction releases, so all processes together write one gapless log.
 */
export class PostgresStore extends EventStore {
  readonly #asked: PendingAppend[] = [];
  #writing: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  private constructor(
    private readonly database: Database,
    override readonly identity: string,
    private readonly headSeen: WaitablePosition,
    private readonly watch: HeadWatch,
    private readonly appender: Appender,
  ) {
    super();
  }

  /**
   * Opens the log in this database, or begins one.
   *
   * @throws Error whose `cause` is the database's, when it cannot be reached or used
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
      const identity = await database.append((run) => prepareSchema(run, schema));
      const head = new WaitablePosition();
      const watch = await HeadWatch.begin(database, head, { pollInterval, onConnection });
      return new PostgresStore(database, identity, head, watch, new Appender(database, settleWithin));
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  override append(commit: NewCommit): Promise<Commit> {
    if (this.#closed !== undefined) return Promise.reject(new LogClosed());
    return new Promise((resolve, reject) => {
      this.#asked.push({ storable: storable(commit), resolve, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  override async find(id: CommitId): Promise<Commit | undefined> {
    const recorded = await commitOf(this.database, id);
    return recorded && toCommit(recorded);
  }

  override read(query: Query, range: Range): AsyncIterable<readonly StoredEvent[]> {
    return readPages(this.database, query, range);
  }

  override commits(range: Pick<Range, 'after' | 'through'> = {}): AsyncIterable<readonly RecordedCommit[]> {
    return readCommits(this.database, range);
  }

  /** Asks the database: what another process was told is recorded is seen here at once. */
  override async head(): Promise<Position> {
    const { head } = await readHead(this.database);
    this.#moveTo(head);
    return head;
  }

  override advanced(after: Position, signal: AbortSignal): Promise<void> {
    return this.headSeen.passed(after, signal);
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
    // What else this turn of the event loop brings shares the first transaction.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#asked.length > 0) await this.#write(this.#takeGroup());
    this.#writing = undefined;
  }

  /** The oldest that are asked for: as many as may share a transaction, one at least. */
  #takeGroup(): readonly PendingAppend[] {
    let [count, bytes] = [0, 0];
    for (const { storable } of this.#asked) {
      bytes += storable.bytes;
      if (count > 0 && (count === MAX_BATCH_COMMITS || bytes > MAX_BATCH_BYTES)) break;
      count += 1;
    }
    return this.#asked.splice(0, count);
  }

  async #write(group: readonly PendingAppend[]): Promise<void> {
    try {
      const { staged, outcomes } = await this.appender.append(group.map(({ storable }) => storable));
      const newest = staged.at(-1);
      if (newest !== undefined) this.#moveTo(newest.commit.last);
      for (const [index, outcome] of outcomes.entries()) await this.#answer(group[index], outcome);
    } catch (error) {
      if (error instanceof Problem || group.length === 1) for (const { reject } of group) reject(error);
      // What the database would not take of one is no other's trouble.
      else for (const asked of group) await this.#write([asked]);
    }
  }

  async #answer(asked: PendingAppend | undefined, outcome: Outcome): Promise<void> {
    if ('refusal' in outcome) asked?.reject(outcome.refusal);
    else if ('commit' in outcome) asked?.resolve(outcome.commit);
    else {
      const answer = commitEndingAt(this.database, outcome.recordedAt).then(toCommit);
      await answer.then((commit) => asked?.resolve({ ...commit, repeated: true }), asked?.reject);
    }
  }

  #moveTo(head: Position): void {
    if (head > this.headSeen.position) this.headSeen.moveTo(head);
  }
}
