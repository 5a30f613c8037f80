/** The query that finds, among events as they were recorded, all that match another query once they are upcasted. */
import type { Query, QueryItem } from '../event.js';
import type { UpcastPath } from './upcast-paths.js';

/**
 * The query, and items for events that were recorded under another type or without its tag, in revisions where an
 * upcaster still changes that. It matches more than the query does: what is read by it is filtered again, once it is
 * upcasted.
 *
 * @returns the very same query when no upcaster matters to it
 */
export function storedQuery(query: Query, paths: readonly UpcastPath[]): Query {
  const revised = new Set(paths.map(({ type }) => type));
  const added = query.flatMap((item) =>
    [...revised].flatMap((type) =>
      itemsMissedBy(
        item,
        type,
        paths.filter((path) => path.type === type),
      ),
    ),
  );
  return added.length === 0 ? query : [...query, ...added];
}

/** Items for events that were recorded as this type, do not match the item, and may become events that do. */
function itemsMissedBy(
  { types, tags = [] }: QueryItem,
  type: string,
  paths: readonly UpcastPath[],
): readonly QueryItem[] {
  const isAskedFor = types === undefined || types.includes(type);
  const missed = paths.flatMap(({ revision, outcomes }) =>
    outcomes
      .filter((outcome) => types === undefined || types.includes(outcome.type))
      .filter(({ retagged }) => !isAskedFor || (tags.length > 0 && retagged))
      .map(({ retagged }) => ({ revision, retagged })),
  );
  if (missed.length === 0) return [];
  const keepsTags = tags.length > 0 && missed.every(({ retagged }) => !retagged);
  const revisionBelow = Math.max(...missed.map(({ revision }) => revision)) + 1;
  return [{ types: [type], ...(keepsTags && { tags }), revisionBelow }];
}
