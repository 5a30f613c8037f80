/** Folds the pages of a log to entities, and writes them with the checkpoint in one transaction. */
import { position, type Page, type Position, type RecordedEvent } from '../../event-log/event.js';
import { FoldFailed } from '../folding.js';
import { BatchSize } from './batch-size.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import { withUnkeyed, type Entity, type StoredEntity } from './entity.js';
import { keysOrFault, pagesByPosition, type EntityFaults } from './entity-events.js';
import { DEFAULT_CACHE_BYTES, EntityCache } from './entity-cache.js';
import { changeOf } from './entity-change.js';
import type { Checkpoint } from './entity-checkpoint.js';
import type { EntityChange, EntityChanges, EntityDatabase } from './entity-database.js';
import { PreparedChanges } from './prepared-changes.js';
import { TouchedEntities } from './touched-entities.js';

/** What is to be written, in one transaction. */
export interface Prepared {
  readonly changes: EntityChanges;
  readonly checkpoint: Omit<Checkpoint, 'hash' | 'fingerprint'>;
  readonly faults: EntityFaults;
  /** What it took to prepare. */
  readonly milliseconds: number;
}

/** Used for following, rebuilds and audits, so that they cannot differ. */
export class EntityFolding<Context = unknown> {
  readonly #cache: EntityCache<Context>;
  #checkpoint: Checkpoint;
  #touched: TouchedEntities<Context>;
  #batch: Page[] = [];
  #events = 0;
  #through: Position;
  /** What the database has of the keys of this batch; undefined: nothing. */
  #loaded = new Map<string, StoredEntity<Context> | undefined>();
  /** Begun and ended ones. */
  #writes = 0;
  readonly #size = new BatchSize();
  /** Is told of each fault once it is written, where it does not stop the projection. */
  onFaults: ((faults: EntityFaults) => void) | undefined;
  /** Is called at each event that is folded and each view that is made. */
  onStep: (() => void) | undefined;

  constructor(
    readonly definition: EntityProjectionDefinition<Context>,
    readonly database: EntityDatabase,
    checkpoint: Checkpoint,
    readonly skipped: Set<Position>,
    cacheBytes = DEFAULT_CACHE_BYTES,
  ) {
    this.#checkpoint = checkpoint;
    this.#through = checkpoint.position;
    this.#cache = new EntityCache(cacheBytes);
    this.#touched = this.#untouched();
  }

  /** As it is in the database. */
  get checkpoint(): Checkpoint {
    return this.#checkpoint;
  }

  /** How many events are folded and not yet written. */
  get pending(): number {
    return this.#events;
  }

  /** Whether what is folded is to be written, however far there is to go. */
  get isFull(): boolean {
    const { size: entities, bytes } = this.#touched;
    return this.#size.isFull({ events: this.#events, entities, bytes });
  }

  /** How far it has folded, written or not. */
  get through(): Position {
    return this.#through;
  }

  /** As it was last written, if it is in memory. */
  cached(key: string): StoredEntity<Context> | undefined {
    return this.#cache.get(key);
  }

  /** As it was last written. @throws what the database does */
  async find(key: string): Promise<StoredEntity<Context> | undefined> {
    const cached = this.#cache.get(key);
    if (cached !== undefined) return cached;
    const writes = this.#writes;
    const found = (await this.database.find(key)) as StoredEntity<Context> | undefined;
    // What was written meanwhile is newer.
    if (found !== undefined && writes === this.#writes) this.#cache.set(found);
    return found;
  }

  /**
   * Folds a page; nothing is written yet. After `FoldFailed` everything before the event can still be written; after another error
   * nothing of the page is folded, and it can be taken again.
   *
   * @throws FoldFailed; what the database does
   */
  async take(page: Page): Promise<void> {
    await this.#load(page);
    this.#fold(page);
  }

  /** What the page is about and is not in memory, in one go. */
  async #load({ events }: Page): Promise<void> {
    const missing = new Set<string>();
    for (const key of this.#keysIn(events)) {
      if (this.#loaded.has(key)) continue;
      const cached = this.#cache.get(key);
      if (cached === undefined) missing.add(key);
      else this.#loaded.set(key, cached);
    }
    if (missing.size === 0) return;
    const found = (await this.database.load([...missing])) as readonly StoredEntity<Context>[];
    for (const key of missing) this.#loaded.set(key, undefined);
    for (const entity of found) this.#loaded.set(entity.key, entity);
  }

  /** Up to the first event that has no proper keys: that one is not folded either. */
  *#keysIn(events: readonly RecordedEvent[]): Generator<string, void, undefined> {
    for (const event of events) {
      if (this.skipped.has(event.position)) continue;
      const keys = keysOrFault(this.definition, event);
      if ('fault' in keys && this.definition.faultStops === 'projection') return;
      if ('keys' in keys) yield* keys.keys;
    }
  }

