/** Where an application's entity projections have their databases. */
import { EventStore } from './event-log/event-store.js';
import type { LeftfoldOptions } from './leftfold-options.js';
import { PostgresDatabases } from './projection/entities/postgres/postgres-databases.js';
import { SqliteDatabases } from './projection/entities/sqlite/sqlite-databases.js';
import { projectionSettings } from './projection-settings.js';
import { MemoryStore } from './stores/memory.store.js';

const POSTGRES = 'postgres://user@localhost/database';
/** Of a log that is kept; nothing is asked of it. */
const KEPT = Object.create(EventStore.prototype) as EventStore;

const databasesOf = (options: LeftfoldOptions, store = KEPT): unknown =>
  projectionSettings(options, store).entityDatabasesOf?.('orders');

describe('the entities of an application are kept', () => {
  it('in PostgreSQL where the log is', () => {
    expect(databasesOf({ store: POSTGRES })).toBeInstanceOf(PostgresDatabases);
  });

  it('in SQLite files where the log is in files', () => {
    const options = { store: 'lmdb:data/log', snapshots: { folder: 'data' } };
    expect(databasesOf(options)).toBeInstanceOf(SqliteDatabases);
  });

  it('where the application says', () => {
    const snapshots = { folder: 'data' };
    const inFiles = { store: POSTGRES, snapshots, entities: { postgres: false } } as const;
    expect(databasesOf(inFiles)).toBeInstanceOf(SqliteDatabases);
    const inPostgres = { store: 'lmdb:data/log', snapshots, entities: { postgres: POSTGRES } };
    expect(databasesOf(inPostgres)).toBeInstanceOf(PostgresDatabases);
  });

  it('in memory where the log is', () => {
    const options = { store: 'memory:', entities: { postgres: POSTGRES } };
    expect(databasesOf(options, new MemoryStore())).toBeUndefined();
  });
});
