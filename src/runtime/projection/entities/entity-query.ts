/** Lists of entities as data: filtered, sorted and paged by keyset. Each kind of database makes its own SQL of them. */
import type { Position } from '../../event-log/event.js';
import type { EntityFault } from './entity.js';
import { columnValue, ABSENT, type ColumnValue, type IndexKind } from './index-kinds.js';

export type Comparison = 'gt' | 'gte' | 'lt' | 'lte';

export interface EntityFilter {
  readonly member: string;
  /** The member is one of these, or compares to one. An entity without the member is in no such list. */
  readonly test: { readonly in: readonly ColumnValue[] } | Partial<Readonly<Record<Comparison, ColumnValue>>>;
}

export interface SortBy {
  readonly member: string;
  readonly isDescending: boolean;
}

/** Where a page ends: the members that the list is sorted by, and the key. */
export interface EntityCursor {
  readonly values: readonly ColumnValue[];
  readonly key: string;
}

export interface EntityQuery {
  readonly filters: readonly EntityFilter[];
  /** The key is the last, in the direction of the one before it. */
  readonly sort: readonly SortBy[];
  readonly limit: number;
  readonly after?: EntityCursor;
  /** Only those that have stopped. Default: false. */
  readonly isStopped?: boolean;
  /** Whether to count all that match the filters, which costs as much as there are. Default: false. */
  readonly counts?: boolean;
}

export interface ListedEntity {
  readonly key: string;
  readonly position: Position;
  /** As JSON. */
  readonly view: string;
  /** Of the event that it cannot fold. */
  readonly faultAt?: Position;
  /** The same with its reason, for those who operate the projection. */
  readonly fault?: EntityFault;
}

/** All of it as of one position. */
export interface EntityPage {
  readonly items: readonly ListedEntity[];
  /** Whether there are more after the last one. */
  readonly isMore: boolean;
  /** Of all that match, where they were to be counted. */
  readonly count?: number;
  /** How far everything had been folded. */
  readonly position: Position;
}

/** Which entities belong to others: those whose indexed member is one of some keys. */
export interface RelatedQuery {
  readonly by: string;
  readonly keys: readonly string[];
  /** Of each key. */
  readonly limit: number;
}

/** All of it as of one position, and of the length of a page at most. */
export interface RelatedEntities {
  /** Of each key, in the order of the keys: the first ones in the order of their own keys, and whether there are more. */
  readonly of: readonly { readonly items: readonly ListedEntity[]; readonly isMore: boolean }[];
  readonly position: Position;
}

/** A page ends early after so much, in characters of the views' JSON. */
export const MAX_PAGE_LENGTH = 4 * 1024 * 1024;

/** The place after an entity in a list of this order. */
export function cursorAfter(
  { key, view }: Pick<ListedEntity, 'key' | 'view'>,
  sort: readonly SortBy[],
  index: Readonly<Record<string, IndexKind>>,
): EntityCursor {
  if (sort.length === 0) return { values: [], key };
  const members = JSON.parse(view) as Readonly<Record<string, unknown>>;
  const values = sort.map(({ member }) => {
    const kind = index[member];
    return (kind && columnValue(kind, members[member])) ?? ABSENT;
  });
  return { values, key };
}
