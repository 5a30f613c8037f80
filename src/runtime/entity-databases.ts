/** Where entity projections have their databases, by the options of the application. */
import { isPostgres } from './checked-options.js';
import type { EntityOptions, LeftfoldOptions } from './leftfold-options.js';
import type { EntityDatabases } from './projection/entities/entity-database.js';
import { postgresDatabasesOf } from './projection/entities/postgres/postgres-databases.js';
import { SqliteDatabases } from './projection/entities/sqlite/sqlite-databases.js';
import { snapshotFolder } from './projection/snapshots/file-snapshot-store.js';

/** As a worker has them, whose log may be another one's file. */
export function entitiesOf(
  location: LeftfoldOptions['store'],
  {
    postgres = typeof location === 'string' && isPostgres(location) && location,
    prefix,
  }: Partial<EntityOptions> = {},
): Partial<EntityOptions> {
  return { postgres, ...(prefix !== undefined && { prefix }) };
}

/** Where each entity projection has its databases. */
export function entityDatabasesOf(
  store: LeftfoldOptions['store'],
  folder: string | undefined,
  { postgres = isPostgres(store) && store, prefix }: Partial<EntityOptions> = {},
): (projection: string) => EntityDatabases {
  if (postgres !== false)
    return postgresDatabasesOf({ url: postgres, ...(prefix !== undefined && { prefix }) });
  return (name) => new SqliteDatabases(folder === undefined ? undefined : snapshotFolder(folder, name));
}
