/** The SQL of a list of entities in SQLite. */
import {
  MAX_PAGE_LENGTH,
  type Comparison,
  type EntityFilter,
  type EntityQuery,
  type RelatedQuery,
} from '../entity-query.js';
import { ABSENT, type ColumnValue } from '../index-kinds.js';
import { columnOf } from './sqlite-schema.js';

export interface Sql {
  readonly text: string;
  readonly parameters: readonly ColumnValue[];
}

const STOPPED: Sql = { text: 'fault IS NOT NULL', parameters: [] };

const OPERATORS: Readonly<Record<Comparison, string>> = { gt: '>', gte: '>=', lt: '<', lte: '<=' };

/**
 * A page, one row more where there are more, the count and the position in one statement, so that all are as of the same moment.
 * Materialized: then all of it is found with the first row. Views beyond the length of a page are not kept.
 */
export function listSql({
  filters,
  isStopped = false,
  sort,
  limit,
  after,
  counts = false,
}: EntityQuery): Sql {
  const keyDirection = sort.at(-1)?.isDescending === true;
  const columns = [
    ...sort.map(({ member, isDescending }) => ({ name: columnOf(member), isDescending })),
    { name: 'key', isDescending: keyDirection },
  ];
  const matching = [...filters.map(conditionOf), ...(isStopped ? [STOPPED] : [])];
  const page = where([
    ...matching,
    ...(after === undefined ? [] : [conditionAfter(columns, [...after.values, after.key])]),
  ]);
  const order = columns.map(({ name, isDescending }) => (isDescending ? `${name} DESC` : name)).join();
  const isCounted = counts && matching.length > 0;
  const all = where(matching);
  const text = `
    WITH page AS MATERIALIZED (
      SELECT key, position, fault, CASE WHEN before <= ${MAX_PAGE_LENGTH} THEN view END AS view FROM (
        SELECT key, position, fault, view, sum(length(view)) OVER (ROWS UNBOUNDED PRECEDING) - length(view) AS before
        FROM (SELECT key, position, fault, view FROM entities${page.text} ORDER BY ${order} LIMIT ?)
      )
    )
    SELECT checkpoint.position AS folded, entities,
      ${isCounted ? `(SELECT count(*) FROM entities${all.text})` : 'NULL'} AS matching, page.*
    FROM checkpoint LEFT JOIN page`;
  return { text, parameters: [...page.parameters, limit + 1, ...(isCounted ? all.parameters : [])] };
}

/** Of each key the first ones, found in the index, and one more where there are more. */
export function relatedSql({ by, keys, limit }: RelatedQuery): Sql {
  const values = keys.map((_, place) => `(${place + 1}, ?)`).join();
  // Of no keys there is still a position.
  const wanted = keys.length === 0 ? 'SELECT NULL, NULL WHERE 0' : `VALUES ${values}`;
  const text = `
    WITH wanted (place, value) AS (${wanted}),
    page AS MATERIALIZED (
      SELECT place, key, position, fault, CASE WHEN before <= ${MAX_PAGE_LENGTH} THEN view END AS view FROM (
        SELECT wanted.place, found.key, found.position, found.fault, found.view,
          sum(length(found.view)) OVER (ORDER BY wanted.place, found.key ROWS UNBOUNDED PRECEDING) - length(found.view) AS before
        FROM wanted CROSS JOIN entities found
        WHERE found.id IN (SELECT id FROM entities WHERE ${columnOf(by)} = wanted.value ORDER BY key LIMIT ?)
      )
    )
    SELECT checkpoint.position AS folded, page.* FROM checkpoint LEFT JOIN page ORDER BY page.place, page.key`;
  return { text, parameters: [...keys, limit + 1] };
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

function where(conditions: readonly Sql[]): Sql {
  const { text, parameters } = and(conditions);
  return { text: text === '' ? '' : ` WHERE ${text}`, parameters };
}
