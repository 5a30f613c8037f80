/** The entities that some events touch, as those events make them: in memory, whatever becomes of them. */
import { position, type Position, type RecordedEvent } from '../../event-log/event.js';
import type { FoldState } from '../../fold/fold-state.js';
import { errorText } from '../error-text.js';
import { estimatedBytes } from './batch-size.js';
import type { EntityProjectionDefinition } from './define-entity-projection.js';
import { keysOrFault, requireTag } from './entity-events.js';
import { isSnapshot } from './entity-snapshots.js';
import type { Entity, EntityFault, StoredEntity } from './entity.js';

export interface TouchedEntity<Context> {
  entity: Entity<Context>;
  /** As it was before the event at its position: what upcasters made of one event is folded all or none. */
  before: Entity<Context> | undefined;
  readonly stored: StoredEntity<Context> | undefined;
  /** What the events began from: `stored`, or the initial state. */
  readonly original: Entity<Context>;
  /** States that it went through and that are kept, for questions about its past. */
  readonly snapshots: Entity<Context>[];
}

type Definition<Context> = Pick<
  EntityProjectionDefinition<Context>,
  'fold' | 'forgets' | 'keysOf' | 'tag' | 'faultStops'
>;

export class TouchedEntities<Context> {
  readonly #touched = new Map<string, TouchedEntity<Context>>();
  readonly #unkeyed: EntityFault[] = [];
  #bytes = 0;

  /** @param storedOf what an entity was before these events */
  constructor(
    private readonly definition: Definition<Context>,
    private readonly storedOf: (key: string) => StoredEntity<Context> | undefined,
  ) {}

  get size(): number {
    return this.#touched.size;
  }

  /** Of what was there before, of the events and of what they have added, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Why events are about no entity that could be told. */
  get unkeyed(): readonly EntityFault[] {
    return this.#unkeyed;
  }

  get(key: string): TouchedEntity<Context> | undefined {
    return this.#touched.get(key);
  }

  all(): Iterable<TouchedEntity<Context>> {
    return this.#touched.values();
  }

  /** @throws what the machine or `key` does, where a fault stops the projection: the entities are of no use then */
  fold(event: RecordedEvent): void {
    const bytes = estimatedBytes(event.data);
    this.#bytes += bytes;
    const found = keysOrFault(this.definition, event);
    if ('fault' in found) {
      if (this.definition.faultStops === 'projection') throw found.error;
      this.#unkeyed.push(found.fault);
      return;
    }
    for (const key of found.keys) {
      // A state grows by about what an event says.
      this.#bytes += bytes;
      this.#foldOne(key, event);
    }
  }

  #foldOne(key: string, event: RecordedEvent): void {
    const touched = this.#touch(key);
    if (touched.entity.fault !== undefined) return;
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

  #step(touched: TouchedEntity<Context>, event: RecordedEvent): void {
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

  #stateBefore({ entity, before }: TouchedEntity<Context>, at: Position): FoldState<Context> {
    const { state } = entity.position === at && before !== undefined ? before : entity;
    return this.#remembered(state);
  }

  /** What is forgotten is gone: the next event of its key begins anew, also within one batch. */
  #remembered(state: FoldState<Context>): FoldState<Context> {
    return this.definition.forgets(state) ? this.definition.fold.initial : state;
  }

  #touch(key: string): TouchedEntity<Context> {
    const known = this.#touched.get(key);
    if (known !== undefined) return known;
    const stored = this.storedOf(key);
    const entity = stored ?? { key, state: this.definition.fold.initial, position: position(0), changes: 0 };
    const touched = { entity, before: undefined, stored, original: entity, snapshots: [] };
    this.#touched.set(key, touched);
    this.#bytes += stored?.bytes ?? 0;
    return touched;
  }
}
