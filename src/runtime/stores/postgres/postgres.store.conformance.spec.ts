/** The PostgreSQL store keeps what every store promises, with any number of writers and readers. */
import { TemporarySchema, describeWithPostgres } from '../../../../test/support/postgres.js';
import { describeEventStore } from '../../testing/conformance/describe-event-store.js';
import type { EventStore } from '../../event-log/event-store.js';

const schemas = new Map<EventStore, TemporarySchema>();

async function open(schema: TemporarySchema): Promise<EventStore> {
  const store = await schema.open();
  schemas.set(store, schema);
  return store;
}

/** One more store on the log of another. */
function openBeside(store: EventStore): Promise<EventStore> {
  const schema = schemas.get(store);
  if (schema === undefined) throw new Error('this store was not opened here');
  return open(schema);
}

describeWithPostgres('in PostgreSQL', () => {
  describeEventStore('PostgresStore', {
    open: async () => open(await TemporarySchema.create()),
    reopen: openBeside,
    another: openBeside,
    reader: openBeside,
    dispose: async () => {
      for (const schema of new Set(schemas.values())) await schema.remove();
    },
  });
});
