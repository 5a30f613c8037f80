/** Entities in a SQLite database: written and looked up one by one in the serving thread, listed in others. */
import type Libsql from 'libsql';
import type { Position } from '../../../event-log/event.js';
import { CheckpointMoved, DatabaseClosed } from '../database-damage.js';
import { checkpointOf, type Checkpoint, type CheckpointRow } from '../entity-checkpoint.js';
import {
  EntityDatabase,
  type EntityChanges,
  type EntityReader,
  type KeptEntity,
  type Shape,
} from '../entity-database.js';
import type { EntityAt } from '../entity-past-fold.js';
import type { EntityPage, EntityQuery, RelatedEntities, RelatedQuery } from '../entity-query.js';
import { hexadecimal, type StoredEntity } from '../entity.js';
import { pageOf, relatedOf, type ListRow, type RelatedRow } from '../list-rows.js';
import { closedOnError, connected, loaded, type Parameter } from './connections.js';
import { isOtherSchema, sqliteError } from './sqlite-errors.js';
import { listSql, relatedSql } from './sqlite-list.js';
import { sqliteReader } from './sqlite-reader.js';
import { BackgroundReads, DirectReads, type SqliteReads } from './sqlite-reads.js';
import {
  CHECKPOINT,
  MEMBERS,
  columnsOf,
  entitiesAfter,
  entityOf,
  readRow,
  stateAt,
  type EntityRow,
} from './sqlite-rows.js';
import { schemaOf } from './sqlite-schema.js';

type Statement = Libsql.Statement<Parameter[]>;

export class SqliteEntities extends EntityDatabase {
  override readonly holdsThread = true;
  readonly #write: Statement;
  readonly #remove: Statement;
  readonly #removeSnapshots: Statement;
  readonly #keep: Statement;
  readonly #keptBefore: Statement;
  readonly #find: Statement;
  readonly #faultAt: Statement;
  readonly #move: Statement;
  #isClosed = false;

