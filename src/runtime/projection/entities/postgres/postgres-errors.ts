/** What PostgreSQL's errors, and those of a connection to it, say of a database of entities. */
import { DatabaseDamaged } from '../database-damage.js';
import { DatabaseTrouble } from '../database-trouble.js';

/** PostgreSQL, appendix A: disk_full. */
const DISK_FULL = '53100';
/** Appendix A: undefined table, column and schema, data and index corrupted. Nothing but the runtime makes or drops its tables. */
const DAMAGED: readonly string[] = ['42P01', '42703', '3F000', 'XX001', 'XX002'];
/**
 * Appendix A: a server that is not available now, or has given up on this transaction: connection exception, invalid authorization,
 * invalid catalog name, insufficient resources, operator intervention, transaction rollback, lock and session timeouts, a standby.
 */
const AWAY = /^(?:08|28|3D|53|57|40|55P03|25P03|25P04|25006|42501)/;

/** As damage or as trouble if that is what it tells of; otherwise the error itself. */
export function postgresError(error: unknown): unknown {
  if (isOfServer(error)) {
    const { code, message } = error;
    if (code === DISK_FULL)
      return new DatabaseTrouble('full', 'there is no room on the disk of PostgreSQL', { cause: error });
    if (DAMAGED.includes(code)) return new DatabaseDamaged(message, { cause: error });
    return AWAY.test(code) ? new DatabaseTrouble('away', message, { cause: error }) : error;
  }
  // A statement that could not be sent, and what was thrown for a reason of its own. Every other error of `pg` is a broken connection.
  const isOfConnection =
    error instanceof Error && !(error instanceof TypeError || error instanceof RangeError);
  return isOfConnection ? new DatabaseTrouble('away', reasonOf(error), { cause: error }) : error;
}

/** By its members, so that the client need not be loaded. */
function isOfServer(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string';
}

/** The innermost cause, in one line. */
function reasonOf(error: Error): string {
  if (error.cause instanceof Error) return reasonOf(error.cause);
  // A host name with several addresses: the message of the aggregate is empty.
  const [first] = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [];
  if (first instanceof Error) return reasonOf(first);
  return error.message.split('\n', 1)[0] ?? '';
}
