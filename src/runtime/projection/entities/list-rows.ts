/** The rows of a list as both kinds of database answer with them, and the page that they are. */
import { position } from '../../event-log/event.js';
import type { EntityFault } from './entity.js';
import type { EntityPage, EntityQuery, ListedEntity, RelatedEntities, RelatedQuery } from './entity-query.js';

/** PostgreSQL gives large integers as texts. */
type Whole = number | string;

export interface ListRow {
  /** Of the checkpoint. */
  readonly folded: Whole;
  readonly entities: Whole;
  /** Null unless it was to be counted. */
  readonly matching: Whole | null;
  /** Null in the one row of an empty page. */
  readonly key: string | null;
  readonly position: Whole;
  readonly fault: string | null;
  /** Null beyond the length of a page. */
  readonly view: string | null;
}

export interface RelatedRow extends Pick<ListRow, 'folded' | 'key' | 'position' | 'fault' | 'view'> {
  /** Of the key that it belongs to, from 1; null where there are none at all. */
  readonly place: Whole | null;
}

/** @param rows in the order of the keys that they belong to */
export function relatedOf(rows: readonly RelatedRow[], { keys, limit }: RelatedQuery): RelatedEntities {
  const of = keys.map((): { items: ListedEntity[]; isMore: boolean } => ({ items: [], isMore: false }));
  for (const row of rows) {
    const group = of[Number(row.place) - 1];
    if (group === undefined) continue;
    const item = itemOf(row);
    if (item === undefined || group.items.length === limit) group.isMore = true;
    else group.items.push(item);
  }
  return { of, position: position(Number(rows[0]?.folded ?? 0)) };
}

/** Undefined beyond the length of a page. */
function itemOf({ key, position: at, view, fault }: Omit<RelatedRow, 'place'>): ListedEntity | undefined {
  if (key === null || view === null) return undefined;
  const stopped = fault === null ? undefined : (JSON.parse(fault) as EntityFault);
  return {
    key,
    position: position(Number(at)),
    view,
    ...(stopped !== undefined && { faultAt: position(stopped.position), fault: stopped }),
  };
}

export function pageOf(
  rows: readonly ListRow[],
  { limit, counts = false, filters, isStopped = false }: EntityQuery,
): EntityPage {
  const [first] = rows;
  const items: ListedEntity[] = [];
  let isMore = false;
  for (const row of rows) {
    if (row.key === null) break;
    const item = itemOf(row);
    if (item === undefined || items.length === limit) {
      isMore = true;
      break;
    }
    items.push(item);
  }
  const count = filters.length === 0 && !isStopped ? first?.entities : first?.matching;
  return {
    items,
    isMore,
    ...(counts && { count: Number(count ?? 0) }),
    position: position(Number(first?.folded ?? 0)),
  };
}
