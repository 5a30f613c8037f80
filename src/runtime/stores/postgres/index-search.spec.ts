/** Searching the indexes: few pages of the tables are read, however long the log and whatever the query. */
import type pg from 'pg';
import { TemporarySchema, describeWithPostgres } from '../../../../test/support/postgres.js';
import { START, tag, type Query } from '../../event-log/event.js';
import { SEARCH_ITEM_COLUMNS, indexSearch, searchItems, type Direction } from './index-search.js';

const EVENTS = 100_000;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly Plan[];
}

const nodesOf = (plan: Plan): readonly string[] => [
  plan['Node Type'],
  ...(plan.Plans ?? []).flatMap((each) => nodesOf(each)),
];

describeWithPostgres('searching a log of 100,000 events', () => {
  let schema: TemporarySchema;
  let client: pg.Client;

  const find = (direction: Direction, limit: number): string =>
    `select place from json_to_recordset($1) as item (${SEARCH_ITEM_COLUMNS})
      cross join lateral ${indexSearch(direction, String(limit))} as found order by place`;

  beforeAll(async () => {
    schema = await TemporarySchema.create();
    await (await schema.open()).close();
    client = await schema.connect();
    // As in a store: prepared while nothing is known of the tables, which are empty.
    await client.query('set enable_seqscan = off; set enable_bitmapscan = off; set jit = off');
    await client.query('set plan_cache_mode = force_generic_plan');
    for (const direction of ['forwards', 'backwards'] as const) {
      await client.query(`prepare ${direction} (json) as ${find(direction, 1)}`);
    }
    await schema.sql(
      `insert into events (position, commit_last, type, revision, tags, data)
        select n, n, case when n % 50000 = 7 then 'rare.happened' else 'usual.happened' end, 1, array[]::text[], 'null'
        from generate_series(1, ${EVENTS}) as n`,
    );
    await schema.sql(
      `insert into tags (tag, position)
        select 'all', n from generate_series(1, ${EVENTS}) as n
        union all select 'old', n from generate_series(1, ${EVENTS / 2}) as n
        union all select 'young', n from generate_series(${EVENTS / 2 + 1}, ${EVENTS}) as n
        union all select 'one', ${EVENTS / 2}`,
    );
  });

  afterAll(async () => {
    await client.end();
    await schema.remove();
  });

  const itemsOf = (query: Query): string => JSON.stringify(searchItems(query, START, EVENTS));

  const places = async (query: Query, direction: Direction): Promise<readonly number[]> => {
    const { rows } = await client.query<{ place: string }>(
      `execute ${direction} (${client.escapeLiteral(itemsOf(query))})`,
    );
    return rows.map(({ place }) => Number(place));
  };

  const planOf = async (query: Query, direction: Direction): Promise<Plan> => {
    const { rows } = await client.query<{ 'QUERY PLAN': readonly [{ readonly Plan: Plan }] }>(
      `explain (analyze, buffers, format json) execute ${direction} (${client.escapeLiteral(itemsOf(query))})`,
    );
    const plan = rows[0]?.['QUERY PLAN'][0].Plan;
    if (plan === undefined) throw new Error('there is no plan');
    return plan;
  };

  const CASES: readonly (readonly [
    what: string,
    query: Query,
    oldest: number | null,
    newest: number | null,
  ])[] = [
    ['a tag that all events have', [{ tags: [tag('all')] }], 1, EVENTS],
    ['a tag that one event has', [{ tags: [tag('one')] }], EVENTS / 2, EVENTS / 2],
    ['a tag that no event has', [{ tags: [tag('none')] }], null, null],
    ['a tag of many and a tag of one', [{ tags: [tag('all'), tag('one')] }], EVENTS / 2, EVENTS / 2],
    ['two tags of many that never meet', [{ tags: [tag('old'), tag('young')] }], null, null],
    ['the type of nearly all', [{ types: ['usual.happened'] }], 1, EVENTS],
    ['a rare type', [{ types: ['rare.happened'] }], 7, EVENTS / 2 + 7],
    ['a type that is not there', [{ types: ['never.happened'] }], null, null],
    ['a tag of many and a rare type', [{ tags: [tag('young')], types: ['rare.happened'] }], 50_007, 50_007],
    ['any of two types', [{ types: ['never.happened', 'rare.happened'] }], 7, EVENTS / 2 + 7],
    ['a tag twice', [{ tags: [tag('one'), tag('one')] }], EVENTS / 2, EVENTS / 2],
  ];

  it.each(CASES)('reads few pages for %s', async (_what, query, oldest, newest) => {
    for (const [direction, place] of [
      ['forwards', oldest],
      ['backwards', newest],
    ] as const) {
      expect(await places(query, direction)).toEqual(place === null ? [] : [place]);
      const plan = await planOf(query, direction);
      expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(60);
      expect(nodesOf(plan).filter((node) => /Seq Scan|Bitmap/.test(node))).toEqual([]);
    }
  });
});

describe('search items', () => {
  it('leave out what no event can have', () => {
    const query: Query = [
      { tags: ['a\0b' as never, tag('a')] },
      { types: ['a\0b', '\ud800', 'x.happened'], tags: [tag('b')] },
      { types: ['\0'] },
    ];
    expect(searchItems(query, START, 9)).toEqual([
      { tags: ['b'], types: ['x.happened'], below: null, low: 1, high: 9 },
      { tags: [], types: [], below: null, low: 1, high: 9 },
    ]);
  });
});
