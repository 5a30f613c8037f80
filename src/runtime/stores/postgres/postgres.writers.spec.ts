/** Many writers on one log, some of whose transactions are held up, ended, or undone: no reader ever skips an event. */
import { Random } from '../../../../test/support/random.js';
import {
  TemporaryDatabase,
  TemporarySchema,
  describeWithPostgres,
} from '../../../../test/support/postgres.js';
import { StoreUnavailable } from '../../event-log/errors.js';
import {
  EVERYTHING,
  START,
  commitId,
  type Commit,
  type NewCommit,
  type StoredEvent,
} from '../../event-log/event.js';
import type { PostgresStore } from './postgres.store.js';

const WRITERS = 16;
const STORES = 4;

const commit = (id: string, size = 1, isNewId = false): NewCommit => ({
  id: commitId(id),
  isNewId,
  time: '2026-01-31T12:00:00.000Z',
  metadata: {},
  events: Array.from({ length: size }, (_, index) => ({
    type: 'number.recorded',
    revision: 1,
    tags: [],
    data: index,
  })),
});

/** Follows by the book: to the head, wait for it to advance, again. @returns the events until one is of the last commit */
async function follow(store: PostgresStore, last: string): Promise<readonly StoredEvent[]> {
  const seen: StoredEvent[] = [];
  for (let after = START; seen.at(-1)?.commit !== last;) {
    await store.advanced(after, AbortSignal.timeout(60_000));
    const head = await store.head();
    for await (const page of store.read(EVERYTHING, { after, through: head })) seen.push(...page);
    after = head;
  }
  return seen;
}

const positionsTo = (last: number): readonly number[] =>
  Array.from({ length: last }, (_, index) => index + 1);

/** Appends until it is answered, as whoever wants to be sure does. */
async function insist(store: PostgresStore, asked: NewCommit): Promise<Commit> {
  for (;;) {
    try {
      return await store.append(asked);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }
}

describeWithPostgres('a log in PostgreSQL that many write to', () => {
  /** Of their own, so that nobody else's transactions are ended. */
  let database: TemporaryDatabase;
  let schema: TemporarySchema;
  let stores: readonly PostgresStore[];
  let reader: PostgresStore;

  beforeAll(async () => {
    database = await TemporaryDatabase.create();
  });

  afterAll(() => database.remove());

  beforeEach(async () => {
    schema = await TemporarySchema.create(database.url);
    reader = await schema.open();
    stores = await Promise.all(Array.from({ length: STORES }, () => schema.open()));
  });

  afterEach(async () => {
    for (const store of [...stores, reader]) await store.close();
    await schema.remove();
  });

  /** Each writer appends one commit after the other; one in ten is large. */
  const write = async (commits: number): Promise<readonly Commit[]> => {
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      const random = new Random(writer + 1);
      const answers: Commit[] = [];
      for (let nth = 0; nth < commits; nth += 1) {
        const size = random.integer(1, 10) === 1 ? 200 : random.integer(1, 4);
        const store = stores[writer % STORES];
        // An id that may be known has to be looked for, which takes a round trip more.
        const isNewId = random.integer(0, 1) === 1;
        if (store !== undefined) answers.push(await insist(store, commit(`${writer}/${nth}`, size, isNewId)));
      }
      return answers;
    });
    return (await Promise.all(writers)).flat();
  };

  /** Expects that what was seen is every commit, whole, where its writer was told that it is. */
  const expectAll = (seen: readonly StoredEvent[], answers: readonly Commit[]): void => {
    expect(seen.map(({ position }) => position)).toEqual(positionsTo(seen.length));
    const told = answers.flatMap(({ id, first, last }) =>
      Array.from({ length: last - first + 1 }, (_, index) => [first + index, id, index] as const),
    );
    const found = seen
      .filter(({ commit: id }) => id !== 'last')
      .map((event) => [event.position, event.commit, event.data]);
    expect(found).toEqual([...told].sort(([one], [other]) => one - other));
  };

  it('shows a reader elsewhere each position once, in order, while they write', async () => {
    const seen = follow(reader, 'last');
    const answers = await write(25);
    await reader.append(commit('last'));
    expectAll(await seen, answers);
  });

  it('records each commit once though transactions are ended in the middle', async () => {
    const seen = follow(reader, 'last');
    const isOver = new AbortController();
    let ended = 0;
    const ending = (async () => {
      while (!isOver.signal.aborted) {
        // Whoever holds the log, and whoever waits for it.
        const found = await schema.sql<{ done: boolean }>(
          `select pg_terminate_backend(pid) as done from pg_stat_activity
            where datname = current_database() and state = 'active'
              and (query = 'commit' or query like 'select head, % for update' or query like 'with%moved as%')
            limit 1`,
        );
        ended += found.length;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    const answers = await write(10);
    isOver.abort();
    await ending;
    await reader.append(commit('last'));
    expectAll(await seen, answers);
    expect(ended).toBeGreaterThan(0);
  });

  describe('while a transaction is held open', () => {
    /** Does what an append does, except that it does not end. */
    const hold = async (work: string): Promise<(end: 'commit' | 'rollback') => Promise<void>> => {
      const client = await schema.connect();
      await client.query(`begin; select from log for update; ${work}`);
      return async (end) => {
        await client.query(end);
        await client.end();
      };
    };

    /** A first commit as another log has it, which may as well be this one's. */
    const aFirstCommit = async (): Promise<string> => {
      const other = await TemporarySchema.create(database.url);
      const store = await other.open();
      await store.append(commit('held', 3));
      await store.close();
      const copies = ['commits', 'events', 'tags'].map(
        (table) => `create table ${schema.name}.held_${table} as table ${other.name}.${table}`,
      );
      await schema.sql([...copies, `create table held_log as table ${other.name}.log`].join(';'));
      await other.remove();
      return `insert into commits table held_commits; insert into events table held_events;
        insert into tags table held_tags; update log set (head, hash) = (select head, hash from held_log)`;
    };

    /** Resolves once so many stores wait for the log. */
    const waiting = async (count: number): Promise<void> => {
      for (let found = 0; found < count;) {
        const backends = await schema.sql(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        found = backends.length;
      }
    };

    it('no other append overtakes it, and nothing of it is visible', async () => {
      const end = await hold(await aFirstCommit());
      const others = Promise.all(stores.map((store, index) => store.append(commit(`c${index}`))));
      await waiting(stores.length);
      expect(await reader.head()).toBe(START);
      await end('commit');
      expect((await others).map(({ first }) => first).sort()).toEqual([4, 5, 6, 7]);
    });

    it('later appends follow it once it is committed', async () => {
      const end = await hold(await aFirstCommit());
      const seen = follow(reader, 'last');
      const others = Promise.all(stores.map((store, index) => store.append(commit(`c${index}`))));
      await end('commit');
      await others;
      await reader.append(commit('last'));
      expect((await seen).map(({ commit: id }) => id).slice(0, 3)).toEqual(['held', 'held', 'held']);
      expect((await seen).map(({ position }) => position)).toEqual(positionsTo(8));
    });

    it('its positions are given to others once it is rolled back', async () => {
      const end = await hold(await aFirstCommit());
      const seen = follow(reader, 'last');
      const others = Promise.all(stores.map((store, index) => store.append(commit(`c${index}`))));
      await end('rollback');
      await others;
      await reader.append(commit('last'));
      expect((await seen).map(({ position }) => position)).toEqual(positionsTo(5));
    });
  });
});
