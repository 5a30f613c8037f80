/**
 * emmett-sqlite with nothing but a file name, as one would open it: a connection for each append. Appends go to it as they
 * come, and with several in flight most of them fail.
 */
import { getSQLiteEventStore } from '@event-driven-io/emmett-sqlite';
import { join } from 'node:path';

export const name = 'emmett-sqlite 0.42.4, concurrent';

export async function open({ folder }) {
  const store = getSQLiteEventStore({ fileName: join(folder, 'events.db') });
  await store.schema.migrate();
  return {
    async appendOne({ type, data, tags }, stream) {
      await store.appendToStream(stream, [{ type, data, metadata: { tags } }]);
    },
    close: () => Promise.resolve(), // Each append closes its connection.
  };
}
