/** Folds the pages of a log to entities, and writes them with the checkpoint in one transaction. */
import { position, type Page, type Position, type RecordedEvent } from '../../event-log/event.js';
import type { FoldState } from '../../fold/fold-state.js';
import { errorText } from '../error-text.js';
import { FoldFailed } from '../folding.js';
import { columnValue, SHOWN, type ColumnValue } from './index-kinds.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import { bytesOf, keptState } from './entity-state.js';
import { digestOfEntity, withChange, type Entity, type StoredEntity } from './entity.js';
import { isSnapshot, snapshotsOf } from './entity-snapshots.js';
import { DEFAULT_CACHE_BYTES, EntityCache } from './entity-cache.js';
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

/** While it is behind, so many events are written in one transaction: fewer transactions, and each entity once in each. */
const MAX_BATCH_EVENTS = 4_000;
/** Of the entities that a batch has read from the database, which are in memory until it is written. */
const MAX_BATCH_BYTES = 64 * 1024 * 1024;

interface Prepared extends EntityChanges {
  readonly checkpoint: Omit<Checkpoint, 'hash' | 'fingerprint'>;
}

/** Used for following, rebuilds and audits, so that they cannot differ. */
export class EntityFolding<Context = unknown> {
  readonly #cache: EntityCache<Context>;
  #checkpoint: Checkpoint;
  #touched = new Map<string, Touched<Context>>();
  #batch: Page[] = [];
  #events = 0;
  #bytes = 0;
  #through: Position;

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
    return this.#events >= MAX_BATCH_EVENTS || this.#bytes >= MAX_BATCH_BYTES;
  }

  /** How far it has folded, written or not. */
  get through(): Position {
    return this.#through;
  }

  /** As it was last written. @throws DatabaseDamaged */
  find(key: string): StoredEntity<Context> | undefined {
    const cached = this.#cache.get(key);
    if (cached !== undefined) return cached;
    const found = this.database.find(key) as StoredEntity<Context> | undefined;
    if (found !== undefined) this.#cache.set(found);
    return found;
  }

  /**
   * Folds a page; nothing is written yet. After an error everything before the event can still be written.
   *
   * @throws FoldFailed
   */
  take(page: Page): void {
    this.#batch.push(page);
    this.#events += page.events.length;
    let at = page.through;
    try {
      for (const event of page.events) {
        at = event.position;
        if (!this.skipped.has(at)) this.#fold(event);
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
   * @throws CheckpointMoved, DatabaseDamaged
   */
  write(prepared: Prepared, hash: string, fingerprint: string): void {
    const from = this.#checkpoint.position;
    const checkpoint = { ...prepared.checkpoint, hash, fingerprint };
    this.database.apply(prepared, checkpoint, from);
    for (const { entity } of prepared.written) this.#cache.set(entity as StoredEntity<Context>);
    for (const key of prepared.removed) this.#cache.delete(key);
    this.#checkpoint = checkpoint;
    this.#clear();
  }

  /**
   * What is to be written: views, columns and digests are made here, once for each entity of a batch.
   *
   * @throws FoldFailed when a view fails; everything before that event can still be prepared and written
   */
  prepare(): Prepared {
    let { digest, entities, faulted } = this.#checkpoint;
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
    }
    const { log, serves } = this.#checkpoint;
    return {
      written,
      removed,
      snapshots,
      checkpoint: { log, position: this.#through, digest, entities, faulted, serves },
    };
  }

  #written(entity: Entity<Context>): EntityChange {
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
      this.take(page);
      const failure = this.#viewFailureAfter(page);
      if (failure !== undefined) return this.#retreat(page.through, failure.error);
    }
    return this.#retreat(at, cause);
  }

  #viewFailureAfter({ events, through }: Page): { readonly error: unknown } | undefined {
    if (this.skipped.has(through)) return undefined;
    for (const key of new Set(events.flatMap((event) => this.definition.keysOf(event)))) {
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

  #fold(event: RecordedEvent): void {
    for (const key of this.definition.keysOf(event)) {
      const touched = this.#touch(key);
      if (touched.entity.fault !== undefined) continue;
      try {
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
    const stored = this.find(key);
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
    this.take({ events, through: position(at - 1) });
    return new FoldFailed(at, event, cause);
  }

  #clear(): void {
    this.#touched = new Map();
    this.#batch = [];
    this.#events = 0;
    this.#bytes = 0;
    this.#through = this.#checkpoint.position;
  }
}

/** @throws Error when the view fails, or is not what the index says */
function changeOf<Context>(
  { view: viewOf, index }: Pick<EntityProjectionDefinition<Context>, 'view' | 'index'>,
  entity: Entity<Context>,
): EntityChange {
  const view = viewOf(entity.state, entity.key);
  const columns = Object.entries(index).map(([member, kind]): ColumnValue => {
    const value = columnValue(kind, view[member]);
    if (value !== undefined) return value;
    throw new TypeError(
      `the view's ${member} is to be ${SHOWN[kind]}, and is ${JSON.stringify(view[member])}`,
    );
  });
  const written = JSON.stringify(view);
  const state = keptState(entity.state);
  const bytes = bytesOf(state) + 2 * (written.length + entity.key.length);
  return { entity: { ...entity, view: written, digest: digestOfEntity(entity), bytes }, state, columns };
}

/** One page for each position. */
function pagesByPosition(batch: readonly Page[]): readonly Page[] {
  const pages: { events: RecordedEvent[]; through: Position }[] = [];
  for (const event of batch.flatMap(({ events }) => events)) {
    const last = pages.at(-1);
    if (last?.through === event.position) last.events.push(event);
    else pages.push({ events: [event], through: event.position });
  }
  return pages;
}
