/** What a database of entities was folded from, and how far. */
import { position, type Position } from '../../event-log/event.js';
import { DatabaseDamaged } from './database-damage.js';
import type { EntityDigest, Unkeyed } from './entity.js';

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
  readonly unkeyed: Unkeyed;
  /** False while it is rebuilt beside the one that answers. */
  readonly serves: boolean;
}

/** As it is in its table. */
export interface CheckpointRow {
  readonly log: string;
  readonly fingerprint: string;
  readonly position: number;
  readonly hash: string;
  readonly digest: string;
  readonly entities: number;
  readonly faulted: number;
  /** As JSON. */
  readonly unkeyed: string;
  readonly serves: number;
}

/** @throws DatabaseDamaged when the row is not one that was written here */
export function checkpointOf(row: CheckpointRow): Checkpoint {
  const { log, fingerprint, hash, entities, faulted, serves } = row;
  try {
    const at = position(row.position);
    const digest = BigInt(`0x${row.digest}`);
    const unkeyed = JSON.parse(row.unkeyed) as Unkeyed;
    return { log, fingerprint, position: at, hash, digest, entities, faulted, unkeyed, serves: serves === 1 };
  } catch (error) {
    throw new DatabaseDamaged('its checkpoint cannot be read', { cause: error });
  }
}

/** Whether both were folded from the same events, with the same ones skipped, by the same definition. */
export function isOfSameEvents(one: Checkpoint, other: Checkpoint): boolean {
  return (
    one.log === other.log &&
    one.position === other.position &&
    one.hash === other.hash &&
    one.fingerprint === other.fingerprint
  );
}

export function isSameCheckpoint(one: Checkpoint, other: Checkpoint): boolean {
  return (
    isOfSameEvents(one, other) &&
    one.digest === other.digest &&
    one.entities === other.entities &&
    one.faulted === other.faulted &&
    one.unkeyed.count === other.unkeyed.count
  );
}
