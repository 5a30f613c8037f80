/** Folds the pages of a log to entities, and writes them with the checkpoint in one transaction. */
import { position, type Page, type Position, type RecordedEvent } from '../../event-log/event.js';
import type { FoldState } from '../../fold/fold-state.js';
import { errorText } from '../error-text.js';
import { FoldFailed } from '../folding.js';
import { BatchSize, estimatedBytes } from './batch-size.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import { withChange, withUnkeyed, type Entity, type EntityFault, type StoredEntity } from './entity.js';
import { keysOrFault, pagesByPosition, requireTag, type EntityFaults } from './entity-events.js';
import { isSnapshot, snapshotsOf } from './entity-snapshots.js';
import { DEFAULT_CACHE_BYTES, EntityCache } from './entity-cache.js';
import { changeOf } from './entity-change.js';
import type { Checkpoint } from './entity-checkpoint.js';
import type { EntityChange, EntityChanges, EntityDatabase, EntitySnapshot } from './entity-database.js';

/** An entity that a batch has touched. */
interface Touched<Context> {
  entity: Entity<Context>;
  /** As it was before the event at its position: what upcasters made of one event is folded all or none. */
  before: Entity<Context> | undefined;
  readonly stored: StoredEntity<Context> | undefined;
  /** What the batch began from: `stored`, or the initial state. */
  readonly original: Entity<Context>;
  /** States that it went through and that are kept, for questions about its past. */
  readonly snapshots: Entity<Context>[];
}

interface Prepared extends EntityChanges {
  readonly checkpoint: Omit<Checkpoint, 'hash' | 'fingerprint'>;
  readonly faults: EntityFaults;
  /** What it took to prepare. */
  readonly milliseconds: number;
}

/** Used for following, rebuilds and audits, so that they cannot differ. */
export class EntityFolding<Context = unknown> {
  readonly #cache: EntityCache<Context>;
  #checkpoint: Checkpoint;
  #touched = new Map<string, Touched<Context>>();
  /** Of this batch. */
  #unkeyed: EntityFault[] = [];
  #batch: Page[] = [];
  #events = 0;
  #bytes = 0;
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
    return this.#size.isFull({ events: this.#events, entities: this.#touched.size, bytes: this.#bytes });
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
        const bytes = estimatedBytes(event.data);
        this.#bytes += bytes;
        if (!this.skipped.has(at)) this.#foldEvent(event, bytes);
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
  async write(prepared: Prepared, hash: string, fingerprint: string): Promise<void> {
    const from = this.#checkpoint.position;
    const checkpoint = { ...prepared.checkpoint, hash, fingerprint };
    this.#writes += 1;
    const began = performance.now();
    try {
      await this.database.apply(prepared, checkpoint, from);
      const written = this.database.holdsThread ? performance.now() - began : 0;
      this.#size.note(prepared.written.length, Math.max(written, prepared.milliseconds));
    } finally {
      this.#writes += 1;
    }
    for (const { entity } of prepared.written) this.#cache.set(entity as StoredEntity<Context>);
    for (const key of prepared.removed) this.#cache.delete(key);
    this.#checkpoint = checkpoint;
    this.#loaded = new Map();
    this.#clear();
    const { faults } = prepared;
    if (faults.entities.length + faults.unkeyed.length > 0) this.onFaults?.(faults);
  }

  /**
   * What is to be written: views, columns and digests are made here, once for each entity of a batch.
   *
   * @throws FoldFailed when a view fails; everything before that event can still be prepared and written
   */
  prepare(): Prepared {
    const began = performance.now();
    let { digest, entities, faulted } = this.#checkpoint;
    const stopped: EntityFaults['entities'][number][] = [];
    const written: EntityChange[] = [];
    const removed: string[] = [];
    const snapshots: EntitySnapshot[] = [];
    for (const { entity, stored, original, snapshots: passed } of this.#touched.values()) {
      if (entity === original) continue;
      snapshots.push(...snapshotsOf(isSnapshot(entity) ? [...passed, entity] : passed));
      const isForgotten = this.definition.forgets(entity.state);
      if (isForgotten && stored === undefined) continue;
      let next: StoredEntity<Context> | undefined;
      if (!isForgotten) {
        const change = this.#written(entity);
        next = change.entity as StoredEntity<Context>;
        written.push(change);
      } else removed.push(entity.key);
      digest = withChange(digest, stored?.digest, next?.digest);
      entities += Number(next !== undefined) - Number(stored !== undefined);
      faulted += Number(next?.fault !== undefined) - Number(stored?.fault !== undefined);
      if (next?.fault !== undefined && stored?.fault === undefined)
        stopped.push({ key: next.key, ...next.fault });
    }
    const { log, serves } = this.#checkpoint;
    const unkeyed = withUnkeyed(this.#checkpoint.unkeyed, this.#unkeyed);
    return {
      faults: { entities: stopped, unkeyed: this.#unkeyed },
      written,
      removed,
      snapshots,
      checkpoint: { log, position: this.#through, digest, entities, faulted, unkeyed, serves },
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

  #foldEvent(event: RecordedEvent, bytes: number): void {
    const found = keysOrFault(this.definition, event);
    if ('fault' in found) {
      if (this.definition.faultStops === 'projection') throw found.error;
      this.#unkeyed.push(found.fault);
      return;
    }
    for (const key of found.keys) {
      const touched = this.#touch(key);
      // A state grows by about what an event says.
      this.#bytes += bytes;
      if (touched.entity.fault !== undefined) continue;
      try {
        requireTag(this.definition, key, event);
        this.#step(touched, event);
      } catch (error) {
        if (this.definition.faultStops === 'projection') throw error;
        const state = this.#stateBefore(touched, event.position);
        const fault = { position: event.position, type: event.type, message: errorText(error) };
        const { changes } = touched.entity;
        touched.entity = { key, state, position: event.position, changes, fault };
      }
    }
  }

  #step(touched: Touched<Context>, event: RecordedEvent): void {
    const { entity } = touched;
    const from = this.#remembered(entity.state);
    const state = this.definition.fold.step(from, event);
    if (state === from) return;
    const { key, position: at, changes } = entity;
    const isFirstThere = at !== event.position;
    if (isFirstThere) {
      touched.before = entity;
      if (entity !== touched.original && isSnapshot(entity)) touched.snapshots.push(entity);
    }
    const before = from === entity.state ? changes : 0;
    touched.entity = { key, state, position: event.position, changes: before + Number(isFirstThere) };
  }

  #stateBefore({ entity, before }: Touched<Context>, at: Position): FoldState<Context> {
    const { state } = entity.position === at && before !== undefined ? before : entity;
    return this.#remembered(state);
  }

  /** What is forgotten is gone: the next event of its key begins anew, also within one batch. */
  #remembered(state: FoldState<Context>): FoldState<Context> {
    return this.definition.forgets(state) ? this.definition.fold.initial : state;
  }

  #touch(key: string): Touched<Context> {
    const known = this.#touched.get(key);
    if (known !== undefined) return known;
    const stored = this.#loaded.get(key);
    const entity = stored ?? { key, state: this.definition.fold.initial, position: position(0), changes: 0 };
    const touched: Touched<Context> = { entity, before: undefined, stored, original: entity, snapshots: [] };
    this.#touched.set(key, touched);
    this.#bytes += stored?.bytes ?? 0;
    return touched;
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
    this.#touched = new Map();
    this.#unkeyed = [];
    this.#batch = [];
    this.#events = 0;
    this.#bytes = 0;
    this.#through = this.#checkpoint.position;
  }
}
