/** One SQLite database of entities: states, views, indexed columns and the checkpoint, changed in one transaction. */
import type Libsql from 'libsql';
import { position, type Position } from '../../event-log/event.js';
import type { FoldState } from '../../fold/fold-state.js';
import { hexadecimal, type EntityFault, type StoredEntity } from './entity.js';
import { checkpointOf, type Checkpoint, type CheckpointRow } from './entity-checkpoint.js';
import { DatabaseDamaged, asDamage, isOtherSchema } from './database-damage.js';
import { columnOf, schemaOf, type Shape } from './entity-schema.js';
import { bytesOf, stateOf, type KeptState } from './entity-state.js';
import type { ColumnValue } from './index-kinds.js';
import { closedOnError, connected, loaded, requireWhole, type Sqlite } from './sqlite.js';

export interface EntityChange {
  readonly entity: StoredEntity;
  readonly state: KeptState;
  /** As `Object.keys(index)` has them. */
  readonly columns: readonly ColumnValue[];
}

/** A state that an entity once had, for questions about its past. */
export interface EntitySnapshot {
  readonly key: string;
  /** Of the event that led to it. */
  readonly position: Position;
  readonly state: KeptState;
}

/** What one transaction writes. */
export interface EntityChanges {
  readonly written: readonly EntityChange[];
  readonly removed: readonly string[];
  readonly snapshots: readonly EntitySnapshot[];
}

/** What is kept of an entity, with its indexed columns. */
export interface KeptEntity extends StoredEntity {
  readonly columns: readonly ColumnValue[];
}

/** Another process has written to the database meanwhile. */
export class CheckpointMoved extends Error {}

type Parameter = string | number | Buffer | null;
type Statement = Libsql.Statement<Parameter[]>;

interface EntityRow {
  readonly key: string;
  readonly position: number;
  readonly digest: string;
  readonly state: string | ArrayBuffer;
  readonly view: string;
  readonly fault: string | null;
  readonly changes: number;
}

/** Those of a row that every read of an entity asks for. */
const READ_COLUMNS = ['key', 'position', 'digest', 'state', 'view', 'fault', 'changes'];

const MAX_PREPARED_LISTS = 64;

export class EntityDatabase {
  readonly #write: Statement;
  readonly #remove: Statement;
  readonly #keep: Statement;
  readonly #keptBefore: Statement;
  readonly #find: Statement;
  readonly #move: Statement;
  readonly #lists = new Map<string, Statement>();
  readonly #columns: readonly string[];
  #isClosed = false;

