/** What somebody changed in the tables is never served, and is found. */
import { TemporarySchema, describeWithPostgres } from '../../../../test/support/postgres.js';
import { LogDamaged } from '../../event-log/errors.js';
import { EVERYTHING, commitId, tag, type NewCommit, type Query, type Range } from '../../event-log/event.js';
import type { PostgresStore } from './postgres.store.js';

const commit = (id: string): NewCommit => ({
  id: commitId(id),
  time: '2026-01-31T12:00:00.000Z',
  metadata: { by: 'test' },
  fingerprint: `of ${id}`,
  events: ['x', 'y'].map((name) => ({
    type: `${name}.happened`,
    revision: 1,
    tags: [tag(`${name}:${id}`), tag('all')],
    data: { value: '5', in: id },
  })),
});

/** The log has three commits of two events: a at 1 and 2, b at 3 and 4, c at 5 and 6. */
const CHANGES: readonly (readonly [what: string, sql: string])[] = [
  ['the data of an event', `update events set data = '{"value":"6","in":"b"}' where position = 4`],
  ['the order of its names', `update events set data = '{"in":"b","value":"5"}' where position = 4`],
  ['its type', `update events set type = 'z.happened' where position = 3`],
  ['its revision', 'update events set revision = 2 where position = 4'],
  ['its tags', `update events set tags = array['y:b'] where position = 4`],
  ['the time of a commit', `update commits set time = time + interval '1 millisecond' where last = 4`],
  ['its id', `update commits set id = 'bb' where last = 4`],
  ['its metadata', `update commits set metadata = '{}' where last = 4`],
  ['its fingerprint', 'update commits set fingerprint = null where last = 4'],
  ['its hash', `update commits set hash = previous where last = 4`],
  ['the hash of the one before it', 'update commits set previous = hash where last = 4'],
  ['an event that is gone', 'delete from events where position = 4'],
  ['a commit that begins elsewhere', 'update commits set first = 4 where last = 4'],
];

describeWithPostgres('a log in PostgreSQL that was changed', () => {
  let schema: TemporarySchema;
  let store: PostgresStore;

  beforeEach(async () => {
    schema = await TemporarySchema.create();
    store = await schema.open();
    for (const id of ['a', 'b', 'c']) await store.append(commit(id));
  });

  afterEach(async () => {
    await store.close();
    await schema.remove();
  });

  const positionsOf = async (query: Query, range: Range = {}): Promise<readonly number[]> => {
    const positions: number[] = [];
    for await (const page of store.read(query, range))
      positions.push(...page.map(({ position }) => position));
    return positions;
  };

  /** The commits that are given out, in this order. */
  let seen: string[];
  const verify = async (): Promise<void> => {
    seen = [];
    for await (const page of store.commits()) seen.push(...page.map(({ id }) => id));
  };

  /** Where a log is said to be damaged. */
  const damageOf = async (asked: Promise<unknown>): Promise<number> => {
    const error: unknown = await asked.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LogDamaged);
    return (error as LogDamaged).position;
  };

  it('is sound before it is changed', async () => {
    await verify();
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  describe.each(CHANGES)('%s', (_what, sql) => {
    beforeEach(() => schema.sql(sql));

    it('is not returned by any read', async () => {
      const ways: readonly (readonly [Query, Range?])[] = [
        [EVERYTHING],
        [EVERYTHING, { backwards: true }],
        [[{ tags: [tag('all')] }]],
        [[{ tags: [tag('all')] }], { backwards: true, limit: 4 }],
      ];
      for (const [query, range] of ways) {
        expect([3, 4]).toContain(await damageOf(positionsOf(query, range)));
      }
    });

    it('is found by reading all commits, after those before it', async () => {
      expect([3, 4]).toContain(await damageOf(verify()));
      expect(seen).toEqual(['a']);
    });

    it('leaves the other commits readable', async () => {
      expect(await positionsOf(EVERYTHING, { limit: 2 })).toEqual([1, 2]);
      expect(await positionsOf([{ tags: [tag('x:a')] }])).toEqual([1]);
      expect(await positionsOf([{ tags: [tag('y:c')] }])).toEqual([6]);
      expect(await positionsOf(EVERYTHING, { limit: 2, backwards: true })).toEqual([6, 5]);
    });
  });

  it('misses a commit that is gone, reading either way', async () => {
    await schema.sql('delete from commits where last = 4');
    expect(await damageOf(positionsOf(EVERYTHING))).toBe(3);
    expect(await damageOf(positionsOf(EVERYTHING, { backwards: true }))).toBe(3);
    expect(await damageOf(verify())).toBe(3);
  });

  it('misses the newest commit', async () => {
    await schema.sql('delete from commits where last = 6');
    expect(await damageOf(positionsOf(EVERYTHING))).toBe(5);
    expect(await damageOf(positionsOf(EVERYTHING, { backwards: true }))).toBe(6);
  });

  it('misses the oldest commit', async () => {
    await schema.sql('delete from commits where last = 2');
    expect(await damageOf(verify())).toBe(1);
  });

  it('misses an entry in the table of tags', async () => {
    await schema.sql(`delete from tags where tag = 'y:b'`);
    expect(await damageOf(verify())).toBe(4);
    expect(seen).toEqual(['a']);
  });

  it('has another head in the table log', async () => {
    await schema.sql(`update log set hash = '\\x00'`);
    expect(await damageOf(verify())).toBe(6);
  });

  it('has commits that were replaced, with new hashes, from one on', async () => {
    const other = await TemporarySchema.create();
    const forger = await other.open();
    for (const id of ['a', 'B', 'c']) await forger.append(commit(id));
    await forger.close();
    for (const table of ['commits', 'events', 'tags']) {
      const column = table === 'commits' ? 'last' : 'position';
      await schema.sql(`delete from ${table} where ${column} between 3 and 4`);
      await schema.sql(
        `insert into ${table} select * from ${other.name}.${table} where ${column} between 3 and 4`,
      );
    }
    await other.remove();
    // The forged commit fits its own hash; the next one does not follow on it.
    expect(await damageOf(verify())).toBe(5);
    expect(await damageOf(positionsOf(EVERYTHING))).toBe(5);
  });

  it('does not answer a repeated append with a damaged commit', async () => {
    await schema.sql(`update commits set time = now() where last = 4`);
    const answers = ['a', 'b', 'd'].map((id) => store.append(commit(id)));
    expect((await Promise.allSettled(answers)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(await damageOf(store.find(commitId('b')))).toBe(3);
  });

  it('is refused when it has the layout of a later version', async () => {
    await schema.sql('update commits set layout = 99 where last = 4');
    await expect(positionsOf(EVERYTHING)).rejects.toThrow('commit of layout 99');
  });
});