  private constructor(
    private readonly database: Libsql.Database,
    private readonly reads: SqliteReads,
    /** Undefined: in memory. */
    private readonly file: string | undefined,
    override readonly name: string,
    private readonly shape: Shape,
  ) {
    super();
    const written = [...MEMBERS, ...columnsOf(shape)];
    const updated = written.slice(1).map((name) => `${name} = excluded.${name}`);
    this.#write = database.prepare(
      `INSERT INTO entities (${written.join()}) VALUES (${written.map(() => '?').join()})
       ON CONFLICT (key) DO UPDATE SET ${updated.join()}`,
    );
    this.#remove = database.prepare('DELETE FROM entities WHERE key = ?');
    this.#removeSnapshots = database.prepare('DELETE FROM snapshots WHERE key = ?');
    this.#keep = database.prepare('INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?)');
    this.#keptBefore = database.prepare(
      'SELECT position, state FROM snapshots WHERE key = ? AND position <= ? ORDER BY position DESC LIMIT 1',
    );
    this.#find = database.prepare(`SELECT ${MEMBERS.join()} FROM entities WHERE key = ?`);
    this.#faultAt = database.prepare(
      'SELECT key FROM entities WHERE fault IS NOT NULL AND position = ? LIMIT 1',
    );
    this.#move = database.prepare(
      `UPDATE checkpoint SET log = ?, fingerprint = ?, position = ?, hash = ?, digest = ?, entities = ?, faulted = ?, unkeyed = ?
       WHERE position = ?`,
    );
  }

  /** A new one. @param file undefined: in memory */
  static async create(file: string | undefined, name: string, shape: Shape): Promise<SqliteEntities> {
    try {
      const database = connected(await loaded(), file);
      return closedOnError(database, () => {
        database.exec(schemaOf(shape));
        const reads = file === undefined ? new DirectReads(database) : new BackgroundReads(file);
        return new SqliteEntities(database, reads, file, name, shape);
      });
    } catch (error) {
      throw sqliteError(error);
    }
  }

  /**
   * One that was created before. Its indexes are not made anew: that would hold the thread for as long as they are large.
   *
   * @throws DatabaseDamaged when the file is no database of such entities, or SQLite finds it damaged
   */
  static async open(file: string, name: string, shape: Shape): Promise<SqliteEntities> {
    const reads = new BackgroundReads(file);
    try {
      const database = connected(await loaded(), file);
      const opened = closedOnError(database, () => new SqliteEntities(database, reads, file, name, shape));
      await reads.requireWhole().catch((error: unknown) => {
        database.close();
        throw error;
      });
      return opened;
    } catch (error) {
      await reads.close();
      throw sqliteError(error, isOtherSchema);
    }
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- as of all that follow: what fails is a rejection
  override async checkpoint(): Promise<Checkpoint | undefined> {
    const row = this.#doing(() => this.database.prepare(CHECKPOINT).get()) as CheckpointRow | undefined;
    return row === undefined ? undefined : checkpointOf(row);
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  override async reset(checkpoint: Checkpoint): Promise<void> {
    const { log, fingerprint, position: at, hash, digest, entities, faulted, unkeyed, serves } = checkpoint;
    this.#transaction(() => {
      this.database.exec('DELETE FROM entities; DELETE FROM snapshots; DELETE FROM checkpoint');
      this.database
        .prepare('INSERT INTO checkpoint VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(
          ...[log, fingerprint, at, hash, hexadecimal(digest), entities, faulted, Number(serves)],
          JSON.stringify(unkeyed),
        );
    });
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  override async serve(): Promise<void> {
    this.#transaction(() => this.database.exec('UPDATE checkpoint SET serves = 1'));
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  override async find(key: string): Promise<StoredEntity | undefined> {
    return this.#found(key);
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  override async snapshotBefore(key: string, through: Position): Promise<EntityAt | undefined> {
    const row = this.#doing(() => this.#keptBefore.get(key, through)) as
      Pick<EntityRow, 'position' | 'state'> | undefined;
    return row === undefined ? undefined : readRow(key, () => stateAt(row));
  }

  /** One by one: each is one look-up in one index either way. */
  // eslint-disable-next-line @typescript-eslint/require-await
  override async load(keys: readonly string[]): Promise<readonly StoredEntity[]> {
    return keys.map((key) => this.#found(key)).filter((found) => found !== undefined);
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  override async apply(
    { written, removed, snapshots, refolded }: EntityChanges,
    { log, fingerprint, position: to, hash, digest, entities, faulted, unkeyed }: Checkpoint,
    from: Position,
  ): Promise<void> {
    this.#transaction(() => {
      for (const { entity, state, columns } of written) {
        const { key, position: at, view, fault, changes } = entity;
        const parameters = [key, at, hexadecimal(entity.digest), state, view];
        const written = fault === undefined ? null : JSON.stringify(fault);
        this.#write.run(...parameters, written, changes, ...columns);
      }
      for (const key of removed) this.#remove.run(key);
      for (const key of refolded) this.#removeSnapshots.run(key);
      for (const { key, position: at, state } of snapshots) this.#keep.run(key, at, state);
      const progress = [to, hash, hexadecimal(digest), entities, faulted, JSON.stringify(unkeyed)];
      const moved = this.#move.run(log, fingerprint, ...progress, from);
      if (moved.changes !== 1) throw new CheckpointMoved(`${this.name} is no longer at ${from}`);
    });
  }

  override async list(query: EntityQuery, signal: AbortSignal): Promise<EntityPage> {
    const { text, parameters } = listSql(query);
    return pageOf(await this.reads.all<ListRow>(text, parameters, signal), query);
  }

  override async related(query: RelatedQuery, signal: AbortSignal): Promise<RelatedEntities> {
    const { text, parameters } = relatedSql(query);
    return relatedOf(await this.reads.all<RelatedRow>(text, parameters, signal), query);
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  override async hasFaultAt(at: Position): Promise<boolean> {
    return this.#doing(() => this.#faultAt.get(at)) !== undefined;
  }

  override entitiesAfter(key: string, limit: number): Promise<readonly KeptEntity[]> {
    return entitiesAfter(this.shape, key, limit, (sql, parameters) => this.reads.all(sql, parameters));
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  override async analyze(): Promise<void> {
    this.#doing(() => this.database.exec('PRAGMA analysis_limit = 1000; ANALYZE'));
  }

  override async reader(): Promise<EntityReader | undefined> {
    return this.file === undefined ? undefined : sqliteReader(this.file, this.shape);
  }

  /** Writes what is in the log beside the file into the file as well, so that the file alone is whole. */
  override async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.reads.close();
    try {
      if (this.file !== undefined) this.database.pragma('wal_checkpoint(TRUNCATE)');
    } catch {
      // It stays in the log beside the file, where the next connection finds it.
    }
    this.database.close();
  }

  #found(key: string): StoredEntity | undefined {
    const row = this.#doing(() => this.#find.get(key)) as EntityRow | undefined;
    return row === undefined ? undefined : entityOf(row);
  }

  #transaction(work: () => void): void {
    this.#doing(() => {
      this.database.exec('BEGIN IMMEDIATE');
      try {
        work();
        this.database.exec('COMMIT');
      } catch (error) {
        if (this.database.inTransaction) this.database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  #doing<Result>(work: () => Result): Result {
    if (this.#isClosed) throw new DatabaseClosed();
    try {
      return work();
    } catch (error) {
      throw sqliteError(error);
    }
  }
}
