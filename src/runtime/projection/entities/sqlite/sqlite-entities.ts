/** Entities in a SQLite database: written and looked up one by one in the serving thread, listed in others. */
import type Libsql from 'libsql';
import { position, type Position } from '../../../event-log/event.js';
import { CheckpointMoved, DatabaseClosed, DatabaseDamaged } from '../database-damage.js';
import { checkpointOf, type Checkpoint, type CheckpointRow } from '../entity-checkpoint.js';
import {
  EntityDatabase,
  type EntityChanges,
  type EntityReader,
  type KeptEntity,
  type Shape,
} from '../entity-database.js';
import type { EntityPage, EntityQuery } from '../entity-query.js';
import { bytesOf, stateOf } from '../entity-state.js';
import { hexadecimal, type EntityFault, type StoredEntity } from '../entity.js';
import type { ColumnValue } from '../index-kinds.js';
import { pageOf, type ListRow } from '../list-rows.js';
import { closedOnError, connected, connectedInBackground, loaded, type Parameter } from './connections.js';
import { isOtherSchema, sqliteError } from './sqlite-errors.js';
import { listSql } from './sqlite-list.js';
import { BackgroundReads, Connection, DirectReads, type SqliteReads } from './sqlite-reads.js';
import { columnOf, schemaOf } from './sqlite-schema.js';

type Statement = Libsql.Statement<Parameter[]>;

interface EntityRow {
  readonly key: string;
  readonly position: number;
  readonly digest: string;
  readonly state: string | ArrayBuffer;
  readonly view: string;
  readonly fault: string | null;
}

const MEMBERS = ['key', 'position', 'digest', 'state', 'view', 'fault'];
const NEVER = new AbortController().signal;
const CHECKPOINT = 'SELECT * FROM checkpoint';

export class SqliteEntities extends EntityDatabase {
  override readonly holdsThread = true;
  readonly #write: Statement;
  readonly #remove: Statement;
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
    this.#find = database.prepare(`SELECT ${MEMBERS.join()} FROM entities WHERE key = ?`);
    this.#faultAt = database.prepare(
      'SELECT key FROM entities WHERE fault IS NOT NULL AND position = ? LIMIT 1',
    );
    this.#move = database.prepare(
      `UPDATE checkpoint SET log = ?, fingerprint = ?, position = ?, hash = ?, digest = ?, entities = ?, faulted = ?
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
    const { log, fingerprint, position: at, hash, digest, entities, faulted, serves } = checkpoint;
    this.#transaction(() => {
      this.database.exec('DELETE FROM entities; DELETE FROM checkpoint');
      this.database
        .prepare('INSERT INTO checkpoint VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(log, fingerprint, at, hash, hexadecimal(digest), entities, faulted, Number(serves));
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

  /** One by one: each is one look-up in one index either way. */
  // eslint-disable-next-line @typescript-eslint/require-await
  override async load(keys: readonly string[]): Promise<readonly StoredEntity[]> {
    return keys.map((key) => this.#found(key)).filter((found) => found !== undefined);
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  override async apply(
    { written, removed }: EntityChanges,
    { log, fingerprint, position: to, hash, digest, entities, faulted }: Checkpoint,
    from: Position,
  ): Promise<void> {
    this.#transaction(() => {
      for (const { entity, state, columns } of written) {
        const { key, position: at, view, fault } = entity;
        const parameters = [key, at, hexadecimal(entity.digest), state, view];
        this.#write.run(...parameters, fault === undefined ? null : JSON.stringify(fault), ...columns);
      }
      for (const key of removed) this.#remove.run(key);
      const moved = this.#move.run(log, fingerprint, to, hash, hexadecimal(digest), entities, faulted, from);
      if (moved.changes !== 1) throw new CheckpointMoved(`${this.name} is no longer at ${from}`);
    });
  }

  override async list(query: EntityQuery, signal: AbortSignal): Promise<EntityPage> {
    const { text, parameters } = listSql(query);
    return pageOf(await this.reads.all<ListRow>(text, parameters, signal), query);
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
    const { file, shape } = this;
    if (file === undefined) return undefined;
    const connection = new Connection(await connectedInBackground(file));
    const all = <Row>(sql: string, parameters: readonly Parameter[]): Promise<readonly Row[]> =>
      connection.all(sql, parameters, NEVER);
    await connection.exec('BEGIN');
    const checkpoint = async (): Promise<Checkpoint | undefined> => {
      const [row] = await all<CheckpointRow>(CHECKPOINT, []);
      return row === undefined ? undefined : checkpointOf(row);
    };
    await checkpoint(); // SQLite takes the view with the first read
    return {
      checkpoint,
      entitiesAfter: (key, limit) => entitiesAfter(shape, key, limit, all),
      close: async () => {
        // Its file stays open until the statements are collected; a view that was begun must not last as long.
        await connection.exec('ROLLBACK');
        connection.close();
      },
    };
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

const columnsOf = ({ index }: Shape): readonly string[] => Object.keys(index).map(columnOf);

async function entitiesAfter(
  shape: Shape,
  key: string,
  limit: number,
  all: <Row>(sql: string, parameters: readonly Parameter[]) => Promise<readonly Row[]>,
): Promise<readonly KeptEntity[]> {
  const columns = columnsOf(shape);
  const selected = [...MEMBERS, ...columns].join();
  const rows = await all<EntityRow & Readonly<Record<string, unknown>>>(
    `WITH page AS MATERIALIZED (SELECT ${selected} FROM entities WHERE key > ? ORDER BY key LIMIT ?)
     SELECT * FROM page`,
    [key, limit],
  );
  return rows.map((row) => ({
    ...entityOf(row),
    columns: columns.map((name) => row[name] as ColumnValue),
  }));
}

function entityOf({ key, position: at, digest, state, view, fault }: EntityRow): StoredEntity {
  try {
    return {
      key,
      position: position(at),
      digest: BigInt(`0x${digest}`),
      state: stateOf(state),
      view,
      ...(fault !== null && { fault: JSON.parse(fault) as EntityFault }),
      bytes: bytesOf(state) + 2 * (view.length + key.length),
    };
  } catch (error) {
    throw new DatabaseDamaged(`entity ${key} cannot be read`, { cause: error });
  }
}
