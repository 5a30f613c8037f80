/** One entity, as it is folded, kept and answered with. */
import type { Position } from '../../event-log/event.js';
import type { FoldState } from '../../fold/fold-state.js';
import { stateDigest } from '../snapshots/state-digest.js';

/** Why an entity stopped, while its projection goes on. */
export interface EntityFault {
  /** Of the event that it cannot fold. */
  readonly position: Position;
  readonly type: string;
  readonly message: string;
}

/** Events that are about no entity that could be told, where such an event stops nothing else. */
export interface Unkeyed {
  readonly count: number;
  /** The first of them. */
  readonly first: readonly EntityFault[];
}

export const NONE_UNKEYED: Unkeyed = { count: 0, first: [] };

/** Of the events whose faults are kept with their reason. */
const MAX_UNKEYED_KEPT = 20;

export function withUnkeyed({ count, first }: Unkeyed, more: readonly EntityFault[]): Unkeyed {
  if (more.length === 0) return { count, first };
  return { count: count + more.length, first: [...first, ...more].slice(0, MAX_UNKEYED_KEPT) };
}

export interface Entity<Context = unknown> {
  readonly key: string;
  readonly state: FoldState<Context>;
  /** Of the last event that changed it. */
  readonly position: Position;
  /** How many events have changed it since it began. */
  readonly changes: number;
  readonly fault?: EntityFault;
}

/** An entity as its database has it. */
export interface StoredEntity<Context = unknown> extends Entity<Context> {
  /** As JSON. */
  readonly view: string;
  readonly digest: EntityDigest;
  /** What it takes in the database, about. */
  readonly bytes: number;
}

/** 64 bits of a SHA-256: equal for equal entities, whatever process has folded them. */
export type EntityDigest = bigint;

export function digestOfEntity({ key, state, position, fault }: Entity): EntityDigest {
  const { value, context } = state;
  const hexadecimal = stateDigest({
    value,
    context: { key, position, fault: fault?.position ?? 0, context },
  });
  return BigInt(`0x${hexadecimal.slice(0, 16)}`);
}

/**
 * Of all entities: the sum of their digests, so that a change costs the same however many there are, and the order in which they
 * came about does not matter. Detects differences; does not protect against forgery.
 */
export function withChange(
  rolled: EntityDigest,
  before: EntityDigest | undefined,
  after: EntityDigest | undefined,
): EntityDigest {
  return BigInt.asUintN(64, rolled - (before ?? 0n) + (after ?? 0n));
}

export const hexadecimal = (digest: EntityDigest): string => digest.toString(16).padStart(16, '0');
