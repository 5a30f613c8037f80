/** What SQLite says of a file that is no longer what was written. */

/** The database cannot be used. What was in it is folded anew from the log. */
export class DatabaseDamaged extends Error {}

/** A read beyond the end of the file: it was cut off. */
const CUT_OFF = 'SQLITE_IOERR_SHORT_READ';

const isDamaged = (code: string): boolean =>
  code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || code === CUT_OFF;

/** While a database is opened: a statement of the runtime's own fails only when tables or columns are not those that it writes. */
export const isOtherSchema = (code: string): boolean => code === 'SQLITE_ERROR';

/** The error, as damage if that is what it tells of. */
export function asDamage(error: unknown, isToo: (code: string) => boolean = () => false): unknown {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code !== 'string' || !(isDamaged(code) || isToo(code))) return error;
  return new DatabaseDamaged(String(message), { cause: error });
}
