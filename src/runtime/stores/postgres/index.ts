/** The store in PostgreSQL, for those who open it themselves or by URL. */
export { postgresDriver, urlWithoutPassword } from './postgres.driver.js';
export type { PostgresOptions } from './postgres-options.js';
export { PostgresStore } from './postgres.store.js';
