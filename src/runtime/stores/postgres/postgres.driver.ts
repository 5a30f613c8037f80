/** Opens a log in PostgreSQL by URL: `postgres://user:password@host:port/database`. */
import { StoreNotOpened, type StoreDriver } from '../drivers.js';

/** Missing parts of the URL come from the environment (`PGPASSWORD` and so on). The tables are in the schema `leftfold`. */
export const postgresDriver: StoreDriver = {
  protocols: ['postgres:', 'postgresql:'],
  async open(url, { onConnection }) {
    const database = urlWithoutPassword(url);
    const [{ PostgresStore }, { reasonOf }] = await Promise.all([
      import('./postgres.store.js'),
      import('./database-errors.js'),
    ]);
    try {
      return await PostgresStore.open({
        url,
        onConnection: (lost) => {
          onConnection?.(lost === undefined ? `${database} is back` : `${database} is away: ${lost}`);
        },
      });
    } catch (error) {
      throw new StoreNotOpened(`${database} cannot be used: ${reasonOf(error)}`, { cause: error });
    }
  },
};

/**
 * The URL as it may be shown: without the password, and without the parameters, since one of them may be a password.
 *
 * @throws StoreNotOpened when it is not the URL of a database
 */
export function urlWithoutPassword(url: string): string {
  if (!/^postgres(ql)?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new StoreNotOpened(
      'the URL of a database is like postgres://user:password@localhost:5432/database, with special characters percent-encoded',
    );
  }
  const { protocol, username, host, pathname } = new URL(url);
  return `${protocol}//${username === '' ? '' : `${username}@`}${host}${pathname}`;
}
