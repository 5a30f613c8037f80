/** Entities in a table of PostgreSQL. */
import type { Position } from '../../../event-log/event.js';
import { Problem } from '../../../http/kernel/problem.js';
import { CheckpointMoved, DatabaseClosed, DatabaseDamaged } from '../database-damage.js';
import { checkpointOf, isSameCheckpoint, type Checkpoint, type CheckpointRow } from '../entity-checkpoint.js';
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
import { ABSENT } from '../index-kinds.js';
import { pageOf, relatedOf, type ListRow, type RelatedRow } from '../list-rows.js';
import { QueryGate } from '../query-gate.js';
import { MAX_READERS, type PostgresConnections, type Run } from './postgres-connections.js';
import { postgresError } from './postgres-errors.js';
import { listSql, relatedSql } from './postgres-list.js';
import { MEMBERS, entityOf, isStorable, readRow, stateAt, type EntityRow } from './postgres-rows.js';
import { columnOf, type Tables } from './postgres-tables.js';
import { writeSql } from './postgres-write.js';

/** A `bigint` comes as text. */
interface FoundCheckpoint extends Pick<CheckpointRow, 'fingerprint' | 'hash' | 'digest' | 'unkeyed'> {
  readonly log: string | null;
  readonly position: string;
  readonly entities: string;
  readonly faulted: string;
  readonly serves: boolean;
}

const NEVER = new AbortController().signal;
/** PostgreSQL, appendix A: invalid_table_definition. */
const OTHER_COLUMNS = '42P16';

export class PostgresEntities extends EntityDatabase {
  override readonly name: string;
  override readonly holdsThread = false;
  readonly #gate = new QueryGate({ concurrent: MAX_READERS });
  readonly #table: string;
  readonly #columns: readonly string[];
  #isClosed = false;

  constructor(
    private readonly connections: PostgresConnections,
    private readonly tables: Tables,
    private readonly number: number,
    private readonly shape: Shape,
  ) {
    super();
    this.name = String(number);
    this.#table = tables.entities(number);
    this.#columns = Object.keys(shape.index).map(columnOf);
  }

  override checkpoint(): Promise<Checkpoint | undefined> {
    return this.#reading((run) => this.#checkpoint(run));
  }

