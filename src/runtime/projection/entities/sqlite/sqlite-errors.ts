/** What SQLite's errors say of a database of entities. */
import { DatabaseDamaged } from '../database-damage.js';
import { DatabaseTrouble } from '../database-trouble.js';

/** A read beyond the end of the file: it was cut off. */
const CUT_OFF = 'SQLITE_IOERR_SHORT_READ';

const isDamaged = (code: string): boolean =>
  code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || code === CUT_OFF;

/** While a database is opened: a statement of the runtime's own fails only when tables or columns are not those that it writes. */
export const isOtherSchema = (code: string): boolean => code === 'SQLITE_ERROR';

/** As damage or as trouble if that is what it tells of; otherwise the error itself. */
export function sqliteError(error: unknown, isDamageToo: (code: string) => boolean = () => false): unknown {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code !== 'string') return error;
  if (isDamaged(code) || isDamageToo(code)) return new DatabaseDamaged(String(message), { cause: error });
  if (code.startsWith('SQLITE_BUSY'))
    return new DatabaseTrouble('busy', 'another process holds a lock on the database', { cause: error });
  if (code === 'SQLITE_FULL')
    return new DatabaseTrouble('full', 'there is no room on the disk that has the database', {
      cause: error,
    });
  return error;
}
