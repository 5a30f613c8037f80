/** What the PostgreSQL store adds to an event store: shared transactions, tables that can be queried, a format. */
import { newCommit } from '../../../../test/support/new-commit.js';
import { TemporarySchema, describeWithPostgres } from '../../../../test/support/postgres.js';
import {
  AppendConditionFailed,
  InvalidValue,
  StorageFull,
  StoreUnavailable,
} from '../../event-log/errors.js';
import {
  EVERYTHING,
  START,
  tag,
  type Json,
  type NewCommit,
  type RecordedCommit,
} from '../../event-log/event.js';
import type { EventStore } from '../../event-log/event-store.js';
import { MemoryStore } from '../memory.store.js';
import type { PostgresStore } from './postgres.store.js';

async function commitsOf(store: EventStore): Promise<readonly RecordedCommit[]> {
  const commits: RecordedCommit[] = [];
  for await (const page of store.commits()) commits.push(...page);
  return commits;
}

const idsIn = async (store: EventStore): Promise<readonly string[]> =>
  (await commitsOf(store)).map(({ id }) => id);

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

  const appendAll = (count: number, data?: Json): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, (_, index) => store.append(newCommit(`c${index}`, data))));

  it('gives the same content the same hash as the store in memory', async () => {
    const tricky = JSON.parse(
      '{"__proto__":{"a":1},"2":0,"1":1e21,"b\\u0000":"\\ud83d\\ude00\\u2028","":-1.5e-7}',
    ) as Json;
    const memory = new MemoryStore();
    const asked = [
      newCommit('a', tricky, { metadata: { tricky }, fingerprint: 'f' }),
      newCommit('b', null, {
        events: [
          { type: 'x.happened', revision: 1, tags: [], data: [1, [2, {}]] },
          {
            type: 'y.happened',
            revision: 7,
            tags: [tag('"{}\\,'), tag('NULL'), tag(' '), tag('NULL')],
            data: 'é',
          },
        ],
      }),
      newCommit('c', Number.MIN_VALUE, { metadata: {}, time: '0001-01-01T00:00:00.000Z' }),
    ];
    for (const each of asked) {
      await store.append(each);
      await memory.append(each);
    }
    expect(await commitsOf(store)).toEqual(await commitsOf(memory));
  });

  describe('a transaction', () => {
    /** How many transactions recorded something. */
    const transactions = async (): Promise<number> =>
      (await schema.sql('select distinct xmin::text from commits')).length;

    it('is shared by the appends of one turn', async () => {
      await appendAll(100);
      expect(await transactions()).toBe(1);
    });

    it('is shared by the appends that came while another one ran', async () => {
      const first = store.append(newCommit('first'));
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      await Promise.all([first, appendAll(50)]);
      expect(await transactions()).toBe(2);
    });

    it('is retried when another process has appended since the last one', async () => {
      const other = await schema.open();
      for (let round = 0; round < 40; round += 1) {
        const [mine, theirs] = [`mine ${round}`, `theirs ${round}`];
        await store.append(newCommit(mine, mine, { isNewId: true }));
        await store.append(newCommit(`${mine}, again`, mine, { isNewId: true }));
        await other.append(newCommit(theirs, theirs, { isNewId: true }));
      }
      expect(await store.head()).toBe(120);
      expect(new Set(await idsIn(other)).size).toBe(120);
      await other.close();
    });

    it('is shared by no more than 1,024 appends', async () => {
      await appendAll(1025);
      expect(await transactions()).toBe(2);
    });

    it('is shared by no more than about 4 MiB, and by one append at least', async () => {
      await appendAll(3, 'x'.repeat(3 * 1024 * 1024));
      expect(await transactions()).toBe(3);
      await store.append(newCommit('larger', 'x'.repeat(5 * 1024 * 1024)));
      expect(await store.head()).toBe(4);
    });

    it('writes nothing for appends that record nothing', async () => {
      await store.append(newCommit('a'));
      const before = await schema.sql('select xmin::text from log');
      const refused = newCommit('b', 'b', { condition: { query: EVERYTHING, after: START } });
      await expect(store.append(refused)).rejects.toThrow(AppendConditionFailed);
      await expect(store.append(newCommit('a'))).resolves.toMatchObject({ repeated: true });
      expect(await schema.sql('select xmin::text from log')).toEqual(before);
    });
  });

  describe('an append that cannot be kept', () => {
    it.each<readonly [what: string, more: Partial<NewCommit>]>([
      ['a fingerprint with a NUL', { fingerprint: 'a\0b' }],
      ['a fingerprint that is half a character', { fingerprint: '\ud800' }],
      ['a type with a NUL', { events: [{ type: 'a\0b', revision: 1, tags: [], data: null }] }],
      ['a time without milliseconds', { time: '2026-01-31T12:00:00Z' }],
      ['a time elsewhere', { time: '2026-01-31T12:00:00.000+01:00' }],
      ['a time that never was', { time: '2026-02-30T12:00:00.000Z' }],
      ['a time before there were years', { time: '0000-01-01T00:00:00.000Z' }],
    ])('is refused, and no other with it: %s', async (_what, more) => {
      const others = [store.append(newCommit('a')), store.append(newCommit('c'))];
      await expect(store.append(newCommit('b', 'b', more))).rejects.toThrow(InvalidValue);
      await Promise.all(others);
      expect(await idsIn(store)).toEqual(['a', 'c']);
    });

    it('is refused when it is not JSON', async () => {
      const data = { large: 10n ** 30n } as unknown as Json;
      await expect(store.append(newCommit('a', data))).rejects.toThrow(TypeError);
      expect(await store.head()).toBe(START);
    });

    it('does not fail the appends that share its transaction', async () => {
      const [event] = newCommit('b').events;
      const tooLarge = newCommit('b', 'b', {
        events: [{ ...event, revision: 2 ** 31 } as NewCommit['events'][0]],
      });
      const appends = [newCommit('a'), tooLarge, newCommit('c')].map((each) => store.append(each));
      const outcomes = (await Promise.allSettled(appends)).map(({ status }) => status);
      expect(outcomes).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await idsIn(store)).toEqual(['a', 'c']);
    });

    it('does not fail the others when its new id is known after all', async () => {
      await store.append(newCommit('a'));
      const appends = [newCommit('b'), newCommit('a', 'again', { isNewId: true })].map((each) =>
        store.append(each),
      );
      const outcomes = (await Promise.allSettled(appends)).map(({ status }) => status);
      expect(outcomes).toEqual(['fulfilled', 'rejected']);
      expect(await idsIn(store)).toEqual(['a', 'b']);
    });
  });

  describe('a server that refuses', () => {
    /** From now on, as the server itself would when it comes to it. */
    const refuseWith = (condition: string): Promise<unknown> =>
      schema.sql(
        `create function refuse() returns trigger language plpgsql as
            $$ begin raise exception using errcode = '${condition}', message = 'refused'; end $$;
          create trigger refuse before insert on events execute function refuse()`,
      );

    const allow = (): Promise<unknown> => schema.sql('drop trigger refuse on events');

    beforeEach(() => store.append(newCommit('before')));

    it.each([
      ['for want of room', 'disk_full', StorageFull],
      ['because it is told to end', 'admin_shutdown', StoreUnavailable],
      ['because it gave up on the transaction', 'deadlock_detected', StoreUnavailable],
    ])('%s is told apart, can be read, and takes it again later', async (_why, condition, error) => {
      await refuseWith(condition);
      const refused = store.append(newCommit('a'));
      await expect(refused).rejects.toThrow(error);
      await expect(refused).rejects.toThrow(/[Nn]othing was recorded/);
      expect(await idsIn(store)).toEqual(['before']);
      await allow();
      expect(await store.append(newCommit('a'))).toMatchObject({ first: 2, repeated: false });
    });
  });

  it('keeps values that are not JSON as they will be read', async () => {
    const data = { given: undefined, at: new Date(0), many: [undefined, -0, NaN] } as unknown as Json;
    await store.append(newCommit('a', data));
    const [read] = await commitsOf(store);
    expect(read?.events[0]?.data).toEqual({ at: '1970-01-01T00:00:00.000Z', many: [null, 0, null] });
  });

  it('tells what its own tables and indexes take', async () => {
    const before = (await store.size()).bytes ?? 0;
    await schema.sql(
      'create table entities_beside as select repeat(md5(i::text), 9) from generate_series(1, 5000) as i',
    );
    expect(await store.size()).toEqual({ kind: 'postgres', bytes: before });
    await appendAll(100, 'x'.repeat(1000));
    const [tables] = await schema.sql<{ readonly bytes: string }>(
      `select sum(pg_total_relation_size(oid)) as bytes from pg_class
        where relnamespace = $1::regnamespace and relkind = 'r' and relname <> 'entities_beside'`,
      [schema.name],
    );
    expect(Number(tables?.bytes)).toBeGreaterThan(before);
    expect(await store.size()).toEqual({ kind: 'postgres', bytes: Number(tables?.bytes) });
  });

  it('can be queried with SQL', async () => {
    await store.append(newCommit('a', { value: '5' }));
    await store.append(newCommit('b', { value: '7' }));
    expect(
      await schema.sql(
        `select position, type, data ->> 'value' as value, id, time
        from events join tags using (position) join commits on commits.last = events.commit_last
        where tag = 'number:1' order by position`,
      ),
    ).toEqual(
      [
        ['1', '5', 'a'],
        ['2', '7', 'b'],
      ].map(([position, value, id]) => ({
        position,
        type: 'number.recorded',
        value,
        id,
        time: new Date('2026-01-31T12:00:00.000Z'),
      })),
    );
  });
});

