/** What a client asks of a list: `?status=open&total.gte=10&sort=-total,opened&limit=50&cursor=…`. */
import { position, type Position } from '../../event-log/event.js';
import type { EntityProjectionDefinition } from '../../projection/entities/define-entity-projection.js';
import { ADDED_MEMBERS, LIST_PARAMETERS } from '../../projection/entities/entity-members.js';
import type {
  Comparison,
  EntityFilter,
  EntityQuery,
  SortBy,
} from '../../projection/entities/entity-query.js';
import {
  SHOWN,
  columnValueOfText,
  type ColumnValue,
  type IndexKind,
} from '../../projection/entities/index-kinds.js';
import { manyValues, oneValue, wholeNumber, type QueryString } from '../kernel/parameters.js';
import { InvalidParameter } from '../kernel/problem.js';
import { readInclude } from './included.js';
import { readCursor, type CursorScope } from './list-cursor.js';

export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 1000;
/** Values of one member; each is looked for by itself. */
export const MAX_VALUES = 50;
const COMPARISONS: readonly Comparison[] = ['gt', 'gte', 'lt', 'lte'];

export interface ListRequest extends EntityQuery {
  readonly counts: boolean;
  /** The members of the view to answer with; undefined: all. */
  readonly fields: readonly string[] | undefined;
  /** The relations whose entities are answered with those of the list. */
  readonly include: readonly string[];
  /** Everything up to it must be folded. */
  readonly reached: Position | undefined;
}

type Indexed = Pick<EntityProjectionDefinition, 'name' | 'index' | 'relations'>;

/**
 * @param members of the view, where they are known
 * @throws InvalidParameter also for what is not indexed, with what is
 */
export function readList(
  query: QueryString,
  definition: Indexed,
  members: readonly string[] | undefined,
): ListRequest {
  const known = parametersOf(definition);
  const filters = Object.keys(query)
    .filter((name) => !known.includes(name))
    .map((name) => filterOf(name, query, definition));
  const sort = readSort(query, definition);
  const after = wholeNumber(query, 'after');
  const cursor = oneValue(query, 'cursor');
  const isStopped = readTruth(query, 'faulted');
  const scope: CursorScope = { filters: merged(filters), sort, isStopped };
  return {
    ...scope,
    limit: wholeNumber(query, 'limit', { min: 1, max: MAX_LIMIT }) ?? DEFAULT_LIMIT,
    ...(cursor !== undefined && { after: readCursor(cursor, scope, definition) }),
    counts: readTruth(query, 'count'),
    fields: readFields(query, definition, members),
    include: readInclude(query, definition),
    reached: after === undefined ? undefined : position(after),
  };
}

/** Of a list of this projection, beside what it can be filtered by. */
function parametersOf({ relations }: Indexed): readonly string[] {
  const isRelated = Object.keys(relations).length > 0;
  return LIST_PARAMETERS.filter((name) => name !== 'at' && (isRelated || name !== 'include'));
}

/**
 * `fields=status,total`. A member that an entity does not have is left out.
 *
 * @param members of the view; undefined: which there are is not known, and any may be named
 * @throws InvalidParameter
 */
export function readFields(
  query: QueryString,
  { name: projection }: Pick<Indexed, 'name'>,
  members: readonly string[] | undefined,
): readonly string[] | undefined {
  const text = oneValue(query, 'fields');
  if (text === undefined) return undefined;
  const names = text.split(',');
  if (names.some((name) => name === ''))
    throw new InvalidParameter('fields', 'fields must be members of the view, as in ?fields=status,total');
  const unknown = members && names.find((name) => !members.includes(name) && !ADDED_MEMBERS.includes(name));
  if (members !== undefined && unknown !== undefined) {
    const known = members.length === 0 ? 'has none' : `has ${members.join(', ')}`;
    throw new InvalidParameter('fields', `${projection} has no member ${shown(unknown)}; it ${known}.`);
  }
  return names;
}

function readTruth(query: QueryString, name: string): boolean {
  const text = oneValue(query, name);
  if (text === undefined || text === 'false') return false;
  if (text !== 'true') throw new InvalidParameter(name, `${name} must be true or false`);
  return true;
}

function readSort(query: QueryString, definition: Indexed): readonly SortBy[] {
  const text = oneValue(query, 'sort');
  if (text === undefined) return [];
  const sort = text.split(',').map((each): SortBy => {
    const isDescending = each.startsWith('-');
    const member = isDescending ? each.slice(1) : each;
    if (!Object.hasOwn(definition.index, member))
      throw new InvalidParameter(
        'sort',
        `${definition.name} cannot be sorted by ${shown(member)}; ${sortable(definition)}.`,
      );
    return { member, isDescending };
  });
  const members = sort.map(({ member }) => member);
  const twice = members.find((member, place) => members.indexOf(member) < place);
  if (twice !== undefined) throw new InvalidParameter('sort', `sort names ${twice} twice; name it once.`);
  return sort;
}

function filterOf(name: string, query: QueryString, definition: Indexed): EntityFilter {
  const dot = name.lastIndexOf('.');
  const [member, comparison] = dot < 0 ? [name] : [name.slice(0, dot), name.slice(dot + 1)];
  const kind = Object.hasOwn(definition.index, member) ? definition.index[member] : undefined;
  if (kind === undefined) {
    throw new InvalidParameter(
      name,
      `${definition.name} cannot be filtered by ${shown(member)}; ${filterable(definition)}. ` +
        `Beside them there are ${parametersOf(definition).join(', ')}.`,
    );
  }
  if (comparison === undefined) {
    const values = manyValues(query, name);
    if (values.length > MAX_VALUES)
      throw new InvalidParameter(name, `${name} is there ${values.length} times; at most ${MAX_VALUES}.`);
    return { member, test: { in: values.map((text) => valueOf(name, kind, text)) } };
  }
  const operator = COMPARISONS.find((each) => each === comparison);
  if (operator === undefined) {
    throw new InvalidParameter(
      name,
      `There is no comparison ${shown(comparison)}; there are ${COMPARISONS.join(', ')}, as in ?${member}.gte=…`,
    );
  }
  return { member, test: { [operator]: valueOf(name, kind, oneValue(query, name) ?? '') } };
}

function valueOf(name: string, kind: IndexKind, text: string): ColumnValue {
  // A plus sign that was not encoded has become a space on its way here; in a time nothing else could stand there.
  const written = kind === 'time' ? text.replace(/ (?=\d\d:\d\d$)/, '+') : text;
  const value = columnValueOfText(kind, written);
  if (value === undefined)
    throw new InvalidParameter(name, `${name} must be ${SHOWN[kind]}, not ${JSON.stringify(shown(text))}.`);
  return value;
}

/** Both bounds of one member in one filter. */
function merged(filters: readonly EntityFilter[]): readonly EntityFilter[] {
  const bounds = new Map<string, EntityFilter>();
  const values = filters.filter((filter) => {
    if ('in' in filter.test) return true;
    const known = bounds.get(filter.member)?.test;
    bounds.set(filter.member, { member: filter.member, test: { ...known, ...filter.test } });
    return false;
  });
  return [...values, ...bounds.values()];
}

const sortable = ({ index }: Indexed): string => listed(index, 'it can be sorted by');
const filterable = ({ index }: Indexed): string => listed(index, 'it can be filtered by');

function listed(index: Indexed['index'], sentence: string): string {
  const members = Object.keys(index).join(', ');
  return members === '' ? 'it has no index' : `${sentence} ${members}`;
}

const MAX_SHOWN = 40;

const shown = (text: string): string => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
