/** What to ask a store for, so that nothing is missed that becomes what a query means once it is upcasted. */
import type { Query, QueryItem } from '../event.js';
import type { Past } from './upcast-paths.js';

/**
 * The query, and items for what was recorded under another type or without its tag, in revisions where an upcaster
 * still changes that. It means more than the query does: what is read by it is filtered again, once it is upcasted.
 *
 * @returns the very same query when no upcaster matters to it
 */
export function storedQuery(query: Query, pasts: readonly Past[]): Query {
  const revised = new Set(pasts.map(({ type }) => type));
  const more = query.flatMap((item) =>
    [...revised].flatMap((type) =>
      missedBy(
        item,
        type,
        pasts.filter((past) => past.type === type),
      ),
    ),
  );
  return more.length === 0 ? query : [...query, ...more];
}

/** What was recorded of this type, is not what the item means, and may become it. */
function missedBy({ types, tags = [] }: QueryItem, type: string, pasts: readonly Past[]): Query {
  const isAskedFor = types === undefined || types.includes(type);
  const missed = pasts.flatMap(({ revision, outcomes }) =>
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
