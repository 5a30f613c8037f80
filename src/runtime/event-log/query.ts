/** Which events a query means. */
import type { Query, QueryItem, StoredEvent } from './event.js';

type Describable = Pick<StoredEvent, 'type' | 'revision' | 'tags'>;

export function matches(query: Query, event: Describable): boolean {
  return query.some((item) => matchesItem(item, event));
}

function matchesItem({ types, tags, revisionBelow }: QueryItem, event: Describable): boolean {
  return (
    (types === undefined || types.includes(event.type)) &&
    (tags === undefined || tags.every((wanted) => event.tags.includes(wanted))) &&
    (revisionBelow === undefined || event.revision < revisionBelow)
  );
}

/** What the query means of these types. */
export function ofTypes(types: readonly string[], query: Query): Query {
  return query.map((item) => ({
    ...item,
    types: item.types?.filter((type) => types.includes(type)) ?? types,
  }));
}

/** Whether it means every event, so that nothing need be looked at to know. */
export function matchesEverything(query: Query): boolean {
  return query.some(
    ({ types, tags, revisionBelow }) =>
      types === undefined && (tags === undefined || tags.length === 0) && revisionBelow === undefined,
  );
}
