/** Where a page of a list ends, as text that is handed back for the next page. */
import type { EntityProjectionDefinition } from '../../projection/entities/define-entity-projection.js';
import type { EntityCursor, SortBy } from '../../projection/entities/entity-query.js';
import { ABSENT, isColumnValue } from '../../projection/entities/index-kinds.js';
import { InvalidParameter } from '../kernel/problem.js';

type Indexed = Pick<EntityProjectionDefinition, 'index'>;

/** It says what the list is sorted by, so that it is not taken for a place in a list of another order. */
export function writeCursor({ values, key }: EntityCursor, sort: readonly SortBy[]): string {
  const parts = [sortText(sort), key, ...values.map((value) => (value === ABSENT ? null : value))];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** @throws InvalidParameter unless `writeCursor` can have made it for a list in this order */
export function readCursor(text: string, sort: readonly SortBy[], { index }: Indexed): EntityCursor {
  const [order, key, ...values] = partsIn(text);
  if (typeof order !== 'string' || typeof key !== 'string') throw notACursor();
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
  return { values: read, key };
}

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
