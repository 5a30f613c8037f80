/** emmett-postgresql, with a connection for each append in flight: with its default of 10 it is slower. */
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import pg from 'pg';

export const name = 'emmett-postgresql 0.42.0';

export async function open({ postgresUrl, connections = 64 }) {
  const pool = new pg.Pool({ connectionString: postgresUrl, max: connections });
  const store = getPostgreSQLEventStore(postgresUrl, { connectionOptions: { pool } });
  await store.schema.migrate();
  let readers = 0;

  return {
    async appendOne({ type, data, tags }, stream) {
      await store.appendToStream(stream, [{ type, data, metadata: { tags } }]);
    },

    /**
     * Ends when nothing is left too, not only at `until`: the consumer can skip events that were appended concurrently.
     * @param pulling `{ batchSize, pullingFrequencyInMs }`; the consumer's defaults are 100 and 50.
     */
    async readAllByCatchUp(onEvents, until, pulling) {
      let handled = 0;
      const consumer = store.consumer({ pulling, stopWhen: { noMessagesLeft: true } });
      consumer.reactor({
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
      await store.close();
      await pool.end();
    },
  };
}
