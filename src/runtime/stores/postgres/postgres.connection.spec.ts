/** Connections that break, and notifications that are lost: what was appended is known, and nobody waits for ever. */
import { PostgresProxy } from '../../../../test/support/postgres-proxy.js';
import { TemporarySchema, describeWithPostgres } from '../../../../test/support/postgres.js';
import { StoreUnavailable } from '../../event-log/errors.js';
import { START, commitId, position, type NewCommit } from '../../event-log/event.js';
import { PostgresStore } from './postgres.store.js';

const commit = (id: string, isNewId = false): NewCommit => ({
  id: commitId(id),
  isNewId,
  time: '2026-01-31T12:00:00.000Z',
  metadata: {},
  events: [{ type: 'number.recorded', revision: 1, tags: [], data: id }],
});

const never = new AbortController().signal;

/** Long enough that whoever is woken is not woken by the clock. */
const SELDOM = 1_000_000;

async function idsIn(store: PostgresStore): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const page of store.commits()) ids.push(...page.map(({ id }) => id));
  return ids;
}

describeWithPostgres('a follower of a log in PostgreSQL', () => {
  let schema: TemporarySchema;
  let writer: PostgresStore;
  let reader: PostgresStore;
  let told: (string | undefined)[];

  const openReader = async (pollInterval: number): Promise<void> => {
    told = [];
    reader = await schema.open({ pollInterval, onConnection: (lost) => told.push(lost) });
  };

  /** Ends the connections that listen: those of the writer and of the reader, once both have read the head and sleep. */
  const endListeners = async (): Promise<void> => {
    const listening = `from pg_stat_activity where state = 'idle' and query like 'select head, hash%from "' || $1 || '".log'`;
    const count = async (): Promise<number> =>
      (await schema.sql(`select pid ${listening}`, [schema.name])).length;
    while ((await count()) !== 2) await new Promise((resolve) => setTimeout(resolve, 10));
    await schema.sql(`select pg_terminate_backend(pid) ${listening}`, [schema.name]);
  };

  beforeEach(async () => {
    schema = await TemporarySchema.create();
    writer = await schema.open();
  });

  afterEach(async () => {
    await reader.close();
    await writer.close();
    await schema.remove();
  });

  it('is woken by the notification of another process', async () => {
    await openReader(SELDOM);
    const advanced = reader.advanced(position(1), never);
    await writer.append(commit('a'));
    await writer.append(commit('b'));
    await expect(advanced).resolves.toBeUndefined();
  });

  it('finds a commit by polling when there was no notification', async () => {
    await openReader(20);
    await writer.append(commit('a'));
    await reader.advanced(START, never);
    // As a notification that was lost would leave it.
    await schema.sql('update log set head = 2');
    await expect(reader.advanced(position(1), never)).resolves.toBeUndefined();
  });

  it('sees what was recorded while its connection was lost', async () => {
    await openReader(SELDOM);
    const advanced = reader.advanced(START, never);
    await endListeners();
    await writer.append(commit('a'));
    await expect(advanced).resolves.toBeUndefined();
  });

  it('is woken again once the connection is back', async () => {
    await openReader(SELDOM);
    await endListeners();
    await writer.append(commit('a'));
    await reader.advanced(START, never);
    const advanced = reader.advanced(position(1), never);
    await writer.append(commit('b'));
    await expect(advanced).resolves.toBeUndefined();
  });

  it('has its store report that the connection was lost, and that it is back', async () => {
    await openReader(SELDOM);
    await endListeners();
    await writer.append(commit('a'));
    // It may read the head by another connection before it has noticed.
    while (told.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(told).toEqual([expect.stringMatching(/terminat/), undefined]);
  });

  it('is not misled by a notification of an event that does not exist', async () => {
    await openReader(SELDOM);
    await schema.sql(`select pg_notify('${schema.name}', '99')`);
    const advanced = reader.advanced(position(1), never).then(() => reader.head());
    await writer.append(commit('a'));
    await writer.append(commit('b'));
    expect(await advanced).toBe(2);
  });
});

describeWithPostgres('an append whose connection breaks', () => {
  let schema: TemporarySchema;
  let proxy: PostgresProxy;
  let store: PostgresStore;

  const openStore = async (settleWithin?: number): Promise<void> => {
    store = await PostgresStore.open({
      url: proxy.url,
      schema: schema.name,
      ...(settleWithin !== undefined && { settleWithin }),
    });
  };

  beforeEach(async () => {
    schema = await TemporarySchema.create();
    proxy = await PostgresProxy.to(schema.url);
  });

  afterEach(async () => {
    proxy.allow();
    await store.close();
    await proxy.close();
    await schema.remove();
  });

  it('is answered as recorded when only the answer was lost', async () => {
    await openStore();
    const cut = proxy.cutNext('after the commit');
    const answer = await store.append(commit('a'));
    await cut;
    expect(answer).toMatchObject({ first: 1, last: 1, repeated: false });
    expect(await idsIn(store)).toEqual(['a']);
  });

  it('is refused when the commit never arrived, and is new when it is repeated', async () => {
    await openStore();
    const cut = proxy.cutNext('before the commit');
    const refused = store.append(commit('a'));
    await expect(refused).rejects.toThrow(StoreUnavailable);
    await expect(refused).rejects.toThrow('Nothing was recorded.');
    await cut;
    expect(await store.append(commit('a'))).toMatchObject({ first: 1, repeated: false });
    expect(await idsIn(store)).toEqual(['a']);
  });

  describe('that is recorded in one round trip', () => {
    beforeEach(async () => {
      await openStore();
      await store.append(commit('first')); // after which the store knows what the log is
    });

    it('is answered as recorded when only the answer was lost', async () => {
      const cut = proxy.cutNext('after the commit');
      expect(await store.append(commit('a', true))).toMatchObject({ first: 2, last: 2, repeated: false });
      await cut;
      expect(await idsIn(store)).toEqual(['first', 'a']);
    });

    it('is refused when it never arrived', async () => {
      const cut = proxy.cutNext('before the commit');
      await expect(store.append(commit('a', true))).rejects.toThrow('Nothing was recorded.');
      await cut;
      expect(await store.append(commit('b', true))).toMatchObject({ first: 2 });
      expect(await idsIn(store)).toEqual(['first', 'b']);
    });

    it('is not recorded when it arrives after it was refused', async () => {
      const cut = proxy.cutNext('late');
      await expect(store.append(commit('a', true))).rejects.toThrow('Nothing was recorded.');
      const arrive = await cut;
      await arrive();
      expect(await idsIn(store)).toEqual(['first']);
      expect(await store.append(commit('b', true))).toMatchObject({ first: 2 });
      expect(await idsIn(store)).toEqual(['first', 'b']);
    });
  });

  it('fails together with those that shared its transaction, and no others', async () => {
    await openStore();
    const cut = proxy.cutNext('before the commit');
    const together = ['a', 'b'].map((id) => store.append(commit(id)));
    await cut;
    const later = store.append(commit('c'));
    const outcomes = (await Promise.allSettled([...together, later])).map(({ status }) => status);
    expect(outcomes).toEqual(['rejected', 'rejected', 'fulfilled']);
    expect(await idsIn(store)).toEqual(['c']);
  });

  it('is reported as unknown when the server stays away, and gets its first answer when it is repeated', async () => {
    await openStore(0);
    const cut = proxy.cutNext('after the commit').then(() => {
      proxy.refuse();
    });
    await expect(store.append(commit('a'))).rejects.toThrow('Whether this was recorded is not known');
    await cut;
    proxy.allow();
    expect(await store.append(commit('a'))).toMatchObject({ first: 1, repeated: true });
    expect(await idsIn(store)).toEqual(['a']);
  });

  it('fails at once when the server is away before anything was sent', async () => {
    await openStore();
    proxy.refuse();
    await expect(store.append(commit('a'))).rejects.toThrow('Nothing was recorded.');
    await expect(store.head()).rejects.toThrow(StoreUnavailable);
  });
});