  override async reset(checkpoint: Checkpoint): Promise<void> {
    await this.#writing(async (run) => {
      await run('begin');
      await run(`truncate ${this.#table}, ${this.tables.snapshots(this.number)}`);
      const { log, fingerprint, serves } = checkpoint;
      await run(
        `update ${this.tables.checkpoints} set log = $2, fingerprint = $3, position = $4, hash = $5, digest = $6,
          entities = $7, faulted = $8, unkeyed = $9, serves = $10 where number = $1`,
        [this.number, log, fingerprint, ...progressOf(checkpoint), serves],
      );
      if (serves) await this.#show(run);
      await run('commit');
    });
  }

  override async serve(): Promise<void> {
    await this.#writing(async (run) => {
      await run('begin');
      await run(`update ${this.tables.checkpoints} set serves = true where number = $1`, [this.number]);
      await this.#show(run);
      await run('commit');
    });
  }

  override async find(key: string): Promise<StoredEntity | undefined> {
    if (!isStorable(key)) return undefined;
    const sql = `select ${MEMBERS.join()} from ${this.#table} where key = $1`;
    const [row] = await this.#gate.run(NEVER, (ended) => this.#queried<EntityRow>(sql, [key], ended));
    return row && entityOf(row);
  }

  override async snapshotBefore(key: string, through: Position): Promise<EntityAt | undefined> {
    if (!isStorable(key)) return undefined;
    const sql = `select position, state from ${this.tables.snapshots(this.number)}
      where key = $1 and position <= $2 order by position desc limit 1`;
    type Row = Pick<EntityRow, 'position' | 'state'>;
    const [row] = await this.#gate.run(NEVER, (ended) => this.#queried<Row>(sql, [key, through], ended));
    return row && readRow(key, () => stateAt(row));
  }

  /** By a connection that writes: those that read may all be at slow queries. */
  override load(keys: readonly string[]): Promise<readonly StoredEntity[]> {
    return this.#writing(async (run) => {
      const sql = `select ${MEMBERS.join()} from ${this.#table} where key = any($1::text[])`;
      return (await run<EntityRow>(sql, [keys])).map(entityOf);
    });
  }

  /** One statement, and so one transaction: nothing is written unless the checkpoint moves. */
  override async apply(changes: EntityChanges, checkpoint: Checkpoint, from: Position): Promise<void> {
    const { log, fingerprint } = checkpoint;
    const { text, parameters } = writeSql(this.tables, this.number, this.shape, changes);
    await this.#writing(async (run) => {
      const [moved] = await run<{ readonly moved: boolean }>(text, [
        ...[this.number, from, log, fingerprint, ...progressOf(checkpoint)],
        ...[changes.removed, ...parameters],
      ]);
      if (moved?.moved === true) return;
      // The connection may have broken after it was written, so that it is written again; another process has written the same otherwise.
      const found = await this.#checkpoint(run);
      if (found === undefined || !isSameCheckpoint(found, checkpoint))
        throw new CheckpointMoved(`${this.#table} is no longer at ${from}`);
    });
  }

  override list(query: EntityQuery, signal: AbortSignal): Promise<EntityPage> {
    const { text, parameters } = listSql(this.tables, this.number, this.shape, query);
    return this.#gate.run(signal, async (ended) =>
      pageOf(await this.#queried<ListRow>(text, parameters, ended), query),
    );
  }

  override related(query: RelatedQuery, signal: AbortSignal): Promise<RelatedEntities> {
    const { text, parameters } = relatedSql(this.tables, this.number, query);
    return this.#gate.run(signal, async (ended) =>
      relatedOf(await this.#queried<RelatedRow>(text, parameters, ended), query),
    );
  }

  override hasFaultAt(at: Position): Promise<boolean> {
    return this.#reading(async (run) => {
      const sql = `select key from ${this.#table} where fault is not null and position = $1 limit 1`;
      return (await run(sql, [at])).length > 0;
    });
  }

  override entitiesAfter(key: string, limit: number): Promise<readonly KeptEntity[]> {
    return this.#reading((run) => this.#entitiesAfter(run, key, limit));
  }

  override async analyze(): Promise<void> {
    await this.#writing((run) => run(`analyze ${this.#table}`));
  }

  override async reader(): Promise<EntityReader> {
    let close = (): void => undefined;
    const closed = new Promise<void>((resolve) => {
      close = resolve;
    });
    let ended = Promise.resolve();
    const run = await new Promise<Run>((resolve, reject) => {
      ended = this.#reading(async (run) => {
        await run('begin isolation level repeatable read read only');
        resolve(run);
        await closed;
        await run('rollback');
      });
      ended.catch(reject);
    });
    const reading = async <Result>(read: () => Promise<Result>): Promise<Result> =>
      read().catch((error: unknown) => {
        throw databaseError(error);
      });
    let checkpoint: Checkpoint | undefined;
    try {
      // The database takes the view with the first read. The table is not removed before this has ended, when another one takes its place.
      await reading(() => run(`select from ${this.#table} limit 0`));
      checkpoint = await reading(() => this.#checkpoint(run));
    } catch (error) {
      close();
      await ended.catch(() => undefined);
      throw error;
    }
    return {
      checkpoint: () => Promise.resolve(checkpoint),
      entitiesAfter: (key, limit) => reading(() => this.#entitiesAfter(run, key, limit)),
      close: async () => {
        close();
        await ended.catch(() => undefined);
      },
    };
  }

  override async close(): Promise<void> {
    this.#isClosed = true;
    await this.#gate.close();
  }

  async #checkpoint(run: Run): Promise<Checkpoint | undefined> {
    const [row] = await run<FoundCheckpoint>(
      `select log, fingerprint, position, hash, digest, entities, faulted, unkeyed, serves
       from ${this.tables.checkpoints} where number = $1`,
      [this.number],
    );
    if (row === undefined) throw new DatabaseDamaged(`${this.#table} has no checkpoint`);
    const { log, position: at, entities, faulted, serves } = row;
    if (log === null) return undefined;
    return checkpointOf({
      ...row,
      log,
      position: Number(at),
      entities: Number(entities),
      faulted: Number(faulted),
      serves: Number(serves),
    });
  }

  /** Views of others on it are dropped where its columns are others than before. */
  async #show(run: Run): Promise<void> {
    const { list } = this.tables;
    const view = this.tables.view(this.number, this.shape);
    await run('savepoint shown');
    try {
      await run(view);
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== OTHER_COLUMNS) throw error;
      await run('rollback to savepoint shown');
      await run(`drop view if exists ${list} cascade`);
      await run(view);
    }
  }

  async #entitiesAfter(run: Run, key: string, limit: number): Promise<readonly KeptEntity[]> {
    const columns = this.#columns.map((name) => `${name}::text as ${name}`);
    const rows = await run<EntityRow & Readonly<Record<string, unknown>>>(
      `select ${[...MEMBERS, ...columns].join()} from ${this.#table} where key > $1 order by key limit $2`,
      [key, limit],
    );
    const names = Object.keys(this.shape.index);
    return rows.map((row) => ({
      ...entityOf(row),
      columns: names.map((name) => (row[`i_${name}`] as string | null) ?? ABSENT),
    }));
  }

  #queried<Row extends object>(
    text: string,
    parameters: readonly unknown[],
    signal: AbortSignal,
  ): Promise<readonly Row[]> {
    return this.#doing(() => this.connections.query<Row>(text, parameters, signal));
  }

  #reading<Result>(work: (run: Run) => Promise<Result>): Promise<Result> {
    return this.#doing(() => this.connections.read(work));
  }

  #writing<Result>(work: (run: Run) => Promise<Result>): Promise<Result> {
    return this.#doing(() => this.connections.write(work));
  }

  async #doing<Result>(work: () => Promise<Result>): Promise<Result> {
    const isClosed = (): boolean => this.#isClosed;
    if (isClosed()) throw new DatabaseClosed();
    try {
      return await work();
    } catch (error) {
      if (isClosed()) throw new DatabaseClosed();
      throw databaseError(error);
    }
  }
}

/** What was found here is passed on as it is. */
function databaseError(error: unknown): unknown {
  const isOwn =
    error instanceof CheckpointMoved ||
    error instanceof DatabaseDamaged ||
    error instanceof DatabaseClosed ||
    error instanceof Problem;
  return isOwn ? error : postgresError(error);
}

/** As it is set in a row. */
function progressOf(checkpoint: Checkpoint): readonly unknown[] {
  const { position: at, hash, digest, entities, faulted, unkeyed } = checkpoint;
  return [at, hash, hexadecimal(digest), entities, faulted, JSON.stringify(unkeyed)];
}
