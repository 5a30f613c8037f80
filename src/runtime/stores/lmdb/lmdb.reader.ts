/** Reads a log in LMDB that another process writes. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Commit,
  CommitId,
  Position,
  Query,
  Range,
  RecordedCommit,
  StoredEvent,
} from '../../event-log/event.js';
import { LogClosed } from '../../event-log/errors.js';
import { EventStore, type StoreSize } from '../../event-log/event-store.js';
import { toCommit } from '../../event-log/commits/hashed-commit.js';
import { aboutLog, lastPosition, sizeOf, type LmdbFiles } from './lmdb-files.js';
import { openLog } from './open-log.js';
import { commitWithId, readCommits, readPages, whileOpen } from './lmdb-read.js';

/** LMDB does not notify other processes of a commit, so a follower polls. */
const POLL_INTERVAL_MS = 20;

/** Sees what was flushed, some milliseconds after the writer’s own followers. Refuses every append. */
export class LmdbReader extends EventStore {
  #closed = false;

  private constructor(
    private readonly folder: string,
    private readonly files: LmdbFiles,
    override readonly identity: string,
  ) {
    super();
  }

  /**
   * @throws FileDamaged, LogDamaged when the files are not what was written
   * @throws Error when there is no log in this folder
   */
  static open(folder: string): LmdbReader {
    const files = openLog(folder, { readOnly: true });
    try {
      return new LmdbReader(folder, files, String(aboutLog(folder, () => files.about.get('identity'))));
    } catch (error) {
      void files.root.close();
      throw error;
    }
  }

  override append(): Promise<Commit> {
    return Promise.reject(new Error('this log was opened for reading only; append where it is written'));
  }

  override find(id: CommitId): Promise<Commit | undefined> {
    if (this.#closed) return Promise.reject(new LogClosed());
    const recorded = commitWithId(this.files, id);
    return Promise.resolve(recorded && toCommit(recorded));
  }

  override read(query: Query, range: Range): AsyncIterable<readonly StoredEvent[]> {
    return whileOpen(
      () => this.#closed,
      () => readPages(this.files, query, range, this.#lastPosition()),
    );
  }

  override commits(range: Pick<Range, 'after' | 'through'> = {}): AsyncIterable<readonly RecordedCommit[]> {
    return whileOpen(
      () => this.#closed,
      () => readCommits(this.files, range, this.#lastPosition()),
    );
  }

  override head(): Promise<Position> {
    if (this.#closed) return Promise.reject(new LogClosed());
    return Promise.resolve(this.#lastPosition());
  }

  override async advanced(after: Position, signal: AbortSignal): Promise<void> {
    while ((await this.head()) <= after) {
      await sleep(POLL_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
      signal.throwIfAborted();
    }
  }

  override async size(): Promise<StoreSize> {
    const { size } = await stat(join(this.folder, 'data.mdb'));
    if (this.#closed) throw new LogClosed();
    return sizeOf(this.files, size);
  }

  override async close(): Promise<void> {
    this.#closed = true;
    await this.files.root.close();
  }

  #lastPosition(): Position {
    this.files.root.resetReadTxn();
    return lastPosition(this.files);
  }
}