  private constructor(
    private readonly sqlite: Sqlite,
    private readonly database: Libsql.Database,
    readonly file: string | undefined,
    private readonly shape: Shape,
  ) {
    const columns = Object.keys(shape.index).map(columnOf);
    const written = [...READ_COLUMNS, ...columns];
    const updated = written.slice(1).map((name) => `${name} = excluded.${name}`);
    this.#columns = columns;
    this.#write = database.prepare(
      `INSERT INTO entities (${written.join()}) VALUES (${written.map(() => '?').join()})
       ON CONFLICT (key) DO UPDATE SET ${updated.join()}`,
    );
    this.#remove = database.prepare('DELETE FROM entities WHERE key = ?');
    this.#keep = database.prepare('INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?)');
    this.#keptBefore = database.prepare(
      'SELECT position, state FROM snapshots WHERE key = ? AND position <= ? ORDER BY position DESC LIMIT 1',
    );
    this.#find = database.prepare(`SELECT ${READ_COLUMNS.join()} FROM entities WHERE key = ?`);
    this.#move = database.prepare(
      `UPDATE checkpoint SET log = ?, fingerprint = ?, position = ?, hash = ?, digest = ?, entities = ?, faulted = ?
       WHERE position = ?`,
    );
  }

  /** A new one. @param file undefined: in memory */
  static async create(file: string | undefined, shape: Shape): Promise<EntityDatabase> {
    const sqlite = await loaded();
    const database = connected(sqlite, file);
    return closedOnError(database, () => {
      database.exec(schemaOf(shape));
      return new EntityDatabase(sqlite, database, file, shape);
    });
  }

  /**
   * One that was created before. Its indexes are not made anew: that would hold the thread for as long as they are large.
   *
   * @throws DatabaseDamaged when the file is no database of such entities, or SQLite finds it damaged
   */
  static async open(file: string, shape: Shape): Promise<EntityDatabase> {
    const sqlite = await loaded();
    try {
      const database = connected(sqlite, file);
      return closedOnError(database, () => {
        requireWhole(database);
        return new EntityDatabase(sqlite, database, file, shape);
      });
    } catch (error) {
      throw asDamage(error, isOtherSchema);
    }
  }

  /**
   * Another connection to the same file, with a view of the database as it is now, which later transactions do not change.
   * Undefined in memory.
   */
  reader(): EntityDatabase | undefined {
    const { sqlite, file, shape } = this;
    if (file === undefined) return undefined;
    const database = connected(sqlite, file);
    return closedOnError(database, () => {
      const reader = new EntityDatabase(sqlite, database, file, shape);
      database.exec('BEGIN');
      reader.checkpoint(); // SQLite takes the view with the first read
      return reader;
    });
  }

  /** Undefined before the first transaction. @throws DatabaseDamaged */
  checkpoint(): Checkpoint | undefined {
    const row = this.#reading(() => this.database.prepare('SELECT * FROM checkpoint').get()) as
      CheckpointRow | undefined;
    return row === undefined ? undefined : checkpointOf(row);
  }

  /** Empties it and begins at this checkpoint. */
  reset({ log, fingerprint, position: at, hash, digest, entities, faulted, serves }: Checkpoint): void {
    this.#transaction(() => {
      this.database.exec('DELETE FROM entities; DELETE FROM snapshots; DELETE FROM checkpoint');
      this.database
        .prepare('INSERT INTO checkpoint VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(log, fingerprint, at, hash, hexadecimal(digest), entities, faulted, Number(serves));
    });
  }

  /** From now on this is the one that answers, also after a crash. */
  serve(): void {
    this.#transaction(() => this.database.exec('UPDATE checkpoint SET serves = 1'));
  }

  /** @throws DatabaseDamaged */
  find(key: string): StoredEntity | undefined {
    return this.#reading(() => {
      const row = this.#find.get(key) as EntityRow | undefined;
      return row === undefined ? undefined : entityOf(row);
    });
  }

  /** The newest state that was kept of an entity as of the position or before. @throws DatabaseDamaged */
  snapshotBefore(
    key: string,
    through: Position,
  ): { readonly position: Position; readonly state: FoldState } | undefined {
    return this.#reading(() => {
      const row = this.#keptBefore.get(key, through) as Pick<EntityRow, 'position' | 'state'> | undefined;
      if (row === undefined) return undefined;
      try {
        return { position: position(row.position), state: stateOf(row.state) };
      } catch (error) {
        throw new DatabaseDamaged(`a state of entity ${key} cannot be read`, { cause: error });
      }
    });
  }

  /**
   * All or none.
   *
   * @throws CheckpointMoved unless its checkpoint is at `from`
   * @throws DatabaseDamaged
   */
  apply(
    { written, removed, snapshots }: EntityChanges,
    { log, fingerprint, position: to, hash, digest, entities, faulted }: Checkpoint,
    from: Position,
  ): void {
    this.#transaction(() => {
      for (const { entity, state, columns } of written) {
        const { key, position: at, view, fault, changes } = entity;
        const parameters = [key, at, hexadecimal(entity.digest), state, view];
        const written = fault === undefined ? null : JSON.stringify(fault);
        this.#write.run(...parameters, written, changes, ...columns);
      }
      for (const key of removed) this.#remove.run(key);
      for (const { key, position: at, state } of snapshots) this.#keep.run(key, at, state);
      const moved = this.#move.run(log, fingerprint, to, hash, hexadecimal(digest), entities, faulted, from);
      if (moved.changes !== 1) throw new CheckpointMoved(`${this.file ?? 'memory'} is no longer at ${from}`);
    });
  }

  /** The rows of a query, in which values are parameters. @throws DatabaseDamaged */
  *select<Row>(sql: string, parameters: readonly ColumnValue[]): Generator<Row, void, undefined> {
    const statement = this.#prepared(sql);
    const rows = this.#reading(() => statement.iterate(...parameters));
    let isLeft = false;
    try {
      for (;;) {
        const next = this.#reading(() => rows.next());
        if (next.done === true) return;
        isLeft = true;
        yield next.value as Row;
        isLeft = false;
      }
    } finally {
      // A statement that is left before its end keeps the database from being merged. `get` resets it.
      if (isLeft && rows.next().done !== true) statement.get(...parameters);
    }
  }

  /** A page in the order of keys. @throws DatabaseDamaged */
  entitiesAfter(key: string, limit: number): readonly KeptEntity[] {
    const selected = [...READ_COLUMNS, ...this.#columns].join();
    const sql = `SELECT ${selected} FROM entities WHERE key > ? ORDER BY key LIMIT ?`;
    return [...this.select<EntityRow & Record<string, unknown>>(sql, [key, limit])].map((row) => ({
      ...entityOf(row),
      columns: this.#columns.map((name) => row[name] as ColumnValue),
    }));
  }

  /** Lets the planner know how many entities a value of each index has. */
  analyze(): void {
    this.#reading(() => this.database.exec('PRAGMA analysis_limit = 1000; ANALYZE'));
  }

  /** Writes what is in the log beside the file into the file, so that the file alone is whole; unless something else reads it now. */
  mergeLog(): void {
    if (this.file === undefined) return;
    try {
      this.database.pragma('wal_checkpoint(TRUNCATE)');
    } catch {
      // It stays in the log beside the file, where the next connection finds it.
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // Its file stays open until the statements are collected; a view that was begun must not last as long.
    if (this.database.inTransaction) this.database.exec('ROLLBACK');
    this.database.close();
  }

  #prepared(sql: string): Statement {
    const known = this.#lists.get(sql);
    if (known !== undefined) return known;
    const prepared: Statement = this.database.prepare(sql);
    this.#lists.set(sql, prepared);
    for (const oldest of this.#lists.keys()) {
      if (this.#lists.size <= MAX_PREPARED_LISTS) break;
      this.#lists.delete(oldest);
    }
    return prepared;
  }

  #transaction(work: () => void): void {
    this.#reading(() => {
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

  #reading<Read>(read: () => Read): Read {
    try {
      return read();
    } catch (error) {
      throw asDamage(error);
    }
  }
}

function entityOf({ key, position: at, digest, state, view, fault, changes }: EntityRow): StoredEntity {
  try {
    return {
      key,
      position: position(at),
      digest: BigInt(`0x${digest}`),
      state: stateOf(state),
      view,
      changes,
      ...(fault !== null && { fault: JSON.parse(fault) as EntityFault }),
      bytes: bytesOf(state) + 2 * (view.length + key.length),
    };
  } catch (error) {
    throw new DatabaseDamaged(`entity ${key} cannot be read`, { cause: error });
  }
}
