/** Rows of the tables of entities in PostgreSQL, as they are read. */
import { position } from '../../../event-log/event.js';
import { DatabaseDamaged } from '../database-damage.js';
import type { EntityAt } from '../entity-past-fold.js';
import { stateOf, type KeptState } from '../entity-state.js';
import type { EntityFault, StoredEntity } from '../entity.js';

export interface EntityRow {
  readonly key: string;
  /** A `bigint` comes as text. */
  readonly position: string;
  readonly digest: string;
  readonly state: Buffer;
  readonly view: string;
  readonly fault: string | null;
  /** As `position`. */
  readonly changes: string;
}

export const MEMBERS = ['key', 'position', 'digest', 'state', 'view', 'fault', 'changes'];
export const MEMBER_TYPES = ['text', 'bigint', 'text', 'bytea', 'text', 'text', 'bigint'];
/** The first byte of V8's format, and of no JSON. */
const V8_FORMAT = 0xff;

/** PostgreSQL has no NUL in a text, and UTF-8 has no lone surrogates: there is no entity of such a key. */
export const isStorable = (key: string): boolean => key.isWellFormed() && !key.includes('\0');

export const bytesIn = (state: KeptState): Buffer => (typeof state === 'string' ? Buffer.from(state) : state);

export function entityOf(row: EntityRow): StoredEntity {
  const { key, digest, state, view, fault, changes } = row;
  return readRow(key, () => ({
    key,
    ...stateAt(row),
    digest: BigInt(`0x${digest}`),
    view,
    changes: Number(changes),
    ...(fault !== null && { fault: JSON.parse(fault) as EntityFault }),
    bytes: state.length + 2 * (view.length + key.length),
  }));
}

export function stateAt({ position: at, state }: Pick<EntityRow, 'position' | 'state'>): EntityAt {
  const kept = state[0] === V8_FORMAT ? Uint8Array.from(state).buffer : state.toString();
  return { position: position(Number(at)), state: stateOf(kept) };
}

/** @throws DatabaseDamaged when it is not what was written */
export function readRow<Read>(key: string, read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    throw new DatabaseDamaged(`entity ${key} cannot be read`, { cause: error });
  }
}
