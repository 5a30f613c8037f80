/** Lists of entities: filtered, sorted, paged by keyset, from the indexed columns. */
import { columnOf } from './entity-schema.js';
import type { EntityProjection } from './entity-projection.js';
import { ABSENT, type ColumnValue } from './index-kinds.js';

export type Comparison = 'gt' | 'gte' | 'lt' | 'lte';

export interface EntityFilter {
  readonly member: string;
  /** The member is one of these, or compares to one. An entity without the member is in no such list. */
  readonly test: { readonly in: readonly ColumnValue[] } | Partial<Readonly<Record<Comparison, ColumnValue>>>;
}

export interface SortBy {
  readonly member: string;
  readonly isDescending: boolean;
}

/** Where a page ends: the members that the list is sorted by, and the key. */
export interface EntityCursor {
  readonly values: readonly ColumnValue[];
  readonly key: string;
}

export interface EntityQuery {
  readonly filters: readonly EntityFilter[];
  /** The key is the last, in the direction of the one before it. */
  readonly sort: readonly SortBy[];
  readonly limit: number;
  readonly after?: EntityCursor;
}

export interface ListedEntity {
  readonly key: string;
  readonly position: number;
  /** As JSON. */
  readonly view: string;
  /** Of the event that it cannot fold. */
  readonly faultAt?: number;
  readonly cursor: EntityCursor;
}

interface ListRow {
  readonly key: string;
  readonly position: number;
  readonly view: string;
  readonly fault: string | null;
  readonly [column: string]: unknown;
}

interface Sql {
  readonly text: string;
  readonly parameters: readonly ColumnValue[];
}

const OPERATORS: Readonly<Record<Comparison, string>> = { gt: '>', gte: '>=', lt: '<', lte: '<=' };

/**
 * One more entity than the limit, where there is one. Rows are read as they are asked for.
 *
 * @throws DatabaseDamaged
 */
export function* listEntities<Context>(
  { folding, definition }: EntityProjection<Context>,
  { filters, sort, limit, after }: EntityQuery,
): Generator<ListedEntity, void, undefined> {
  const keyDirection = sort.at(-1)?.isDescending === true;
  const columns = [
    ...sort.map(({ member, isDescending }) => ({ name: columnOf(member), isDescending })),
    { name: 'key', isDescending: keyDirection },
  ];
  const conditions = [
    ...filters.map(conditionOf),
    ...(after === undefined ? [] : [conditionAfter(columns, [...after.values, after.key])]),
  ];
  const order = columns.map(({ name, isDescending }) => (isDescending ? `${name} DESC` : name)).join();
  const selected = [
    'key',
    'position',
    'view',
    'fault',
    ...Object.keys(definition.index).map(columnOf),
  ].join();
  const { text, parameters } = all(conditions);
  const sql = `SELECT ${selected} FROM entities${text} ORDER BY ${order} LIMIT ?`;
  for (const row of folding.database.select<ListRow>(sql, [...parameters, limit + 1])) {
    const values = sort.map(({ member }) => row[columnOf(member)] as ColumnValue);
    const fault = row.fault === null ? undefined : (JSON.parse(row.fault) as { readonly position: number });
    yield {
      key: row.key,
      position: row.position,
      view: row.view,
      ...(fault !== undefined && { faultAt: fault.position }),
      cursor: { values, key: row.key },
    };
  }
}

/** How many entities match. Costs as much as there are. @throws DatabaseDamaged */
export function countEntities<Context>(
  { folding }: EntityProjection<Context>,
  filters: readonly EntityFilter[],
): number {
  if (filters.length === 0) return folding.checkpoint.entities;
  const { text, parameters } = all(filters.map(conditionOf));
  const sql = `SELECT count(*) AS entities FROM entities${text}`;
  const [row] = folding.database.select<{ readonly entities: number }>(sql, parameters);
  return row?.entities ?? 0;
}

function conditionOf({ member, test }: EntityFilter): Sql {
  const column = columnOf(member);
  if ('in' in test) {
    const [one, ...more] = test.in;
    if (one !== undefined && more.length === 0) return { text: `${column} = ?`, parameters: [one] };
    return { text: `${column} IN (${test.in.map(() => '?').join()})`, parameters: test.in };
  }
  const bounds = Object.entries(test) as [Comparison, ColumnValue][];
  const hasLower = bounds.some(([name]) => name === 'gt' || name === 'gte');
  const written = bounds.map(([name, value]): Sql => ({
    text: `${column} ${OPERATORS[name]} ?`,
    parameters: [value],
  }));
  return and(hasLower ? written : [{ text: `${column} > ?`, parameters: [ABSENT] }, ...written]);
}

/**
 * What comes after the values in this order. The bound of the first column is said by itself as well, so that SQLite begins there in
 * an index instead of passing over all that is before.
 */
function conditionAfter(
  columns: readonly { readonly name: string; readonly isDescending: boolean }[],
  values: readonly ColumnValue[],
): Sql {
  const [first, ...rest] = columns;
  const [value, ...more] = values;
  if (first === undefined || value === undefined) return { text: '0', parameters: [] };
  const { name, isDescending } = first;
  const beyond = `${name} ${isDescending ? '<' : '>'} ?`;
  if (rest.length === 0) return { text: beyond, parameters: [value] };
  const within = conditionAfter(rest, more);
  return {
    text: `(${name} ${isDescending ? '<=' : '>='} ? AND (${beyond} OR ${within.text}))`,
    parameters: [value, value, ...within.parameters],
  };
}

function and(conditions: readonly Sql[]): Sql {
  return {
    text: conditions.map(({ text }) => text).join(' AND '),
    parameters: conditions.flatMap(({ parameters }) => parameters),
  };
}

function all(conditions: readonly Sql[]): Sql {
  const { text, parameters } = and(conditions);
  return { text: text === '' ? '' : ` WHERE ${text}`, parameters };
}
