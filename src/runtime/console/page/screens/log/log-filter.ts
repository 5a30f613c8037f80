/** Which events are shown: as the URL has it, and as the server is asked. */
import type { Route } from '../../routes.js';

/** Parameters that an event must fit all of. */
const WHERE = {
  since: 'since',
  until: 'until',
  correlation: 'correlationId',
  causation: 'causationId',
  principal: 'principal',
  text: 'text',
} as const;

export type WhereParameter = keyof typeof WHERE;
export type FilterParameter = 'type' | 'tag' | WhereParameter;

/** As people read it. */
export const FILTER_LABELS: Readonly<Record<FilterParameter, string>> = {
  type: 'Type',
  tag: 'Tag',
  since: 'Since',
  until: 'Until',
  correlation: 'Correlation id',
  causation: 'Causation id',
  principal: 'Principal',
  text: 'Text in data',
};

export interface LogFilter {
  readonly types: readonly string[];
  readonly tags: readonly string[];
  readonly where: Readonly<Partial<Record<(typeof WHERE)[WhereParameter], string>>>;
}

export function filterOf({ query }: Pick<Route, 'query'>): LogFilter {
  const where: Partial<Record<(typeof WHERE)[WhereParameter], string>> = {};
  for (const [parameter, member] of Object.entries(WHERE)) {
    const value = query.get(parameter);
    if (value !== null && value !== '') where[member] = value;
  }
  return { types: valuesOf(query, 'type'), tags: valuesOf(query, 'tag'), where };
}

/** Whether it means every event. */
export function isEmpty({ types, tags, where }: LogFilter): boolean {
  return types.length === 0 && tags.length === 0 && Object.keys(where).length === 0;
}

/** What `POST /events/query` has in its body for it. */
export function bodyOf({ types, tags, where }: LogFilter): {
  readonly query: readonly [{ types?: readonly string[]; tags?: readonly string[] }];
  readonly where?: LogFilter['where'];
} {
  return {
    query: [{ ...(types.length > 0 && { types }), ...(tags.length > 0 && { tags }) }],
    ...(Object.keys(where).length > 0 && { where }),
  };
}

export interface FilterEntry {
  readonly parameter: FilterParameter;
  readonly value: string;
}

/** Each condition by itself. */
export function entriesOf({ query }: Pick<Route, 'query'>): readonly FilterEntry[] {
  return (Object.keys(FILTER_LABELS) as FilterParameter[]).flatMap((parameter) =>
    valuesOf(query, parameter).map((value) => ({ parameter, value })),
  );
}

/** The parameters of the URL with a condition more. A type may be any of several, tags must all be there, and of the rest there is one. */
export function withEntry(
  { query }: Pick<Route, 'query'>,
  { parameter, value }: FilterEntry,
): Record<string, readonly string[]> {
  const isList = parameter === 'type' || parameter === 'tag';
  return { [parameter]: isList ? [...new Set([...valuesOf(query, parameter), value])] : [value] };
}

export function withoutEntry(
  { query }: Pick<Route, 'query'>,
  { parameter, value }: FilterEntry,
): Record<string, readonly string[]> {
  return { [parameter]: valuesOf(query, parameter).filter((each) => each !== value) };
}

/** No conditions. */
export const WITHOUT_FILTER: Readonly<Record<FilterParameter, undefined>> = {
  type: undefined,
  tag: undefined,
  since: undefined,
  until: undefined,
  correlation: undefined,
  causation: undefined,
  principal: undefined,
  text: undefined,
};

function valuesOf(query: URLSearchParams, name: string): readonly string[] {
  return query.getAll(name).filter((value) => value !== '');
}

/** A position from the URL; undefined for what is none. */
export function positionIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? '';
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}
