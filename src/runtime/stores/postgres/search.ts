/** Where events stand that a query may mean, found in SQL by leaps: from one entry of an index to the next that all conditions name. */
import type { Position, Query } from '../../event-log/event.js';
import { isText } from './storable-commit.js';

/** An item of a query with something to look for, in a stretch of the log. As JSON, an array of them is a table. */
export interface SearchItem {
  readonly tags: readonly string[];
  readonly types: readonly string[] | null;
  /** Only revisions before this one. */
  readonly below: number | null;
  /** The first position that counts, and the last. */
  readonly low: number;
  readonly high: number;
}

/** The columns of such a table. */
export const SEARCH_ITEM = 'tags text[], types text[], below integer, low bigint, high bigint';

/** What there is to look for. What no event can have, none of them has. The query must not mean everything. */
export function searchItems(query: Query, after: Position, through: number): readonly SearchItem[] {
  return query
    .filter(({ tags = [] }) => tags.every(isText))
    .map(({ tags = [], types, revisionBelow }) => ({
      tags,
      types: types?.filter(isText) ?? null,
      below: revisionBelow ?? null,
      low: after + 1,
      high: through,
    }));
}

export type Way = 'forwards' | 'backwards';

/** Each word of the statement that depends on which way it goes. */
const WAYS = {
  forwards: {
    start: 'low',
    end: 'high',
    from: '>=',
    to: '<=',
    order: 'asc',
    near: 'min',
    far: 'max',
    on: '+',
  },
  backwards: {
    start: 'high',
    end: 'low',
    from: '<=',
    to: '>=',
    order: 'desc',
    near: 'max',
    far: 'min',
    on: '-',
  },
} as const;

/**
 * A subquery: the `place` of the first events, in their order, that the SearchItem `item` means.
 *
 * Each tag, and all types together, are a list of positions that is sorted by an index. Every list says where its first
 * entry stands from `leap.place` on; whoever is nearer than the farthest leaps there. Where all say the same, an event is
 * meant. So it costs as many seeks as the shortest list has entries, however many the others have, and needs no
 * statistics to be quick.
 *
 * @param limit how many, as SQL
 */
export function leaps(way: Way, limit: string): string {
  const { start, end, from, to, order, near, far, on } = WAYS[way];
  // Past the last match; at the place itself when there was none. Compared as a pair, it is a seek in the index of pairs
  // whatever the planner believes about the values; with an equation it might walk all positions and look at each.
  const seek = (table: string, column: string): string =>
    `(select position from (
        select ${column} as found, position from ${table}
        where (${column}, position) ${from} (wanted, leap.place ${on} leap.is_match::integer)
        order by ${column} ${order}, position ${order} limit 1
      ) as nearest where found = wanted)`;
  return `(
    with recursive leap (place, is_match) as (
      select item.${start}, false
      union all
      select next.place, next.is_match from leap cross join lateral (
        select ${far}(entry) as place, min(entry) = max(entry) as is_match
        from (
          select ${seek('tags', 'tag')} as entry from unnest(item.tags) as wanted
          union all
          select ${near}(entry)
          from (select ${seek('events', 'type')} as entry from unnest(item.types) as wanted) as of_type
          having item.types is not null
        ) as list
        having bool_and(entry is not null)
      ) as next
      where next.place ${to} item.${end}
    )
    select place from leap
    where is_match and (item.below is null or (select revision from events where position = place) < item.below)
    limit ${limit}
  )`;
}
