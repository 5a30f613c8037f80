/** Whether an event matches a query: the one definition, for all stores. */
import type { Query, QueryItem, StoredEvent } from './event.js';

export type QueriedEvent = Pick<StoredEvent, 'type' | 'revision' | 'tags'>;

export function matches(query: Query, event: QueriedEvent): boolean {
  return query.some((item) => matchesItem(item, event));
}

function matchesItem({ types, tags, revisionBelow }: QueryItem, event: QueriedEvent): boolean {
  return (
    (types === undefined || types.includes(event.type)) &&
    (tags === undefined || tags.every((wanted) => event.tags.includes(wanted))) &&
    (revisionBelow === undefined || event.revision < revisionBelow)
  );
}

/** The query, narrowed to events of these types. */
export function ofTypes(types: readonly string[], query: Query): Query {
  return query.map((item) => ({
    ...item,
    types: item.types?.filter((type) => types.includes(type)) ?? types,
  }));
}

/** Whether every event matches, so that no event need be looked at. */
export function matchesEverything(query: Query): boolean {
  return query.some(
    ({ types, tags, revisionBelow }) =>
      types === undefined && (tags === undefined || tags.length === 0) && revisionBelow === undefined,
  );
}
