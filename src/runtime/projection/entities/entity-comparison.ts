/** Compares the entities of two databases, a page of both at a time. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Checkpoint } from './entity-checkpoint.js';
import type { EntityReader, KeptEntity } from './entity-database.js';
import { digestOfEntity } from './entity.js';

/** So many entities are compared before other work gets its turn. */
const COMPARED_ENTITIES = 200;
/** The most differences that are told. */
const MAX_NAMED = 10;

type ReadsEntities = Pick<EntityReader, 'entitiesAfter'>;

/** Of an entity that is not the same in both; undefined where it is not at all. */
export interface Difference {
  readonly key: string;
  readonly kept: KeptEntity | undefined;
  readonly right: KeptEntity | undefined;
}

interface ComparisonOptions {
  /** Default: all that is kept of them, digests included, which are to be those of their content. */
  readonly isSame?: Sameness;
  readonly signal: AbortSignal;
}

export function isOfSameEntities(one: Checkpoint, other: Checkpoint): boolean {
  return (
    one.digest === other.digest &&
    one.entities === other.entities &&
    one.faulted === other.faulted &&
    one.unkeyed.count === other.unkeyed.count
  );
}

/** The first of them, in the order of keys. */
export async function differencesOf(
  kept: ReadsEntities,
  right: ReadsEntities,
  { isSame = isWhollySame, signal }: ComparisonOptions,
): Promise<readonly Difference[]> {
  const differing: Difference[] = [];
  for (let after: string | undefined = ''; after !== undefined && differing.length < MAX_NAMED;) {
    signal.throwIfAborted();
    const pages = [
      await kept.entitiesAfter(after, COMPARED_ENTITIES),
      await right.entitiesAfter(after, COMPARED_ENTITIES),
    ];
    const end = firstOf(pages.map(lastOfFullPage));
    // What is beyond the end may come in the next page of the other.
    const [compared, expected] = pages.map((page) => byKeyUpTo(page, end));
    for (const key of new Set([...(expected?.keys() ?? []), ...(compared?.keys() ?? [])]))
      if (!isSame(compared?.get(key), expected?.get(key)))
        differing.push({ key, kept: compared?.get(key), right: expected?.get(key) });
    after = end;
    await nextTurn();
  }
  return differing.slice(0, MAX_NAMED);
}

/** Undefined: there are no entities after those of the page. */
function lastOfFullPage(page: readonly KeptEntity[]): string | undefined {
  return page.length === COMPARED_ENTITIES ? page.at(-1)?.key : undefined;
}

function firstOf(keys: readonly (string | undefined)[]): string | undefined {
  return keys.filter((key) => key !== undefined).toSorted(compareKeys)[0];
}

function byKeyUpTo(page: readonly KeptEntity[], end: string | undefined): ReadonlyMap<string, KeptEntity> {
  const within = page.filter(({ key }) => end === undefined || compareKeys(key, end) <= 0);
  return new Map(within.map((entity) => [entity.key, entity]));
}

/** In SQLite's order, which is that of the bytes of UTF-8. */
const compareKeys = (one: string, other: string): number =>
  Buffer.compare(Buffer.from(one), Buffer.from(other));

/** What both hold of one entity. */
export type Sameness = (kept: KeptEntity | undefined, right: KeptEntity | undefined) => boolean;

/** States alone: views and indexes may be others. */
export const isOfSameState: Sameness = (kept, right) =>
  kept?.digest === right?.digest && (kept === undefined || digestOfEntity(kept) === right?.digest);

/** States and views. */
export const isOfSameView: Sameness = (kept, right) =>
  isOfSameState(kept, right) && kept?.view === right?.view;

/** All that is kept of them. */
export const isWhollySame: Sameness = (kept, right) =>
  isOfSameView(kept, right) && (kept?.columns ?? []).every((value, place) => value === right?.columns[place]);
