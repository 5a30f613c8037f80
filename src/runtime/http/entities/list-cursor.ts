/** Where a page of a list ends, as text that is handed back for the next page. */
import { createHash } from 'node:crypto';
import {
  MAX_ENTITY_KEY_LENGTH,
  type EntityProjectionDefinition,
} from '../../projection/entities/define-entity-projection.js';
import type { EntityCursor, EntityQuery, SortBy } from '../../projection/entities/entity-query.js';
import { ABSENT, isColumnValue } from '../../projection/entities/index-kinds.js';
import { InvalidParameter } from '../kernel/problem.js';

type Indexed = Pick<EntityProjectionDefinition, 'name' | 'index'>;

/** What makes a list another one: in it a cursor would be a place of no meaning. */
export type CursorScope = Pick<EntityQuery, 'filters' | 'sort' | 'isStopped'>;

/** It says of which list it is, so that it is not taken for a place in one of another projection, order or filter. */
export function writeCursor({ values, key }: EntityCursor, scope: CursorScope, { name }: Indexed): string {
  const written = values.map((value) => (value === ABSENT ? null : value));
  const parts = [sortText(scope.sort), digestOf(name, scope), key, ...written];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** @throws InvalidParameter unless `writeCursor` can have made it for this list in this order */
export function readCursor(text: string, scope: CursorScope, { name, index }: Indexed): EntityCursor {
  const { sort } = scope;
  const [order, digest, key, ...values] = partsIn(text);
  if (typeof order !== 'string' || typeof digest !== 'string' || !isKey(key)) throw notACursor();
  if (order !== sortText(sort)) {
    const given = order === '' ? 'without sort' : `for sort=${order.slice(0, 100)}`;
    throw new InvalidParameter(
      'cursor',
      `This cursor was given ${given}; ask with the same sort, or without the cursor.`,
    );
  }
  const read = sort.map(({ member }, place) => {
    const [kind, value] = [index[member], values[place]];
    if (value === null) return ABSENT;
    if (kind === undefined || !isColumnValue(kind, value)) throw notACursor();
    return value;
  });
  if (values.length !== sort.length) throw notACursor();
  if (digest !== digestOf(name, scope))
    throw new InvalidParameter(
      'cursor',
      'This cursor was given for another list, or for other filters; ask with the same ones, or without the cursor to begin anew.',
    );
  return { values: read, key };
}

/** The same whatever order the filters and their values are asked in. */
function digestOf(name: string, { filters, isStopped = false }: CursorScope): string {
  const written = filters.map(({ member, test }) => {
    const values = 'in' in test ? [...test.in].sort() : Object.entries(test).sort();
    return JSON.stringify([member, 'in' in test, values]);
  });
  const text = JSON.stringify([name, isStopped, written.sort()]);
  return createHash('sha256').update(text).digest('base64url').slice(0, DIGEST_LENGTH);
}

/** 96 bits: it finds mistakes, and protects nothing. */
const DIGEST_LENGTH = 16;

const isKey = (key: unknown): key is string =>
  typeof key === 'string' && key.length <= MAX_ENTITY_KEY_LENGTH && key.isWellFormed() && !key.includes('\0');

function partsIn(text: string): readonly unknown[] {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) throw notACursor();
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (Array.isArray(parts)) return parts;
  } catch {
    // refused below, as what is no list
  }
  throw notACursor();
}

const sortText = (sort: readonly SortBy[]): string =>
  sort.map(({ member, isDescending }) => `${isDescending ? '-' : ''}${member}`).join();

const notACursor = (): InvalidParameter =>
  new InvalidParameter(
    'cursor',
    'cursor must be what next of a page has; ask without it for the first page.',
  );
