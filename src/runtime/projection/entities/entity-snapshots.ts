/** Which states of an entity are kept beside the last one, for questions about its past. */
import type { EntitySnapshot } from './entity-database.js';
import { bytesOf, keptState } from './entity-state.js';
import type { Entity } from './entity.js';

/** Of an entity, after so many events that change it, its state is kept: what a question about its past folds at most. */
export const CHANGES_BETWEEN_SNAPSHOTS = 1000;
/** Larger states are not kept, so that what is kept takes less than the log. */
const MAX_SNAPSHOT_BYTES = 64 * 1024;

/** Decided by the entity alone, so that a rebuild keeps the same. */
export function isSnapshot({ changes, fault }: Entity): boolean {
  return changes > 0 && changes % CHANGES_BETWEEN_SNAPSHOTS === 0 && fault === undefined;
}

export function snapshotsOf(entities: readonly Entity[]): readonly EntitySnapshot[] {
  return entities
    .map(({ key, position: at, state }) => ({ key, position: at, state: keptState(state) }))
    .filter(({ state }) => bytesOf(state) <= MAX_SNAPSHOT_BYTES);
}