describeWithPostgres('the schema of a log', () => {
  let schema: TemporarySchema;

  beforeEach(async () => {
    schema = await TemporarySchema.create();
  });

  afterEach(() => schema.remove());

  it('is created once by several stores that open it at the same time', async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => schema.open()));
    const commits = await Promise.all(stores.map((store, index) => store.append(newCommit(`c${index}`))));
    expect(commits.map(({ first }) => first).sort()).toEqual([1, 2, 3, 4]);
    expect(new Set(stores.map(({ identity }) => identity)).size).toBe(1);
    for (const store of stores) await store.close();
  });

  it('may be created beforehand, by a user with the privilege', async () => {
    await schema.sql(`create schema ${schema.name}`);
    const store = await schema.open();
    expect(await store.append(newCommit('a'))).toMatchObject({ first: 1 });
    await store.close();
  });

  it('is left alone when it is of a later format', async () => {
    await (await schema.open()).close();
    await schema.sql('update log set format = 99');
    await expect(schema.open()).rejects.toThrow(
      /^the schema leftfold_test_\w+ holds a log of format 99, but this version knows formats up to 1$/,
    );
    expect(await schema.sql('select format from log')).toEqual([{ format: 99 }]);
  });

  it('is refused when it does not say which log it holds', async () => {
    await (await schema.open()).close();
    await schema.sql('delete from log');
    await expect(schema.open()).rejects.toThrow('log is empty');
  });

  it('has a name that needs no quotes', async () => {
    const { PostgresStore: store } = await import('./postgres.store.js');
    await expect(store.open({ url: schema.url, schema: 'a"b' })).rejects.toThrow('a schema is named with');
  });
});
