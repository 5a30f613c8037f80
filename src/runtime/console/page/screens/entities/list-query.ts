/** What a list of entities asks for, as it stands in the URL: `?filter.status=open&filter.total.gte=10&sort=-total&cursor=…`. */
import { linkWith, type Route } from '../../routes.js';

export interface ListQuery {
  readonly filter: Readonly<Record<string, readonly string[]>>;
  readonly sort: readonly string[];
  readonly cursor?: string;
}

const PREFIX = 'filter.';

export function listQueryOf(query: URLSearchParams): ListQuery {
  const names = [...new Set(query.keys())].filter((name) => name.startsWith(PREFIX));
  const cursor = query.get('cursor');
  return {
    filter: Object.fromEntries(names.map((name) => [name.slice(PREFIX.length), query.getAll(name)])),
    sort: (query.get('sort') ?? '').split(',').filter((each) => each !== ''),
    ...(cursor !== null && { cursor }),
  };
}

/** As `client.entities(…)` takes it. */
export function listOptions({ filter, sort, cursor }: ListQuery): {
  readonly filter: Readonly<Record<string, readonly string[]>>;
  readonly sort?: readonly string[];
  readonly cursor?: string;
} {
  return { filter, ...(sort.length > 0 && { sort }), ...(cursor !== undefined && { cursor }) };
}

export const COMPARISONS = [
  ['', 'is'],
  ['.gte', 'is at least'],
  ['.lte', 'is at most'],
  ['.gt', 'is more than'],
  ['.lt', 'is less than'],
] as const;

export interface ShownFilter {
  readonly words: string;
  /** The same list without it. */
  readonly without: string;
}

/** Each value is one: several of one member mean any of these. */
export function shownFilters(route: Route): readonly ShownFilter[] {
  const { filter } = listQueryOf(route.query);
  return Object.entries(filter).flatMap(([name, values]) =>
    values.map((value, index) => ({
      words: `${wordsOf(name)} ${value}`,
      without: linkWith(route, { [PREFIX + name]: values.toSpliced(index, 1), cursor: undefined }),
    })),
  );
}

/** A page of another list begins anew. Of a bound there is one, of values there are several. */
export function linkWithFilter(route: Route, name: string, value: string): string {
  const values = name.includes('.') ? [] : route.query.getAll(PREFIX + name);
  return linkWith(route, { [PREFIX + name]: [...new Set([...values, value])], cursor: undefined });
}

/** Sorted by it, or the other way round, or no more. */
export function linkSortedBy(route: Route, member: string): string {
  const [sorted] = listQueryOf(route.query).sort;
  const next = sorted === member ? `-${member}` : sorted === `-${member}` ? undefined : member;
  return linkWith(route, { sort: next, cursor: undefined });
}

export function sortOf(route: Route, member: string): 'ascending' | 'descending' | 'none' {
  const [sorted] = listQueryOf(route.query).sort;
  return sorted === member ? 'ascending' : sorted === `-${member}` ? 'descending' : 'none';
}

/** The cursor of a page's `next`. */
export function cursorIn(next: string | undefined): string | undefined {
  if (next === undefined) return undefined;
  return new URLSearchParams(next.split('?')[1]).get('cursor') ?? undefined;
}

function wordsOf(name: string): string {
  const [suffix, words] = COMPARISONS.findLast(([each]) => name.endsWith(each)) ?? COMPARISONS[0];
  return `${name.slice(0, name.length - suffix.length)} ${words}`;
}

/** The columns of a list: what it is indexed by, then what else its entities have that a cell can show. */
export function columnsOf(
  index: readonly string[],
  items: readonly Readonly<Record<string, unknown>>[],
): readonly string[] {
  const others = items
    .flatMap((item) => Object.entries(item))
    .filter(([name, value]) => !OWN.includes(name) && (typeof value !== 'object' || value === null))
    .map(([name]) => name);
  return [...new Set([...index, ...others])].slice(0, MAX_COLUMNS);
}

const MAX_COLUMNS = 8;
/** What every entity has beside its view. */
const OWN = ['key', 'position', 'faultAt'];
