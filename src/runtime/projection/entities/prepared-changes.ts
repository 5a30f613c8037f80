/** What one transaction writes of entities, with what it makes of their counts and of the digest of all of them. */
import type { Checkpoint } from './entity-checkpoint.js';
import type { EntityChange, EntityChanges, EntitySnapshot } from './entity-database.js';
import type { EntityFaults } from './entity-events.js';
import { isSnapshot, snapshotsOf } from './entity-snapshots.js';
import { withChange, type Entity, type StoredEntity } from './entity.js';

/** What a checkpoint has of its entities. */
export type EntityCounts = Pick<Checkpoint, 'digest' | 'entities' | 'faulted'>;

export class PreparedChanges implements EntityChanges {
  readonly written: EntityChange[] = [];
  readonly removed: string[] = [];
  readonly snapshots: EntitySnapshot[] = [];
  /** Entities that stop by these changes. */
  readonly stopped: EntityFaults['entities'][number][] = [];
  #counts: EntityCounts;

  /**
   * @param counts before the changes
   * @param refolded whose snapshots take the place of all that they had
   */
  constructor(
    { digest, entities, faulted }: EntityCounts,
    readonly refolded: readonly string[] = [],
  ) {
    this.#counts = { digest, entities, faulted };
  }

  /** After them. */
  get counts(): EntityCounts {
    return this.#counts;
  }

  /** @param next undefined: it is there no longer */
  replace(key: string, stored: StoredEntity | undefined, next: EntityChange | undefined): void {
    if (next !== undefined) this.written.push(next);
    else if (stored !== undefined) this.removed.push(key);
    const { fault, digest } = next?.entity ?? {};
    const { digest: all, entities, faulted } = this.#counts;
    this.#counts = {
      digest: withChange(all, stored?.digest, digest),
      entities: entities + Number(next !== undefined) - Number(stored !== undefined),
      faulted: faulted + Number(fault !== undefined) - Number(stored?.fault !== undefined),
    };
    if (fault !== undefined && fault.position !== stored?.fault?.position)
      this.stopped.push({ key, ...fault });
  }

  /** Of the states that an entity went through, and the last one, those that are kept for questions about its past. */
  keep(passed: readonly Entity[], last: Entity): void {
    this.snapshots.push(...snapshotsOf(isSnapshot(last) ? [...passed, last] : passed));
  }
}
