/** Pages of a list: `?page=0&size=20&sort=price,desc`. */
import type { EntityProjection, EntityProjectionDefinition } from 'leftfold';
import { InvalidParameter, manyValues, wholeNumber, type QueryString } from 'leftfold/http';
import type { Links } from './hal.js';

const DEFAULT_SIZE = 20;
const MAX_SIZE = 1_000;
/** A page by its number costs all that come before it. */
const MAX_OFFSET = 10_000;

export interface Listed {
  readonly id: string;
  readonly view: Readonly<Record<string, unknown>>;
}

export interface ListPage {
  readonly items: readonly Listed[];
  readonly links: Links;
  readonly page: Readonly<Record<'size' | 'totalElements' | 'totalPages' | 'number', number>>;
}

/** @param where members of the index that all in the list have @throws InvalidParameter */
export async function pageOf(
  projection: EntityProjection,
  where: Readonly<Record<string, string>>,
  path: string,
  query: QueryString,
): Promise<ListPage> {
  const size = wholeNumber(query, 'size', { min: 1, max: MAX_SIZE }) ?? DEFAULT_SIZE;
  const number = wholeNumber(query, 'page', { min: 0, max: Math.floor(MAX_OFFSET / size) }) ?? 0;
  const sorts = 'sort' in query ? manyValues(query, 'sort') : [];
  const { items, count = 0 } = await projection.list({
    filters: Object.entries(where).map(([member, value]) => ({ member, test: { in: [value] } })),
    sort: sorts.map((text) => sortBy(text, projection.definition)),
    limit: (number + 1) * size,
    counts: true,
  });
  const totalPages = Math.ceil(count / size);
  const to = (page: number) => {
    const parameters = new URLSearchParams({ page: String(page), size: String(size) });
    for (const sort of sorts) parameters.append('sort', sort);
    return { href: `${path}?${parameters.toString()}` };
  };
  return {
    items: items
      .slice(number * size)
      .map(({ key, view }) => ({ id: key, view: JSON.parse(view) as Listed['view'] })),
    links: {
      self: to(number),
      first: to(0),
      ...(number > 0 && { prev: to(number - 1) }),
      ...(number + 1 < totalPages && { next: to(number + 1) }),
      last: to(Math.max(totalPages - 1, 0)),
    },
    page: { size, totalElements: count, totalPages, number },
  };
}

/** Amounts are sorted by their cents. */
function sortBy(text: string, { name, index }: EntityProjectionDefinition) {
  const [asked = '', direction = 'asc'] = text.split(',');
  const member = [asked, `${asked}InCents`].find((each) => Object.hasOwn(index, each));
  if (member === undefined || !['asc', 'desc'].includes(direction))
    throw new InvalidParameter(
      'sort',
      `${name} can be sorted by ${Object.keys(index).join(', ')}, as in ?sort=${Object.keys(index)[0] ?? ''},desc`,
    );
  return { member, isDescending: direction === 'desc' };
}
