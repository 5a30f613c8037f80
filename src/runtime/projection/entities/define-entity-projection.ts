/** The definition of an entity projection, as the author of a context writes it: many small states, one a key. */
import { createHash } from 'node:crypto';
import type { AnyContract, RecordedOf } from '../../event-log/contracts/event-contract.js';
import type { RecordedEvent, Tag } from '../../event-log/event.js';
import type { Fold, FoldState } from '../../fold/fold-state.js';
import type { ContextOf, Machine } from '../../fold/fold.js';
import { defineProjection, type ProjectionHttp, type View } from '../define-projection.js';
import type { Unhandled } from '../unhandled.js';
import { ADDED_MEMBERS, requireIndexes } from './entity-members.js';
import { requireRelations } from './entity-relations.js';
import type { IndexKind } from './index-kinds.js';

/** What becomes of an event that cannot be folded: the projection stops there, or only the entity does, and the others go on. */
export type FaultScope = 'projection' | 'entity';

const FAULT_SCOPES: readonly FaultScope[] = ['projection', 'entity'];

/** How entities are served. */
export interface EntitiesHttp extends ProjectionHttp {
  /** False: `GET /<path>/{key}` is left to a decider at this path, which shows its subjects there. Default: true. */
  readonly entity?: boolean;
}

export interface EntityRelation {
  /** The projection whose entities belong to one of this. */
  readonly of: EntityProjectionDefinition;
  /** The member of its index that has the key of the one that they belong to. */
  readonly by: string;
}

/** By the name that they are asked for and answered by. */
export type Relations = Readonly<Record<string, EntityRelation>>;

export interface EntityProjectionDefinition<Context = unknown, Shown extends View = View> {
  readonly kind: 'entities';
  /** Names its folder, its URL and its log lines, as that of a projection. */
  readonly name: string;
  readonly machine: Machine;
  readonly fold: Fold<Context>;
  readonly version: number;
  /** Identifies the machine, the version, the consumed revisions, and the source of `key`, `view` and `index`. */
  readonly fingerprint: string;
  readonly consumes: readonly AnyContract[];
  /** The keys of the entities that an event is about, each once. @throws Error when one cannot be a key */
  keysOf(event: RecordedEvent): readonly string[];
  /** Called when the entity is written, not for a query. */
  view(state: FoldState<Context>, key: string): Shown;
  readonly index: Readonly<Record<string, IndexKind>>;
  readonly compound: readonly (readonly string[])[];
  readonly tag?: (key: string) => Tag;
  /** By name: the entities of other projections that belong to one of these. */
  readonly relations: Relations;
  readonly faultStops: FaultScope;
  readonly http: EntitiesHttp;
  /** Whether an entity in this state is removed. */
  forgets(state: FoldState<Context>): boolean;
}

/** In characters, as of a tag. */
export const MAX_ENTITY_KEY_LENGTH = 255;

/** Raised when what is kept in the database changes for the same definition. */
const FORMAT = 4;

/**
 * Defines a projection that folds one small state for each key.
 *
 * The fingerprint does not see what `key`, `view` and the machine's functions refer to; raise `version` after a change there.
 *
 * @throws Error at start-up for everything that `defineProjection` throws for, and for an index that cannot be one
 */
export function defineEntityProjection<
  Projected extends Machine,
  const Consumes extends readonly AnyContract[],
  Shown extends View = View,
