/** Maps errors of PostgreSQL and of the connection to those of an event store. */
import pg from 'pg';
import { Problem } from '../../http/kernel/problem.js';
import { StorageFull, StoreUnavailable, type StoreTrouble } from '../../event-log/errors.js';

/** PostgreSQL, appendix A: disk_full. */
const DISK_FULL = '53100';

/**
 * PostgreSQL, appendix A: errors of a server that is not available now, or has given up on this transaction. Connection
 * exception, invalid authorization, invalid catalog name, insufficient resources, operator intervention, transaction rollback;
 * lock and session timeouts.
 */
const UNAVAILABLE = /^(?:08|28|3D|53|57|40|55P03|25P03|25P04)/;

/** Those that have a name of their own. A standby is read-only, and so is who has `default_transaction_read_only`. */
const TROUBLES: ReadonlyMap<string, StoreTrouble> = new Map([
  ['25006', 'store-read-only'], // read_only_sql_transaction
  ['42501', 'store-denied'], // insufficient_privilege
  ['3F000', 'store-missing'], // invalid_schema_name
  ['42P01', 'store-missing'], // undefined_table
]);

/** StorageFull or StoreUnavailable, where the error is one; otherwise the error itself, which is a defect of this store. */
export function storeError(error: unknown): unknown {
  if (error instanceof Problem) return error;
  if (error instanceof pg.DatabaseError) {
    const { code = '' } = error;
    if (code === DISK_FULL) return new StorageFull({ cause: error });
    const trouble = TROUBLES.get(code);
    if (trouble !== undefined) return new StoreUnavailable(undefined, { cause: error, code: trouble });
    return UNAVAILABLE.test(code) ? new StoreUnavailable(undefined, { cause: error }) : error;
  }
  // A statement that could not be sent. Every other error of `pg` is a broken connection.
  if (error instanceof TypeError || error instanceof RangeError) return error;
  return new StoreUnavailable(undefined, { cause: error });
}

/** The innermost cause, in one line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return reasonOf(error.cause);
  // A host name with several addresses: the message of the aggregate is empty.
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error.message.split('\n', 1)[0] ?? '';
}
