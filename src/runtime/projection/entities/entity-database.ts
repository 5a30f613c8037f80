/** One SQLite database of entities: states, views, indexed columns and the checkpoint, changed in one transaction. */
import type Libsql from 'libsql';
import { position, type Position } from '../../event-log/event.js';
import { hexadecimal, type EntityDigest, type EntityFault, type StoredEntity } from './entity.js';
import { DatabaseDamaged, asDamage, isOtherSchema } from './database-damage.js';
import { columnOf, schemaOf, type Shape } from './entity-schema.js';
import { bytesOf, stateOf, type KeptState } from './entity-state.js';
import type { ColumnValue } from './index-kinds.js';

/** What the database was folded from, and how far. */
export interface Checkpoint {
  /** The identity of the log. */
  readonly log: string;
  /** Of what has folded it, and of the events that it skipped. */
  readonly fingerprint: string;
  readonly position: Position;
  /** Of the commit that holds the position; empty at the beginning. */
  readonly hash: string;
  /** Of all entities. */
  readonly digest: EntityDigest;
  readonly entities: number;
  readonly faulted: number;
  /** False while it is rebuilt beside the one that answers. */
  readonly serves: boolean;
}

export interface EntityChange {
  readonly entity: StoredEntity;
  readonly state: KeptState;
  /** As `Object.keys(index)` has them. */
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
}

interface CheckpointRow {
  readonly log: string;
  readonly fingerprint: string;
  readonly position: number;
  readonly hash: string;
  readonly digest: string;
  readonly entities: number;
  readonly faulted: number;
  readonly serves: number;
}

/** Larger ones are not looked through at the start, which would hold the thread for seconds; SQLite finds damage when it comes to it. */
const MAX_CHECKED_PAGES = 65_536;
const MAX_PREPARED_LISTS = 64;
/** Of each connection. With SQLite's 2 MiB, the pages that a batch changes are written and read again within its transaction. */
const PAGE_CACHE_KIB = 32 * 1024;
/** After so many pages (of 4 KiB) the log beside the file is merged into it; with SQLite's 1,000 that is each batch. */
const WAL_PAGES = 4096;
/** How long a transaction waits for one of another process, which holds the thread. */
const BUSY_TIMEOUT_MS = 1000;

export class EntityDatabase {
  readonly #write: Statement;
  readonly #remove: Statement;
  readonly #find: Statement;
  readonly #move: Statement;
  readonly #lists = new Map<string, Statement>();
  #isClosed = false;

