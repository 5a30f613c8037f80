/** What an entity projection answers from: the database that is open now, and what becomes of it when it cannot be used. */
import type { EventLog } from '../../event-log/event-log.js';
import { START, type Position } from '../../event-log/event.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import { DatabaseClosed, DatabaseDamaged } from './database-damage.js';
import { DatabaseTrouble } from './database-trouble.js';
import type { Skipped } from '../folding.js';
import type { EntityAt } from './entity-past-fold.js';
import type { EntitySnapshots } from './entity-past.js';
import type { EntityDatabase } from './entity-database.js';
import type { EntityFolding } from './entity-folding.js';
import type { EntityPlace, PlaceObserver } from './entity-place.js';
import { EntityQueriesBusy, EntityQueryTooSlow } from './entity-problems.js';
import { NONE_UNKEYED, hexadecimal, type Unkeyed } from './entity.js';

export class ServedEntities<Context> implements EntitySnapshots<Context> {
  #folding: EntityFolding<Context> | undefined;
  #skipped = new Set<Position>();
  /** Why what is in the database is not to be used any more. */
  #damage: string | undefined;

  constructor(
    private readonly definition: EntityProjectionDefinition<Context>,
    private readonly log: EventLog,
    private readonly place: EntityPlace,
    private readonly observer: PlaceObserver,
  ) {}

  /** Undefined before it is open, and after the end. */
  get folding(): EntityFolding<Context> | undefined {
    return this.#folding;
  }

  /** The positions of the events that are not folded into it. */
  get skipped(): Set<Position> {
    return this.#skipped;
  }

  get count(): { readonly entities: number; readonly faulted: number } {
    const { entities = 0, faulted = 0 } = this.#folding?.checkpoint ?? {};
    return { entities, faulted };
  }

  get unkeyed(): Unkeyed {
    return this.#folding?.checkpoint.unkeyed ?? NONE_UNKEYED;
  }

  /** Where the entity stopped, if it has; undefined also while that cannot be told. */
  async faultAt(key: string): Promise<Position | undefined> {
    try {
      return (await this.#folding?.find(key))?.fault?.position;
    } catch (error) {
      if (isOfDatabase(error)) return undefined;
      throw error;
    }
  }

  /** The position, and the digest of all entities at it, in hexadecimal. */
  get folded(): { readonly position: Position; readonly digest: string } {
    const { position, digest } = this.#folding?.checkpoint ?? { position: START, digest: 0n };
    return { position, digest: hexadecimal(digest) };
  }

  /** It is removed when it is opened next. @returns whether that was not known */
  noteDamage(damage: string): boolean {
    if (this.#damage !== undefined) return false;
    this.#damage = damage;
    return true;
  }

  /** What was folded before, with these events skipped; where that cannot be used, an empty one. */
  async open(skipped: Set<Position>, signal: AbortSignal): Promise<EntityFolding<Context>> {
    this.#skipped = skipped;
    if (this.#damage !== undefined) await this.#discard(this.#damage);
    const { definition, log, place } = this;
    this.#folding = await place.open(definition, log, skipped, this.#folding?.database, {
      unusable: (reason) => {
        this.#folding = undefined;
        this.observer.unusable(reason);
      },
      interrupted: (at) => this.observer.interrupted?.(at),
      refolded: (positions, entities) => this.observer.refolded?.(positions, entities),
      signal,
    });
    return this.#folding;
  }

  /** Puts a rebuilt one in the place of the present one. @returns the one before, which the caller closes */
  async replaceBy(folding: EntityFolding<Context>): Promise<EntityDatabase | undefined> {
    await folding.database.serve();
    // What is skipped since the rebuild began, or while this waited.
    for (const at of this.#skipped) folding.skipped.add(at);
    const before = this.#folding?.database;
    folding.onFaults = this.#folding?.onFaults;
    folding.onStep = undefined;
    this.#folding = folding;
    this.#skipped = folding.skipped;
    this.#damage = undefined;
    return before;
  }

  /** What is kept of an entity: its last state, or an earlier one. Nothing while what is kept cannot be used. */
  async before(key: string, through: Position, skipped: Skipped): Promise<EntityAt<Context> | undefined> {
    const folding = this.#folding;
    if (folding?.skipped !== skipped) return undefined;
    try {
      const found =
        (await lastBefore(folding, key, through)) ?? (await snapshotBefore(folding, key, through));
      return found !== undefined && (await this.#isOfLog(folding)) ? found : undefined;
    } catch (error) {
      // A query of what it is now has the entities folded anew, or waits; what it was can be folded from the log.
      if (isOfDatabase(error)) return undefined;
      throw error;
    }
  }

  /** Not while the log has gone back, as after a restore, and that is yet to be noticed. */
  async #isOfLog({ checkpoint }: EntityFolding<Context>): Promise<boolean> {
    const { position, hash } = checkpoint;
    return position === START || hash === (await this.log.hashAt(position));
  }

  async close(): Promise<void> {
    const folding = this.#folding;
    this.#folding = undefined;
    await folding?.database.close();
    await this.place.close();
  }

  async #discard(damage: string): Promise<void> {
    this.observer.unusable(`its database is damaged (${damage})`);
    const folding = this.#folding;
    this.#folding = undefined;
    this.#damage = undefined;
    if (folding === undefined) return;
    await folding.database.close();
    // Another process may have put another one in its place.
    await this.place.remove(folding.database.name);
  }
}

async function lastBefore<Context>(
  folding: EntityFolding<Context>,
  key: string,
  through: Position,
): Promise<EntityAt<Context> | undefined> {
  const last = await folding.find(key);
  return last !== undefined && last.position <= through && last.fault === undefined ? last : undefined;
}

async function snapshotBefore<Context>(
  { database }: EntityFolding<Context>,
  key: string,
  through: Position,
): Promise<EntityAt<Context> | undefined> {
  return (await database.snapshotBefore(key, through)) as EntityAt<Context> | undefined;
}

const OF_DATABASE = [
  DatabaseDamaged,
  DatabaseTrouble,
  DatabaseClosed,
  EntityQueriesBusy,
  EntityQueryTooSlow,
] as const;

function isOfDatabase(error: unknown): boolean {
  return OF_DATABASE.some((Kind) => error instanceof Kind);
}
