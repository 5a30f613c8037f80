/**
 * castore's PostgreSQL adapter, with the 10 connections that it always opens; on each it sends several appends without
 * waiting in between. It reads aggregate by aggregate and has no catch-up subscription, so there is none to measure.
 */
import { EventStore, EventType } from '@castore/core';
import { PostgresEventStorageAdapter } from '@castore/event-storage-adapter-postgres';
import { randomUUID } from 'node:crypto';

export const name = 'castore-postgres 2.4.2';

export async function open({ postgresUrl }) {
  await PostgresEventStorageAdapter.createEventTable({ connectionString: postgresUrl });
  const eventStorageAdapter = new PostgresEventStorageAdapter({ connectionString: postgresUrl });
  const store = new EventStore({
    eventStoreId: 'PAYMENTS',
    eventTypes: [new EventType({ type: 'payment.received' })],
    reducer: (aggregate, { aggregateId, version }) => ({ aggregateId, version }),
    eventStorageAdapter,
  });
  const aggregates = new Map(); // It wants a UUID for each stream, and each event's version, from 1.

  return {
    async appendOne({ type, data, tags }, stream) {
      const aggregate = aggregates.get(stream) ?? { aggregateId: randomUUID(), version: 0 };
      aggregates.set(stream, aggregate);
      aggregate.version += 1;
      await store.pushEvent({ ...aggregate, type, payload: data, metadata: { tags } });
    },

    async close() {
      await eventStorageAdapter._sql.end(); // It has no public way to close.
    },
  };
}
