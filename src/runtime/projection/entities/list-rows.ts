/** The rows of a list as both kinds of database answer with them, and the page that they are. */
import { position } from '../../event-log/event.js';
import type { EntityPage, EntityQuery, ListedEntity } from './entity-query.js';

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

export function pageOf(
  rows: readonly ListRow[],
  { limit, counts = false, filters }: EntityQuery,
): EntityPage {
  const [first] = rows;
  const items: ListedEntity[] = [];
  let isMore = false;
  for (const { key, position: at, view, fault } of rows) {
    if (key === null) break;
    if (view === null || items.length === limit) {
      isMore = true;
      break;
    }
    const { position: faultAt } = fault === null ? {} : (JSON.parse(fault) as { readonly position?: number });
    items.push({
      key,
      position: position(Number(at)),
      view,
      ...(faultAt !== undefined && { faultAt: position(faultAt) }),
    });
  }
  const count = filters.length === 0 ? first?.entities : first?.matching;
  return {
    items,
    isMore,
    ...(counts && { count: Number(count ?? 0) }),
    position: position(Number(first?.folded ?? 0)),
  };
}
