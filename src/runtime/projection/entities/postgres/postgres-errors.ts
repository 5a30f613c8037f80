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

/** Of this process, before anything was sent. */
const DEFECTS: readonly string[] = ['TypeError', 'RangeError'];

/** What is read of an error: by its members, since those of the file system and of sockets may be of another realm. */
interface Failure {
  readonly name?: string;
  readonly message?: string;
  readonly code?: unknown;
  readonly severity?: unknown;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

/** As damage or as trouble if that is what it tells of; otherwise the error itself. */
export function postgresError(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error;
  const { name = '', message = '', code, severity } = error as Failure;
  if (typeof code === 'string' && severity !== undefined) {
    if (code === DISK_FULL)
      return new DatabaseTrouble('full', 'there is no room on the disk of PostgreSQL', { cause: error });
    if (DAMAGED.includes(code)) return new DatabaseDamaged(message, { cause: error });
    return AWAY.test(code) ? new DatabaseTrouble('away', message, { cause: error }) : error;
  }
  // Every other error of `pg` is a broken connection.
  return DEFECTS.includes(name) ? error : new DatabaseTrouble('away', reasonOf(error), { cause: error });
}

/** The innermost cause, in one line. */
function reasonOf({ message = '', code, cause, errors }: Failure): string {
  if (typeof cause === 'object' && cause !== null) return reasonOf(cause);
  // A host name with several addresses: the message of the aggregate is empty.
  const [first] = errors ?? [];
  if (typeof first === 'object' && first !== null) return reasonOf(first);
  const [line = ''] = message.split('\n', 1);
  if (line !== '') return line;
  return typeof code === 'string' ? code : 'the connection was lost';
}
