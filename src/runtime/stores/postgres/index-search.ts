/** Finds the positions of events that match a query, in SQL: a leapfrog join over the indexes of tags and types. */
import type { Position, Query } from '../../event-log/event.js';
import { isText } from './storable-commit.js';

/** A query item and the positions between which it is searched for. A JSON array of them is a table of the statement. */
export interface SearchItem {
  readonly tags: readonly string[];
  readonly types: readonly string[] | null;
  /** Only revisions before this one. */
  readonly below: number | null;
  /** The first and the last position. */
  readonly low: number;
  readonly high: number;
}

/** The columns of that table. */
export const SEARCH_ITEM_COLUMNS = 'tags text[], types text[], below integer, low bigint, high bigint';

/**
 * Leaves out what the database cannot hold as text, since no event can have it.
 *
 * @param query does not match every event
 */
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

export type Direction = 'forwards' | 'backwards';

/** The words of the statement that depend on the direction. */
const WORDS = {
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
 * A subquery: the `place` (position) of the first events, in the direction's order, that match the SearchItem `item`.
 *
 * Each tag, and all types together, are a list of positions that an index keeps sorted. Each step takes from every list its
 * first entry at or past `leap.place`. If all are equal, that event matches; if not, the next step goes on at the farthest of them.
 * So the number of seeks depends on the shortest list, however long the others are, and not on the planner's statistics.
 *
 * @param limit how many, as SQL
 */
export function indexSearch(direction: Direction, limit: string): string {
  const { start, end, from, to, order, near, far, on } = WORDS[direction];
  // Begins after the last match, or at the place itself if that was none. Compared as a pair, this is a seek in the index
  // whatever the planner's statistics say; with an equation it might scan all positions.
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