  private constructor(
    private readonly database: Libsql.Database,
    readonly file: string | undefined,
    shape: Shape,
  ) {
    const columns = Object.keys(shape.index).map(columnOf);
    const written = ['key', 'position', 'digest', 'state', 'view', 'fault', ...columns];
    const updated = written.slice(1).map((name) => `${name} = excluded.${name}`);
    this.#write = database.prepare(
      `INSERT INTO entities (${written.join()}) VALUES (${written.map(() => '?').join()})
       ON CONFLICT (key) DO UPDATE SET ${updated.join()}`,
    );
    this.#remove = database.prepare('DELETE FROM entities WHERE key = ?');
    this.#find = database.prepare(
      'SELECT key, position, digest, state, view, fault FROM entities WHERE key = ?',
    );
    this.#move = database.prepare(
      `UPDATE checkpoint SET log = ?, fingerprint = ?, position = ?, hash = ?, digest = ?, entities = ?, faulted = ?
       WHERE position = ?`,
    );
  }

  /**
   * @param file undefined: in memory
   * @throws DatabaseDamaged when the file is no database of entities, or SQLite finds it damaged
   */
  static async open(file: string | undefined, shape: Shape): Promise<EntityDatabase> {
    // Here, so that an application without entity projections does not load it.
    const { default: Database } = await import('libsql');
    try {
      const database = new Database(file ?? ':memory:');
      database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
      if (file !== undefined) {
        database.pragma('journal_mode = WAL');
        database.pragma(`cache_size = -${PAGE_CACHE_KIB}`);
        database.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
        // A power loss may take the last transactions, whole: the log has what they were folded from.
        database.pragma('synchronous = NORMAL');
        requireWhole(database);
      }
      database.exec(schemaOf(shape));
      return new EntityDatabase(database, file, shape);
    } catch (error) {
      throw asDamage(error, isOtherSchema);
    }
  }

  /** Undefined before the first transaction. @throws DatabaseDamaged */
  checkpoint(): Checkpoint | undefined {
    const row = this.#reading(() => this.database.prepare('SELECT * FROM checkpoint').get()) as
      CheckpointRow | undefined;
    if (row === undefined) return undefined;
    const { log, fingerprint, hash, entities, faulted } = row;
    return {
      log,
      fingerprint,
      position: position(row.position),
      hash,
      digest: BigInt(`0x${row.digest}`),
      entities,
      faulted,
      serves: row.serves === 1,
    };
  }

  /** Empties it and begins at this checkpoint. */
  reset({ log, fingerprint, position: at, hash, digest, entities, faulted, serves }: Checkpoint): void {
    this.#transaction(() => {
      this.database.exec('DELETE FROM entities; DELETE FROM checkpoint');
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

  /**
   * All or none.
   *
   * @throws CheckpointMoved unless its checkpoint is at `from`
   * @throws DatabaseDamaged
   */
  apply(
    { written, removed }: { readonly written: readonly EntityChange[]; readonly removed: readonly string[] },
    { log, fingerprint, position: to, hash, digest, entities, faulted }: Checkpoint,
    from: Position,
  ): void {
    this.#transaction(() => {
      for (const { entity, state, columns } of written) {
        const { key, position: at, view, fault } = entity;
        const parameters = [key, at, hexadecimal(entity.digest), state, view];
        this.#write.run(...parameters, fault === undefined ? null : JSON.stringify(fault), ...columns);
      }
      for (const key of removed) this.#remove.run(key);
      const moved = this.#move.run(log, fingerprint, to, hash, hexadecimal(digest), entities, faulted, from);
      if (moved.changes !== 1) throw new CheckpointMoved(`${this.file ?? 'memory'} is no longer at ${from}`);
    });
  }

  /** The rows of a query, in which values are parameters. @throws DatabaseDamaged */
  *select<Row>(sql: string, parameters: readonly ColumnValue[]): Generator<Row, void, undefined> {
    const rows = this.#reading(() => this.#prepared(sql).iterate(...parameters));
    for (;;) {
      const next = this.#reading(() => rows.next());
      if (next.done === true) return;
      yield next.value as Row;
    }
  }

  /** As the entities of a page of keys, in their order. @throws DatabaseDamaged */
  entitiesAfter(key: string, limit: number): readonly StoredEntity[] {
    const sql =
      'SELECT key, position, digest, state, view, fault FROM entities WHERE key > ? ORDER BY key LIMIT ?';
    return [...this.select<EntityRow>(sql, [key, limit])].map((row) => this.#reading(() => entityOf(row)));
  }

  /** What it takes on the disk, or in memory, in bytes. */
  bytes(): number {
    const of = (name: string): number => Number(Object.values(this.#first(`PRAGMA ${name}`))[0]);
    return of('page_count') * of('page_size');
  }

  /** Lets the planner know how many entities a value of each index has. */
  analyze(): void {
    this.#reading(() => this.database.exec('PRAGMA analysis_limit = 1000; ANALYZE'));
  }

  /** Writes what is in the log beside the file into the file, so that the file alone is whole. */
  mergeLog(): void {
    if (this.file !== undefined) this.database.pragma('wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // Its file stays open until the statements are collected; a view that was begun must not last as long.
    if (this.database.inTransaction) this.database.exec('ROLLBACK');
    this.database.close();
  }

  /** Begins a view of the database as it is now, which later transactions do not change. Only of a connection of its own. */
  beginReading(): void {
    this.database.exec('BEGIN');
    this.checkpoint(); // SQLite takes the view with the first read
  }

  #first(sql: string): object {
    return this.#reading(() => this.database.prepare(sql).get() as object);
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

function requireWhole(database: Libsql.Database): void {
  const { page_count: pages } = database.prepare('PRAGMA page_count').get() as {
    readonly page_count: number;
  };
  if (pages > MAX_CHECKED_PAGES) return;
  const { quick_check: found } = database.prepare('PRAGMA quick_check(1)').get() as {
    readonly quick_check: string;
  };
  if (found !== 'ok') throw new DatabaseDamaged(found);
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
