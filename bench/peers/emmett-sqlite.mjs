/**
 * emmett-sqlite, one append after the other on one connection. Several in flight either lock each other out (see
 * emmett-sqlite-concurrent.mjs), or, on a connection that they share, are acknowledged before their transaction commits;
 * so this is the fastest that is durable and does not fail.
 */
import { getSQLiteEventStore, sqliteConnection, SQLiteConnectionPool } from '@event-driven-io/emmett-sqlite';
import { join } from 'node:path';

export const name = 'emmett-sqlite 0.42.4';

export async function open({ folder }) {
  const fileName = join(folder, 'events.db');
  const connection = sqliteConnection({ fileName }); // It sets WAL itself.
  await connection.command('PRAGMA synchronous = FULL');
  const pool = SQLiteConnectionPool({ fileName, connectionOptions: { singleton: true, connection } });
  const store = getSQLiteEventStore({ fileName, pool });
  await store.schema.migrate();
  let last = Promise.resolve();
  let readers = 0;

  return {
    async appendOne({ type, data, tags }, stream) {
      const append = () => store.appendToStream(stream, [{ type, data, metadata: { tags } }]);
      last = last.then(append, append); // Its own failure is each caller's to see, and no reason not to go on.
      await last;
    },

    /** One commit to one stream. */
    async appendMany(events, stream) {
      await store.appendToStream(stream, events);
    },

    async aggregate(stream, initial, evolve) {
      const { state } = await store.aggregateStream(stream, { evolve, initialState: () => initial });
      return state;
    },

    /** @param pulling `{ batchSize, pullingFrequencyInMs }`; the consumer's defaults are 100 and 50. */
    async readAllByCatchUp(onEvents, until, pulling) {
      let handled = 0;
      const consumer = store.consumer({ pulling });
      consumer.processor({
        processorId: `reader-${(readers += 1)}`,
        startFrom: 'BEGINNING',
        eachMessage: () => {
          handled += 1;
          onEvents(1);
        },
        stopAfter: () => handled >= until,
      });
      await consumer.start();
    },

    async close() {
      await pool.close();
      connection.close();
    },
  };
}
