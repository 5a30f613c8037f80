/** What PostgreSQL and the way to it can fail with, in the log's words. */
import pg from 'pg';
import { Problem } from '../../http/kernel/problem.js';
import { StorageFull, StoreUnavailable } from '../../event-log/errors.js';

/** PostgreSQL, appendix A: disk_full. */
const DISK_FULL = '53100';

/**
 * PostgreSQL, appendix A: the server is not to be had now, or has given up on this transaction. Connection exceptions, no
 * entry, no such database, insufficient resources, operator intervention, transaction rollback; a lock that was not given
 * in time; a session that idled for too long; a server that only reads, as the one does that was put in another’s place.
 */
const UNAVAILABLE = /^(?:08|28|3D|53|57|40|55P03|25P03|25P04|25006)/;

/** The error as the log's users know it; what is nobody's but the driver's fault stays as it is. */
export function ours(error: unknown): unknown {
  if (error instanceof Problem) return error;
  if (error instanceof pg.DatabaseError) {
    if (error.code === DISK_FULL) return new StorageFull({ cause: error });
    return UNAVAILABLE.test(error.code ?? '') ? new StoreUnavailable(undefined, { cause: error }) : error;
  }
  // What cannot even be sent has nothing to do with the server. All else that `pg` throws is a connection's end.
  if (error instanceof TypeError || error instanceof RangeError) return error;
  return new StoreUnavailable(undefined, { cause: error });
}

/** What went wrong at the bottom, in one line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return reasonOf(error.cause);
  // A name with several addresses: each was tried, and the error that sums it up says nothing.
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error.message.split('\n', 1)[0] ?? '';
}