  #fold(page: Page): void {
    this.#batch.push(page);
    this.#events += page.events.length;
    let at = page.through;
    try {
      for (const event of page.events) {
        at = event.position;
        this.onStep?.();
        if (!this.skipped.has(at)) this.#touched.fold(event);
      }
      this.#through = page.through;
    } catch (error) {
      throw this.#retreat(at, error);
    }
  }

  /**
   * Writes what was folded, in one transaction.
   *
   * @param hash of the commit that holds `through`
   * @throws CheckpointMoved; what the database does
   */
  async write(
    { changes, faults, milliseconds, checkpoint: progress }: Prepared,
    hash: string,
    fingerprint: string,
  ): Promise<void> {
    const from = this.#checkpoint.position;
    const checkpoint = { ...progress, hash, fingerprint };
    this.#writes += 1;
    const began = performance.now();
    try {
      await this.database.apply(changes, checkpoint, from);
      const written = this.database.holdsThread ? performance.now() - began : 0;
      this.#size.note(changes.written.length, Math.max(written, milliseconds));
    } finally {
      this.#writes += 1;
    }
    for (const { entity } of changes.written) this.#cache.set(entity as StoredEntity<Context>);
    for (const key of changes.removed) this.#cache.delete(key);
    this.#checkpoint = checkpoint;
    this.#loaded = new Map();
    this.#clear();
    if (faults.entities.length + faults.unkeyed.length > 0) this.onFaults?.(faults);
  }

  /**
   * What is to be written: views, columns and digests are made here, once for each entity of a batch.
   *
   * @throws FoldFailed when a view fails; everything before that event can still be prepared and written
   */
  prepare(): Prepared {
    const began = performance.now();
    const changes = new PreparedChanges(this.#checkpoint);
    for (const { entity, stored, original, snapshots } of this.#touched.all()) {
      if (entity === original) continue;
      changes.keep(snapshots, entity);
      const isForgotten = this.definition.forgets(entity.state);
      changes.replace(entity.key, stored, isForgotten ? undefined : this.#written(entity));
    }
    const { log, serves } = this.#checkpoint;
    const { unkeyed } = this.#touched;
    return {
      changes,
      faults: { entities: changes.stopped, unkeyed },
      checkpoint: {
        ...{ log, serves, position: this.#through, ...changes.counts },
        unkeyed: withUnkeyed(this.#checkpoint.unkeyed, unkeyed),
      },
      milliseconds: performance.now() - began,
    };
  }

  #written(entity: Entity<Context>): EntityChange {
    this.onStep?.();
    try {
      return changeOf(this.definition, entity);
    } catch (error) {
      throw this.#retreatFromView(entity.position, error);
    }
  }

  /** Folds event after event up to the first one after which a view fails, as if each had come alone. */
  #retreatFromView(at: Position, cause: unknown): FoldFailed {
    const batch = this.#batch;
    this.#clear();
    for (const page of pagesByPosition(batch)) {
      this.#fold(page);
      const failure = this.#viewFailureAfter(page);
      if (failure !== undefined) return this.#retreat(page.through, failure.error);
    }
    return this.#retreat(at, cause);
  }

  #viewFailureAfter({ events, through }: Page): { readonly error: unknown } | undefined {
    if (this.skipped.has(through)) return undefined;
    for (const key of new Set(events.flatMap((event) => this.#keysOf(event)))) {
      const entity = this.#touched.get(key)?.entity;
      if (entity?.position !== through || this.definition.forgets(entity.state)) continue;
      try {
        changeOf(this.definition, entity);
      } catch (error) {
        return { error };
      }
    }
    return undefined;
  }

  /** None where they cannot be told. */
  #keysOf(event: RecordedEvent): readonly string[] {
    const found = keysOrFault(this.definition, event);
    return 'keys' in found ? found.keys : [];
  }

  /** Folds what came before again: that happens once, where keeping the states before each event would cost always. */
  #retreat(at: Position, cause: unknown): FoldFailed {
    if (cause instanceof FoldFailed) return cause;
    const batch = this.#batch;
    const event = batch.flatMap(({ events }) => events).find((each) => each.position === at);
    this.#clear();
    const events = batch.flatMap((page) => page.events).filter((each) => each.position < at);
    this.#fold({ events, through: position(at - 1) });
    return new FoldFailed(at, event, cause);
  }

  #clear(): void {
    this.#touched = this.#untouched();
    this.#batch = [];
    this.#events = 0;
    this.#through = this.#checkpoint.position;
  }

  #untouched(): TouchedEntities<Context> {
    return new TouchedEntities(this.definition, (key) => this.#loaded.get(key));
  }
}
