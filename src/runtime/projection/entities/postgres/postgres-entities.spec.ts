/** Entities in PostgreSQL through lost connections, doubled writes and dropped tables; and the view that other programs read. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  added,
  cancelled,
  changedOrders,
  opened,
  orderContracts,
  orders,
} from '../../../../../test/support/app/orders.js';
import { PostgresEntityStore } from '../../../../../test/support/entity-stores.js';
import { PostgresProxy } from '../../../../../test/support/postgres-proxy.js';
import { describeWithPostgres, postgresUrl } from '../../../../../test/support/postgres.js';
import { runEntities, type RunningEntities } from '../../../../../test/support/running-entities.js';
import { EventLog } from '../../../event-log/event-log.js';
import { position } from '../../../event-log/event.js';
import { MemoryStore } from '../../../stores/memory.store.js';
import { CheckpointMoved, DatabaseClosed, DatabaseDamaged } from '../database-damage.js';
import { EntityDatabaseAway, EntityQueryTooSlow } from '../entity-problems.js';
import { rebuildEntities } from '../entity-operations.js';
import { QueryGate } from '../query-gate.js';
import { MAX_READERS, PostgresConnections } from './postgres-connections.js';
import { schemaNameOf } from './postgres-tables.js';

const OPTIONS = { onProgress: () => undefined, signal: new AbortController().signal };
const ALL = { filters: [], sort: [], limit: 10 };

describeWithPostgres('an entity projection in PostgreSQL', () => {
  let log: EventLog;
  let proxy: PostgresProxy;
  let store: PostgresEntityStore;
  let running: RunningEntities<unknown>;

  beforeEach(async () => {
    log = new EventLog(new MemoryStore());
    log.contracts.register(orderContracts);
    proxy = await PostgresProxy.to(await postgresUrl());
    store = await PostgresEntityStore.create(proxy.url);
    running = runEntities(orders, log, store.databases());
    await log.append([opened('a', 'Ann'), added('a', 5)]);
    await running.caughtUp();
  });

  afterEach(async () => {
    proxy.allow();
    await running.projection.stop();
    await log.close();
    await store.remove();
    await proxy.close();
  });

  it('goes on by itself after a lost connection, and says meanwhile that its database is away', async () => {
    proxy.refuse();
    await log.append([added('a', 7), opened('b', 'Bob')]);
    while (running.projection.trouble === undefined) await pause(2);
    expect(running.projection.status).toBe('following');
    expect(await running.view('a')).toMatchObject({ total: '5', position: 2 }); // from the cache
    await expect(running.projection.list(ALL)).rejects.toThrow(EntityDatabaseAway);
    await expect(running.projection.list(ALL)).rejects.toThrow('The database of orders cannot be used now');
    proxy.allow();
    await running.caughtUp();
    expect(await running.view('a')).toMatchObject({ total: '12', position: 3 });
    expect((await running.projection.list({ ...ALL, counts: true })).count).toBe(2);
    expect(running.told.faults).toEqual([]);
    expect(running.projection.trouble).toBeUndefined();
  });

  it('takes what is written twice, as after a connection that broke with the answer, and nothing else', async () => {
    const { folding } = running.projection;
    const { database, checkpoint } = folding;
    const changes = { written: [], removed: ['a'], snapshots: [], refolded: [] };
    const next = { ...checkpoint, position: position(3), hash: 'next', entities: 0 };
    await database.apply(changes, next, checkpoint.position);
    await database.apply(changes, next, checkpoint.position);
    expect(await database.checkpoint()).toEqual(next);
    const other = { ...next, hash: 'other' };
    await expect(database.apply(changes, other, checkpoint.position)).rejects.toThrow(CheckpointMoved);
  });

  it('counts each event once when two processes fold into the same tables', async () => {
    const other = runEntities(orders, log, store.databases());
    await other.caughtUp();
    for (let index = 0; index < 20; index += 1) await log.append([added('a', 1), opened(`k${index}`)]);
    await Promise.all([running.caughtUp(), other.caughtUp()]);
    const alone = runEntities(orders, log);
    await alone.caughtUp();
    for (const { projection, view, told } of [running, other]) {
      expect(await view('a')).toMatchObject({ total: '25' });
      expect(projection.digest).toBe(alone.projection.digest);
      expect(told.faults).toEqual([]);
    }
    await alone.projection.stop();
    await other.projection.stop();
  });

  it('goes on from the tables that another process has put in the place of its own', async () => {
    const other = runEntities(orders, log, store.databases());
    await other.caughtUp();
    await rebuildEntities(other.projection, OPTIONS);
    const names = await store.databases().list();
    await expect(running.projection.list(ALL)).rejects.toThrow(EntityDatabaseAway);
    await running.caughtUp();
    expect((await running.projection.list(ALL)).items).toMatchObject([{ key: 'a', position: 2 }]);
    expect((await other.projection.list(ALL)).items).toMatchObject([{ key: 'a', position: 2 }]);
    expect(await store.databases().list()).toEqual(names);
    expect(running.told.recovered).toMatchObject([{}, { restoredFrom: 2 }]);
    await other.projection.stop();
  });

  it('gives its connection back where there is no view to read, and says that it is damaged', async () => {
    await store.prefix.sql(`delete from ${store.schema}.checkpoints`);
    const { database } = running.projection.folding;
    for (let times = 0; times <= MAX_READERS; times += 1)
      await expect(database.reader()).rejects.toThrow(DatabaseDamaged);
  });

  it('takes damage that a reader finds for damage', async () => {
    const { database } = running.projection.folding;
    const reader = await database.reader();
    await store.change(`update entities set state = '\\x00'`);
    await reader?.close();
    const later = await database.reader();
    await expect(later?.entitiesAfter('', 10)).rejects.toThrow(DatabaseDamaged);
    await later?.close();
  });

  it('opens no connection once its databases are closed', async () => {
    const databases = store.databases();
    await databases.list();
    await databases.close();
    await expect(databases.remove('9')).rejects.toThrow(DatabaseClosed);
  });

  it('is folded anew when its tables are gone', async () => {
    await store.prefix.sql(`drop schema ${store.schema} cascade`);
    await expect(running.projection.list(ALL)).rejects.toThrow(EntityDatabaseAway);
    await running.caughtUp();
    expect((await running.projection.list(ALL)).items).toMatchObject([{ key: 'a', position: 2 }]);
  });

  it('ends a query that takes too long on the server as well', async () => {
    const connections = new PostgresConnections(proxy.url);
    connections.begin();
    const gate = new QueryGate({ concurrent: 1, timeoutMs: 100 });
    const sleeping = gate.run(OPTIONS.signal, (signal) =>
      connections.query('select pg_sleep(25) as "leftfold too slow"', [], signal),
    );
    await expect(sleeping).rejects.toThrow(EntityQueryTooSlow);
    const left = await store.prefix.sql(
      `select from pg_stat_activity where state = 'active' and query like '%leftfold too slow%' and pid <> pg_backend_pid()`,
    );
    expect(left).toEqual([]);
    await connections.end();
  });

  describe('has a view entity_list for other programs, which', () => {
    const rows = (sql: string): Promise<readonly object[]> =>
      store.prefix.sql(sql.replace('entity_list', `${store.schema}.entity_list`));

    it('has the members of the index in proper types, and the whole view', async () => {
      await log.append([opened('b', 'Bob'), added('b', -3)]);
      await running.caughtUp();
      expect(
        await rows('select key, position, status, customer, total, items from entity_list order by total'),
      ).toEqual([
        { key: 'b', position: '4', status: 'open', customer: 'Bob', total: '-3', items: 1 },
        { key: 'a', position: '2', status: 'open', customer: 'Ann', total: '5', items: 1 },
      ]);
      expect(
        await rows(
          'select pg_typeof(total)::text as total, pg_typeof(opened)::text as opened from entity_list limit 1',
        ),
      ).toEqual([{ total: 'numeric', opened: 'timestamp with time zone' }]);
      expect(await rows(`select json ->> 'total' as total from entity_list where total > 0`)).toEqual([
        { total: '5' },
      ]);
    });

    it('is that of the rebuilt table after a rebuild, and views on it stay', async () => {
      await store.prefix.sql(
        `create view ${store.schema}.open_orders as select key from ${store.schema}.entity_list where status = 'open'`,
      );
      await rebuildEntities(running.projection, OPTIONS);
      await log.append([opened('b'), cancelled('a')]);
      await running.caughtUp();
      expect(await store.prefix.sql(`select key from ${store.schema}.open_orders`)).toEqual([{ key: 'b' }]);
    });

    it('stays when a rebuild does not hear whether it has taken its place', async () => {
      const { place } = running.projection;
      const create = place.create.bind(place);
      place.create = async (...parameters) => {
        const folding = await create(...parameters);
        const serve = folding.database.serve.bind(folding.database);
        folding.database.serve = async () => {
          folding.database.serve = serve;
          const cut = proxy.cutNext('after the commit');
          await Promise.all([serve(), cut]);
        };
        return folding;
      };
      expect(await rebuildEntities(running.projection, OPTIONS)).toMatchObject({ equal: true });
      expect(await rows('select key from entity_list')).toEqual([{ key: 'a' }]);
    });

    it('is that of the tables before when a rebuild fails that has shown its own', async () => {
      const { place } = running.projection;
      const create = place.create.bind(place);
      place.create = async (...parameters) => {
        const folding = await create(...parameters);
        const serve = folding.database.serve.bind(folding.database);
        folding.database.serve = async () => {
          await serve();
          throw new Error('the process ends');
        };
        return folding;
      };
      await expect(rebuildEntities(running.projection, OPTIONS)).rejects.toThrow('the process ends');
      await log.append([opened('b')]);
      await running.caughtUp();
      expect(await rows('select key from entity_list order by key')).toEqual([{ key: 'a' }, { key: 'b' }]);
    });

    it('has other columns once the index has', async () => {
      await running.projection.stop();
      running = runEntities(
        changedOrders({ index: { items: 'number' }, compound: [] }),
        log,
        store.databases(),
      );
      await running.caughtUp();
      expect(await rows('select * from entity_list')).toEqual([
        { key: 'a', position: '2', items: 1, json: expect.objectContaining({ total: '5' }) as unknown },
      ]);
    });
  });

  it('keeps texts, times and integers of any size as they are ordered in SQLite', async () => {
    const customers = ['', 'a', 'B', 'é', 'z', '\u{1F418}', '\u{FFFD}', 'a b', 'ab'];
    await log.append(customers.map((customer, index) => opened(`c${index}`, customer)));
    await running.caughtUp();
    const embedded = runEntities(orders, log);
    await embedded.caughtUp();
    for (const isDescending of [false, true]) {
      const query = { ...ALL, limit: 100, sort: [{ member: 'customer', isDescending }] };
      const [mine, other] = await Promise.all([
        running.projection.list(query),
        embedded.projection.list(query),
      ]);
      expect(mine).toEqual(other);
    }
    expect(running.projection.digest).toBe(embedded.projection.digest);
    await embedded.projection.stop();
  });
});

describe('the schema of an entity projection', () => {
  it('is named by it, within what PostgreSQL takes', () => {
    expect(schemaNameOf('leftfold', 'daily-orders')).toBe('leftfold_daily_orders');
    const [one, other] = ['x', 'y'].map((last) => schemaNameOf('leftfold', `${'o'.repeat(80)}${last}`));
    expect(one).toHaveLength(63);
    expect(one).not.toBe(other);
  });
});