>(definition: {
  readonly name: string;
  readonly machine: Projected;
  readonly consumes: Consumes;
  /** Which entities the event is about. A key has 1 to 255 characters, none of them NUL. Undefined: none. */
  readonly key: (event: RecordedOf<Consumes[number]>) => string | readonly string[] | undefined;
  /** What is answered: plain data. `key`, `position` and `faultAt` are added, and left out of what it returns. */
  readonly view: (state: FoldState<ContextOf<Projected>>, key: string) => Shown;
  /** The members of the view that can be filtered and sorted by, and what they hold. */
  readonly index?: Readonly<Record<string, IndexKind>>;
  /** Members that are filtered by their first ones and sorted by the last, as in `[['status', 'total']]`: such a list costs what its page costs, however many there are. */
  readonly compound?: readonly (readonly string[])[];
  /** The tag that every consumed event about this key has. With it, the past of one entity can be asked for. */
  readonly tag?: (key: string) => Tag;
  /**
   * Entities of other projections of this context that belong to one of these, as in `{ items: { of: orderItems, by: 'orderId' } }`:
   * those whose indexed member `by` is its key. A query asks for them by `?include=items`. A member of the view that is named like one
   * is left out of it.
   */
  readonly relations?: Relations;
  /** Default: `projection`. */
  readonly faultStops?: FaultScope;
  /**
   * What becomes of a consumed event that the state of its entity has no transition for: it changes nothing, or it cannot be folded, and then
   * `faultStops` says what stops. Default: `ignore`.
   */
  readonly unhandled?: Unhandled;
  /** As of a projection. Default: 1. */
  readonly version?: number;
  readonly http?: EntitiesHttp;
}): EntityProjectionDefinition<ContextOf<Projected>, Shown> {
  const { name, machine, consumes, key, view, index = {}, compound = [], tag, version } = definition;
  const { faultStops = 'projection', relations = {}, http = {}, unhandled } = definition;
  const folded = defineProjection<Projected>({
    name,
    machine,
    consumes,
    view: () => ({}),
    ...(version !== undefined && { version }),
    ...(unhandled !== undefined && { unhandled }),
    http,
  });
  requireIndexes(name, index, compound);
  requireRelations(name, relations, index);
  const added = [...ADDED_MEMBERS, ...Object.keys(relations)];
  if (!FAULT_SCOPES.includes(faultStops))
    throw new Error(
      `projection ${name}: faultStops is projection or entity, not ${JSON.stringify(faultStops)}`,
    );
  const parts = [
    FORMAT,
    folded.fingerprint,
    String(key),
    String(view),
    index,
    compound,
    faultStops,
    ...Object.keys(relations),
  ];
  return {
    kind: 'entities',
    name,
    machine,
    consumes,
    fold: folded.fold,
    version: folded.version,
    fingerprint: createHash('sha256').update(JSON.stringify(parts)).digest('base64url'),
    keysOf: (event) => keysIn(key(event as RecordedOf<Consumes[number]>)),
    view: (state, shownKey) => without(added, view(state, shownKey)) as Shown,
    index,
    compound,
    ...(tag !== undefined && { tag }),
    relations,
    faultStops,
    http,
    forgets: forgettingStates(name, machine),
  };
}

export function isEntityProjection(definition: object): definition is EntityProjectionDefinition {
  return 'kind' in definition && definition.kind === 'entities';
}

function keysIn(given: string | readonly string[] | undefined): readonly string[] {
  if (given === undefined) return [];
  const keys = Array.isArray(given) ? [...new Set<string>(given)] : [given as string];
  for (const each of keys) requireKey(each);
  return keys;
}

function requireKey(key: unknown): void {
  if (typeof key !== 'string') throw new Error(`the key of an entity is a string, not ${typeof key}`);
  if (key.length === 0 || key.length > MAX_ENTITY_KEY_LENGTH) {
    throw new Error(`the key of an entity has 1 to ${MAX_ENTITY_KEY_LENGTH} characters, not ${key.length}`);
  }
  if (!key.isWellFormed() || key.includes('\0'))
    throw new Error('the key of an entity is well-formed Unicode without NUL');
}

/** @throws TypeError when the view is no object */
function without(members: readonly string[], view: unknown): View {
  if (typeof view !== 'object' || view === null || Array.isArray(view) || 'toJSON' in view)
    throw new TypeError('the view is to be an object, with the members that are answered');
  if (!members.some((name) => name in view)) return view as View;
  return Object.fromEntries(Object.entries(view).filter(([name]) => !members.includes(name)));
}

/** Final states of the machine with `meta: { forget: true }`. @throws Error when another state has that */
function forgettingStates(name: string, machine: Machine): (state: FoldState) => boolean {
  const names = Object.entries(machine.root.states)
    .filter(([, { type, meta }]) => type === 'final' && forgets(meta))
    .map(([state]) => state);
  const wrong = innerStates(machine.root).find(
    (node) => forgets(node.meta) && !(node.type === 'final' && node.parent === machine.root),
  );
  if (wrong !== undefined)
    throw new Error(
      `projection ${name}: ${wrong.id} has forget; only a final state at the top of the machine can`,
    );
  if (names.length === 0) return () => false;
  return ({ value }) => typeof value === 'string' && names.includes(value);
}

type StateNode = Machine['root'];

const forgets = (meta: unknown): boolean => (meta as { forget?: unknown } | undefined)?.forget === true;

const innerStates = (node: StateNode): readonly StateNode[] =>
  Object.values(node.states).flatMap((each) => [each, ...innerStates(each)]);
