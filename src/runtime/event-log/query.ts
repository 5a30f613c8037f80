/** Which events a query means. */
import type { Query, QueryItem, StoredEvent } from './event.js';

type Described = Pick<StoredEvent, 'type' | 'tags'>;

export function matches(query: Query, event: Described): boolean {
  return query.some((item) => matchesItem(item, event));
}

function matchesItem({ types, tags }: QueryItem, event: Described): boolean {
  return (
    (types === undefined || types.includes(event.type)) &&
    (tags === undefined || tags.every((wanted) => event.tags.includes(wanted)))
  );
}

/** Whether it means every event, so that nothing need be looked at to know. */
export function meansEverything(query: Query): boolean {
  return query.some(({ types, tags }) => types === undefined && (tags === undefined || tags.length === 0));
}
