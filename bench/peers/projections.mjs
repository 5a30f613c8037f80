/**
 * emmett's projections, in a process of their own: the accounts of `bench/entities`, a stream for each, folded by an asynchronous
 * projection from the first event to the last. In PostgreSQL by Pongo's projection of a single stream; in SQLite, which has no such, by
 * the projection of raw SQL, an upsert for each event.
 *
 *   node projections.mjs '{"peer":"sqlite","folder":"/tmp/x","events":20000,"keys":2000}'   prints its rate as JSON
 */
import { depositOf } from '../entities/deposits.mjs';

const TYPE = 'account.deposited';
/** As large as Leftfold's own pages; the consumers' default is 100 events and a pause of 50 ms. */
const PULLING = { batchSize: 1000, pullingFrequencyInMs: 1 };
const statusOf = (total) => (total % 3 === 0 ? 'gold' : 'plain');

const { peer, folder, postgresUrl, events, keys } = JSON.parse(process.argv[2]);
process.once('disconnect', () => process.exit(1));

/** The events of each account: those that `depositsFrom` spreads over them, in their order. */
function streams() {
  const of = new Map();
  for (let number = 0; number < events; number += 1) {
    const data = depositOf(number, keys);
    of.set(data.account, [...(of.get(data.account) ?? []), { type: TYPE, data }]);
  }
  return of;
}

async function postgres() {
  const { getPostgreSQLEventStore, pongoSingleStreamProjection } =
    await import('@event-driven-io/emmett-postgresql');
  const { pongoClient } = await import('@event-driven-io/pongo');
  const store = getPostgreSQLEventStore(postgresUrl);
  await store.schema.migrate();
  for (const [account, those] of streams()) await store.appendToStream(account, those);
  const projection = pongoSingleStreamProjection({
    collectionName: 'accounts',
    canHandle: [TYPE],
    initialState: () => ({ status: 'gold', total: 0, count: 0 }),
    evolve: ({ total: before, count }, { data: { cents } }) => {
      const total = before + cents;
      return { status: statusOf(total), total, count: count + 1 };
    },
  });
  const consumer = store.consumer({ pulling: PULLING, stopWhen: { noMessagesLeft: true } });
  consumer.projector({ processorId: 'accounts', projection, startFrom: 'BEGINNING' });
  const began = performance.now();
  await consumer.start();
  const milliseconds = performance.now() - began;
  const client = pongoClient(postgresUrl);
  const found = await client.db().collection('accounts').find();
  const folded = found.reduce((sum, { count }) => sum + Number(count), 0);
  await client.close();
  await store.close();
  return { milliseconds, folded };
}

async function sqlite() {
  const emmett = await import('@event-driven-io/emmett-sqlite');
  const { join } = await import('node:path');
  const fileName = join(folder, 'events.db');
  const connection = emmett.sqliteConnection({ fileName }); // It sets WAL itself.
  const pool = emmett.SQLiteConnectionPool({ fileName, connectionOptions: { singleton: true, connection } });
  const store = emmett.getSQLiteEventStore({ fileName, pool });
  await store.schema.migrate();
  await connection.command(
    `CREATE TABLE accounts (key TEXT PRIMARY KEY, status TEXT, total INTEGER NOT NULL, count INTEGER NOT NULL)`,
  );
  await connection.command('CREATE INDEX by_both ON accounts (status, total, key)');
  for (const [account, those] of streams()) await store.appendToStream(account, those);
  const projection = emmett.sqliteRawSQLProjection({
    canHandle: [TYPE],
    evolve: ({ data: { account, cents } }) =>
      `INSERT INTO accounts (key, status, total, count)
       VALUES ('${account}', CASE WHEN ${cents} % 3 = 0 THEN 'gold' ELSE 'plain' END, ${cents}, 1)
       ON CONFLICT (key) DO UPDATE SET total = total + ${cents}, count = count + 1,
         status = CASE WHEN (total + ${cents}) % 3 = 0 THEN 'gold' ELSE 'plain' END`,
  });
  let handled = 0;
  const consumer = store.consumer({ pulling: PULLING });
  consumer.processor({
    processorId: 'accounts',
    projection,
    startFrom: 'BEGINNING',
    stopAfter: () => (handled += 1) >= events,
  });
  const began = performance.now();
  await consumer.start();
  const milliseconds = performance.now() - began;
  const { folded } = await connection.querySingle('SELECT sum(count) AS folded FROM accounts');
  await pool.close();
  connection.close();
  return { milliseconds, folded: Number(folded) };
}

const { milliseconds, folded } = await (peer === 'sqlite' ? sqlite() : postgres());
const report = { rate: (folded / milliseconds) * 1000, folded };
if (process.send === undefined) console.log(JSON.stringify(report));
else process.send(report);
process.exit(0);
