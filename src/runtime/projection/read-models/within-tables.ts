/** Which read model's tables the code that runs now has a connection to already: a handler, or a read. */
import { AsyncLocalStorage } from 'node:async_hooks';

const names = new AsyncLocalStorage<string>();

/** Runs a handler or a read of this read model. */
export const withinTables = <Result>(name: string, work: () => Result): Result => names.run(name, work);

/**
 * In SQLite a second connection would be waited for without end, and a handler that reads beside its transaction would not do the
 * same in a rebuild.
 *
 * @throws Error within a handler or a read of this read model
 */
export function requireOutsideTables(name: string): void {
  if (names.getStore() !== name) return;
  throw new Error(`a handler or a read of ${name} asks the db that it is given, not that of the read model`);
}
