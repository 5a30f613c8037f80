/** The store in PostgreSQL, for those who open it themselves or by URL. */
export { postgresDriver, urlWithoutPassword } from './postgres.driver.js';
export { PostgresStore, type PostgresOptions } from './postgres.store.js';
