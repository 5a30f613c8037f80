/** One database of entities: states, views, indexed columns and the checkpoint, changed in one transaction. */
import type { Position } from '../../event-log/event.js';
import type { Checkpoint } from './entity-checkpoint.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import type { EntityAt } from './entity-past-fold.js';
import type { EntityPage, EntityQuery, RelatedEntities, RelatedQuery } from './entity-query.js';
import type { KeptState } from './entity-state.js';
import type { StoredEntity } from './entity.js';
import type { ColumnValue } from './index-kinds.js';

/** What its columns and indexes follow from. */
export type Shape = Pick<EntityProjectionDefinition, 'index' | 'compound'>;

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
  /** Keys. */
  readonly removed: readonly string[];
  readonly snapshots: readonly EntitySnapshot[];
  /** Keys: these snapshots are all that there are to be of them. Of other keys they are added. */
  readonly refolded: readonly string[];
}

/** What is kept of an entity, with its indexed columns as the database has them: comparable within one kind of database. */
export interface KeptEntity extends StoredEntity {
  readonly columns: readonly ColumnValue[];
}

/** Of the database as it was when the reader was made, whatever is written since. */
export interface EntityReader {
  checkpoint(): Promise<Checkpoint | undefined>;
  entitiesAfter(key: string, limit: number): Promise<readonly KeptEntity[]>;
  close(): Promise<void>;
}

/**
 * SQLite and PostgreSQL have it. All of it may fail with `DatabaseDamaged`, with `DatabaseTrouble` while it cannot be used for now, and
 * with `DatabaseClosed` once it is closed.
 */
export abstract class EntityDatabase implements EntityReader {
  /** Among those of its projection. */
  abstract readonly name: string;
  /** Whether writing holds the serving thread. */
  abstract readonly holdsThread: boolean;

  /** Undefined before the first transaction. */
  abstract checkpoint(): Promise<Checkpoint | undefined>;

  /** Empties it and begins at this checkpoint. */
  abstract reset(checkpoint: Checkpoint): Promise<void>;

  /** From now on this is the one that answers, also after a crash. */
  abstract serve(): Promise<void>;

  abstract find(key: string): Promise<StoredEntity | undefined>;

  /** Those of the keys that there are, in any order. */
  abstract load(keys: readonly string[]): Promise<readonly StoredEntity[]>;

  /** The newest state that was kept of an entity as of the position or before. */
  abstract snapshotBefore(key: string, through: Position): Promise<EntityAt | undefined>;

  /**
   * All or none.
   *
   * @throws CheckpointMoved unless its checkpoint is at `from`
   */
  abstract apply(changes: EntityChanges, checkpoint: Checkpoint, from: Position): Promise<void>;

  /**
   * @throws EntityQueriesBusy when too many wait; EntityQueryTooSlow
   * @throws the signal's reason once it is aborted
   */
  abstract list(query: EntityQuery, signal: AbortSignal): Promise<EntityPage>;

  /** As `list`, of several keys in one query. The member is to be indexed. */
  abstract related(query: RelatedQuery, signal: AbortSignal): Promise<RelatedEntities>;

  /** Whether an entity stopped at this position. */
  abstract hasFaultAt(at: Position): Promise<boolean>;

  /** A page in the order of keys, which is that of the bytes of their UTF-8. */
  abstract entitiesAfter(key: string, limit: number): Promise<readonly KeptEntity[]>;

  /** Lets the planner know how many entities a value of each index has. */
  abstract analyze(): Promise<void>;

  /** Undefined where nothing but this connection can read it: in memory. */
  abstract reader(): Promise<EntityReader | undefined>;

  /** Ends the queries that run. */
  abstract close(): Promise<void>;
}

/** Lists are slower without. */
export async function analyzed(database: EntityDatabase): Promise<void> {
  await database.analyze().catch(() => undefined);
}

/** The databases of one entity projection: the one that answers, and those that are folded beside it. */
export interface EntityDatabases {
  /** Names, newest first. */
  list(): Promise<readonly string[]>;
  /**
   * One that was created before.
   *
   * @throws DatabaseDamaged when it is no database of such entities
   */
  open(name: string, shape: Shape): Promise<EntityDatabase>;
  /**
   * The view of one that another process may write to. Changes nothing.
   *
   * @throws DatabaseDamaged when it is no database of such entities
   */
  read(name: string, shape: Shape): Promise<EntityReader>;
  /** An empty one, under a name that no other one has had. */
  create(shape: Shape): Promise<EntityDatabase>;
  /**
   * Takes over one that a rehearsal has left, under a name of its own, and the rehearsal's is removed. Absent where rehearsals leave none.
   *
   * @param fits whether it can be used
   */
  adoptRehearsed?(
    shape: Shape,
    fits: (checkpoint: Checkpoint) => Promise<boolean>,
  ): Promise<string | undefined>;
  remove(name: string): Promise<void>;
  /**
   * What all of them take on the disk, in bytes; undefined in memory.
   *
   * @throws DatabaseTrouble; DatabaseClosed
   */
  size(): Promise<number | undefined>;
  /** Once all of them are closed. */
  close(): Promise<void>;
}
