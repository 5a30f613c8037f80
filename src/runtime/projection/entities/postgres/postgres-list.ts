/** The SQL of a list of entities in PostgreSQL. */
import type { Shape } from '../entity-database.js';
import {
  MAX_PAGE_LENGTH,
  type Comparison,
  type EntityFilter,
  type EntityQuery,
  type RelatedQuery,
} from '../entity-query.js';
import { ABSENT, type ColumnValue, type IndexKind } from '../index-kinds.js';
import { PARAMETER_TYPES, parameterOf } from './postgres-columns.js';
import { columnOf, type Tables } from './postgres-tables.js';

export interface Sql {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

interface SortedColumn {
  readonly name: string;
  readonly kind: IndexKind;
  readonly isDescending: boolean;
}

const OPERATORS: Readonly<Record<Comparison, string>> = { gt: '>', gte: '>=', lt: '<', lte: '<=' };

/** A page, one row more where there are more, the count and the position in one statement, so that all are as of the same moment. */
export function listSql(tables: Tables, number: number, { index }: Shape, query: EntityQuery): Sql {
  const { filters, isStopped = false, sort, limit, after, counts = false } = query;
  const table = tables.entities(number);
  const parameters = new Parameters();
  const columns: readonly SortedColumn[] = [
    ...sort.map(({ member, isDescending }) => ({
      name: columnOf(member),
      kind: kindOf(index, member),
      isDescending,
    })),
    { name: 'key', kind: 'text', isDescending: sort.at(-1)?.isDescending === true },
  ];
  const order = columns.map(orderOf).join();
  const matching = [
    ...filters.map((filter) => conditionOf(filter, kindOf(index, filter.member), parameters)),
    ...(isStopped ? ['fault is not null'] : []),
  ];
  const ranges = after === undefined ? [[]] : rangesAfter(columns, [...after.values, after.key], parameters);
  const selected = ['key', 'position', 'fault', 'view', ...sort.map(({ member }) => columnOf(member))].join();
  const limitText = parameters.add(limit + 1, 'bigint');
  const parts = ranges.map(
    (range) =>
      `(select ${selected} from ${table}${where([...matching, ...range])} order by ${order} limit ${limitText})`,
  );
  const isCounted = counts && matching.length > 0;
  const text = `
    select c.position as folded, c.entities,
      ${isCounted ? `(select count(*) from ${table}${where(matching)})` : 'null'} as matching,
      page.key, page.position, page.fault,
      case when page.before <= ${MAX_PAGE_LENGTH} then page.view end as view
    from ${tables.checkpoints} c left join (
      select ${selected}, row_number() over (order by ${order}) as place,
        sum(length(view)) over (order by ${order} rows unbounded preceding) - length(view) as before
      from (${parts.join(' union all ')}) found
      order by ${order} limit ${limitText}
    ) page on true
    where c.number = ${parameters.add(number, 'integer')}
    order by page.place`;
  return { text, parameters: parameters.values };
}

/** Of each key the first ones, found in the index, and one more where there are more. */
export function relatedSql(tables: Tables, number: number, { by, keys, limit }: RelatedQuery): Sql {
  const text = `
    select c.position as folded, page.place, page.key, page.position, page.fault,
      case when page.before <= ${MAX_PAGE_LENGTH} then page.view end as view
    from ${tables.checkpoints} c left join (
      select wanted.place, found.*,
        sum(length(view)) over (order by place, key rows unbounded preceding) - length(view) as before
      from unnest($1::text[]) with ordinality wanted(value, place) cross join lateral (
        select key, position, fault, view from ${tables.entities(number)}
        where ${columnOf(by)} = wanted.value order by key limit $2
      ) found
    ) page on true
    where c.number = $3
    order by page.place, page.key`;
  return { text, parameters: [keys, limit + 1, number] };
}

class Parameters {
  readonly values: unknown[] = [];

  /** @returns how the statement names it */
  add(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }

  of(kind: IndexKind, value: ColumnValue): string {
    return this.add(parameterOf(kind, value), PARAMETER_TYPES[kind]);
  }
}

function kindOf(index: Shape['index'], member: string): IndexKind {
  const kind = index[member];
  if (kind === undefined) throw new Error(`${member} is not in the index`);
  return kind;
}

/** What is absent comes before all others. */
const orderOf = ({ name, isDescending }: SortedColumn): string =>
  `${name} ${isDescending ? 'desc nulls last' : 'asc nulls first'}`;

function conditionOf({ member, test }: EntityFilter, kind: IndexKind, parameters: Parameters): string {
  const column = columnOf(member);
  if ('in' in test) {
    const [one, ...more] = test.in;
    if (one !== undefined && more.length === 0) return `${column} = ${parameters.of(kind, one)}`;
    const values = test.in.map((value) => parameterOf(kind, value));
    return `${column} = any(${parameters.add(values, `${PARAMETER_TYPES[kind]}[]`)})`;
  }
  return (Object.entries(test) as [Comparison, ColumnValue][])
    .map(([name, value]) => `${column} ${OPERATORS[name]} ${parameters.of(kind, value)}`)
    .join(' and ');
}

/**
 * What comes after the values in this order, as conditions of ranges that follow each other: each of them can begin in an index, where
 * one condition for nulls and others could not.
 */
function rangesAfter(
  columns: readonly SortedColumn[],
  values: readonly ColumnValue[],
  parameters: Parameters,
): readonly (readonly string[])[] {
  const [first, ...rest] = columns;
  const [value, ...more] = values;
  if (first === undefined || value === undefined) return [['false']];
  const { name, kind, isDescending } = first;
  const within = rest.length === 0 ? 'false' : conditionAfter(rest, more, parameters);
  if (value === ABSENT) {
    const among = [`${name} is null`, within];
    return isDescending ? [among] : [among, [`${name} is not null`]];
  }
  const bound = parameters.of(kind, value);
  const [beyond, from] = isDescending ? ['<', '<='] : ['>', '>='];
  const range = [`${name} ${from} ${bound}`, `(${name} ${beyond} ${bound} or ${within})`];
  return isDescending && name !== 'key' ? [range, [`${name} is null`]] : [range];
}

function conditionAfter(
  columns: readonly SortedColumn[],
  values: readonly ColumnValue[],
  parameters: Parameters,
): string {
  const ranges = rangesAfter(columns, values, parameters);
  return `(${ranges.map((range) => `(${range.join(' and ')})`).join(' or ')})`;
}

const where = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
