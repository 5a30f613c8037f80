/** The definition of an entity projection, as the author of a context writes it: many small states, one a key. */
import { createHash } from 'node:crypto';
import type { AnyContract, RecordedOf } from '../../event-log/contracts/event-contract.js';
import type { RecordedEvent, Tag } from '../../event-log/event.js';
import type { Fold, FoldState } from '../../fold/fold-state.js';
import type { ContextOf, Machine } from '../../fold/fold.js';
import { defineProjection, type View } from '../define-projection.js';
import { INDEX_KINDS, type IndexKind } from './index-kinds.js';

/** What becomes of an event that cannot be folded: the projection stops there, or only the entity does, and the others go on. */
export type FaultScope = 'projection' | 'entity';

const FAULT_SCOPES: readonly FaultScope[] = ['projection', 'entity'];

export interface EntityProjectionDefinition<Context = unknown> {
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
  view(state: FoldState<Context>, key: string): View;
  readonly index: Readonly<Record<string, IndexKind>>;
  readonly compound: readonly (readonly string[])[];
  readonly tag?: (key: string) => Tag;
  readonly faultStops: FaultScope;
  /** Whether an entity in this state is removed. */
  forgets(state: FoldState<Context>): boolean;
}

/** Members of a list's query string that are not members of an index. */
export const LIST_PARAMETERS = ['sort', 'limit', 'cursor', 'count', 'fields', 'after', 'at'] as const;

/** Members that an answer has beside those of the view. */
const ADDED_MEMBERS: readonly string[] = ['key', 'position', 'faultAt'];
/** Names that no member of an index has, in lower case, since SQL takes no notice of case; `entity_list` has a column `json`. */
const RESERVED_MEMBERS = [...ADDED_MEMBERS, 'json'].map((name) => name.toLowerCase());

/** In characters, as of a tag. */
export const MAX_ENTITY_KEY_LENGTH = 255;

const MEMBER = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;
/** SQLite takes more; each costs a write for every change. */
const MAX_INDEXES = 16;
/** Raised when what is kept in the database changes for the same definition. */
const FORMAT = 3;

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
>(definition: {
  readonly name: string;
  readonly machine: Projected;
  readonly consumes: Consumes;
  /** Which entities the event is about. A key has 1 to 255 characters, none of them NUL. Undefined: none. */
  readonly key: (event: RecordedOf<Consumes[number]>) => string | readonly string[] | undefined;
  /** What is answered: plain data. `key`, `position` and `faultAt` are added, and left out of what it returns. */
  readonly view: (state: FoldState<ContextOf<Projected>>, key: string) => View;
  /** The members of the view that can be filtered and sorted by, and what they hold. */
  readonly index?: Readonly<Record<string, IndexKind>>;
  /** Members that are filtered by their first ones and sorted by the last, as in `[['status', 'total']]`: such a list costs what its page costs, however many there are. */
  readonly compound?: readonly (readonly string[])[];
  /** The tag that every consumed event about this key has. With it, the past of one entity can be asked for. */
  readonly tag?: (key: string) => Tag;
  /** Default: `projection`. */
  readonly faultStops?: FaultScope;
  /** As of a projection. Default: 1. */
  readonly version?: number;
}): EntityProjectionDefinition<ContextOf<Projected>> {
  const { name, machine, consumes, key, view, index = {}, compound = [], tag, version } = definition;
  const { faultStops = 'projection' } = definition;
  const folded = defineProjection<Projected>({
    name,
    machine,
    consumes,
    view: () => ({}),
    ...(version !== undefined && { version }),
  });
  requireIndexes(name, index, compound);
  if (!FAULT_SCOPES.includes(faultStops))
    throw new Error(
      `projection ${name}: faultStops is projection or entity, not ${JSON.stringify(faultStops)}`,
    );
  const parts = [FORMAT, folded.fingerprint, String(key), String(view), index, compound, faultStops];
  return {
    kind: 'entities',
    name,
    machine,
    consumes,
    fold: folded.fold,
    version: folded.version,
    fingerprint: createHash('sha256').update(JSON.stringify(parts)).digest('base64url'),
    keysOf: (event) => keysIn(key(event as RecordedOf<Consumes[number]>)),
    view: (state, shownKey) => withoutAddedMembers(view(state, shownKey)),
    index,
    compound,
    ...(tag !== undefined && { tag }),
    faultStops,
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

function requireIndexes(
  name: string,
  index: Readonly<Record<string, IndexKind>>,
  compound: readonly (readonly string[])[],
): void {
  const refuse = (detail: string): never => {
    throw new Error(`projection ${name}: ${detail}`);
  };
  const members = Object.entries(index);
  for (const [member, kind] of members) {
    if (!MEMBER.test(member)) refuse(`index ${member}: a member has letters, digits and underscores`);
    if (LIST_PARAMETERS.some((each) => each === member) || RESERVED_MEMBERS.includes(member.toLowerCase()))
      refuse(`index ${member}: a list has a parameter or member of that name; call the member otherwise`);
    if (!INDEX_KINDS.includes(kind))
      refuse(
        `index ${member}: there is no kind ${JSON.stringify(kind)}; there are ${INDEX_KINDS.join(', ')}`,
      );
  }
  const lowered = members.map(([member]) => member.toLowerCase());
  const twice = members.find(([member], place) => lowered.indexOf(member.toLowerCase()) < place)?.[0];
  if (twice !== undefined) refuse(`index ${twice}: two members differ only in case, which SQL does not`);
  for (const together of compound) {
    const unknown = together.find((member) => !Object.hasOwn(index, member));
    if (unknown !== undefined) refuse(`compound: ${unknown} is not in index`);
    if (together.length < 2) refuse('compound: name two members or more');
    if (new Set(together).size < together.length) refuse(`compound: ${together.join()} names a member twice`);
  }
  if (members.length + compound.length > MAX_INDEXES)
    refuse(`at most ${MAX_INDEXES} indexes, as each is written with every change`);
}

/** @throws TypeError when the view is no object */
function withoutAddedMembers(view: unknown): View {
  if (typeof view !== 'object' || view === null || Array.isArray(view) || 'toJSON' in view)
    throw new TypeError('the view is to be an object, with the members that are answered');
  if (!ADDED_MEMBERS.some((name) => name in view)) return view as View;
  return Object.fromEntries(Object.entries(view).filter(([name]) => !ADDED_MEMBERS.includes(name)));
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
