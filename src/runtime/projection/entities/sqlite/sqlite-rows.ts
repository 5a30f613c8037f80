/** Rows of the tables of entities in SQLite, as they are read. */
import { position } from '../../../event-log/event.js';
import { DatabaseDamaged } from '../database-damage.js';
import type { KeptEntity, Shape } from '../entity-database.js';
import type { EntityAt } from '../entity-past-fold.js';
import { bytesOf, stateOf } from '../entity-state.js';
import type { EntityFault, StoredEntity } from '../entity.js';
import type { ColumnValue } from '../index-kinds.js';
import type { Parameter } from './connections.js';
import { columnOf } from './sqlite-schema.js';

export interface EntityRow {
  readonly key: string;
  readonly position: number;
  readonly digest: string;
  readonly state: string | ArrayBuffer;
  readonly view: string;
  readonly fault: string | null;
  readonly changes: number;
}

export const MEMBERS = ['key', 'position', 'digest', 'state', 'view', 'fault', 'changes'];

export const CHECKPOINT = 'SELECT * FROM checkpoint';

export const columnsOf = ({ index }: Shape): readonly string[] => Object.keys(index).map(columnOf);

export async function entitiesAfter(
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

export function entityOf(row: EntityRow): StoredEntity {
  const { key, digest, state, view, fault, changes } = row;
  return readRow(key, () => ({
    key,
    ...stateAt(row),
    digest: BigInt(`0x${digest}`),
    view,
    changes,
    ...(fault !== null && { fault: JSON.parse(fault) as EntityFault }),
    bytes: bytesOf(state) + 2 * (view.length + key.length),
  }));
}

export function stateAt({ position: at, state }: Pick<EntityRow, 'position' | 'state'>): EntityAt {
  return { position: position(at), state: stateOf(state) };
}

/** @throws DatabaseDamaged when it is not what was written */
export function readRow<Read>(key: string, read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    throw new DatabaseDamaged(`entity ${key} cannot be read`, { cause: error });
  }
}
