/** What an error of a database means: try again, build anew, have somebody look at it, or none of these: the query is wrong. */

/** It cannot be reached, is busy, or gave up a transaction for another one. The same again may succeed. */
export class DatabaseAway extends Error {}

/** The tables are no longer what was written. They are built anew from the log. */
export class TablesDamaged extends Error {}

/** The disk is full, or fails. No event is at fault. */
export class DatabaseFailing extends Error {}

/** A read beyond the end of the file: it was cut off. */
const CUT_OFF = 'SQLITE_IOERR_SHORT_READ';

/**
 * PostgreSQL, appendix A: connection exceptions, insufficient connections, a server that shuts down or starts, a transaction that
 * was given up for another one, and a lock that was not had in time.
 */
const AWAY = /^(?:08...|53300|57P0[123]|40001|40P01|55P03|25P03)$/;
/** Insufficient resources, system errors, internal errors. */
const FAILING = /^(?:53...|58...|XX...)$/;
/** Of Node. */
const NETWORK = /^(?:ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN|ENOENT$)/;
/** What `pg` says without a code. */
const NO_CONNECTION =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout)/;

/** One of the three errors above with the error as its cause; the error itself when it is that of a query. */
export function troubleOf(error: unknown): unknown {
  if (isTrouble(error)) return error;
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  const text = typeof message === 'string' && message !== '' ? message : String(code ?? error);
  if (typeof code !== 'string')
    return NO_CONNECTION.test(text) ? new DatabaseAway(text, { cause: error }) : error;
  const Trouble = code.startsWith('SQLITE_') ? sqliteTrouble(code) : postgresTrouble(code);
  return Trouble === undefined ? error : new Trouble(text, { cause: error });
}

export function isTrouble(error: unknown): error is DatabaseAway | TablesDamaged | DatabaseFailing {
  return error instanceof DatabaseAway || error instanceof TablesDamaged || error instanceof DatabaseFailing;
}

type Trouble = new (message: string, options: ErrorOptions) => Error;

function sqliteTrouble(code: string): Trouble | undefined {
  if (/^SQLITE_(?:BUSY|LOCKED)/.test(code)) return DatabaseAway;
  if (/^SQLITE_(?:CORRUPT|NOTADB)/.test(code) || code === CUT_OFF) return TablesDamaged;
  return /^SQLITE_(?:FULL|IOERR|CANTOPEN|NOMEM|PERM)/.test(code) ? DatabaseFailing : undefined;
}

function postgresTrouble(code: string): Trouble | undefined {
  if (AWAY.test(code) || NETWORK.test(code)) return DatabaseAway;
  return FAILING.test(code) ? DatabaseFailing : undefined;
}
