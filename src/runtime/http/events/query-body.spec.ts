/** A query as a body has it. */
import { matches } from '../../event-log/query.js';
import { tag } from '../../event-log/event.js';
import { queryBody } from './query-body.js';

/** Where the query is at fault. */
const faults = (query: unknown): readonly string[] =>
  queryBody.safeParse(query).error?.issues.map(({ path }) => path.join('/')) ?? [];

const many = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `a.${index}`);

describe('a query in a body', () => {
  it.each<readonly [what: string, query: unknown]>([
    ['everything', [{}]],
    ['types', [{ types: ['a.b', 'a.c'] }]],
    ['tags', [{ tags: ['a:1', 'b:2'] }]],
    ['several items', [{ types: ['a.b'], tags: ['a:1'] }, { tags: ['b:2'] }, {}]],
    ['1,000 items', Array(1000).fill({ tags: ['a:1'] })],
    ['100 types and 100 tags', [{ types: many(100), tags: many(100) }]],
    ['a name of 255 characters', [{ types: ['x'.repeat(255)], tags: ['y'.repeat(255)] }]],
    ['the same name twice', [{ types: ['a.b', 'a.b'], tags: ['a:1', 'a:1'] }]],
  ])('may be %s, and is read as it is', (_what, query) => {
    expect(queryBody.parse(query)).toEqual(query);
  });

  it('leaves out what is left out, so that it means any', () => {
    const [item] = queryBody.parse([{}]);
    expect(item).toStrictEqual({});
    expect(matches([item ?? { types: [] }], { type: 'a.b', revision: 1, tags: [tag('a:1')] })).toBe(true);
  });

  it.each<readonly [what: string, query: unknown, place: string]>([
    ['no array', { types: ['a.b'] }, ''],
    ['no item', [], ''],
    ['more than 1,000 items', Array(1001).fill({}), ''],
    ['an item that is none', [{}, 'a.b'], '1'],
    ['an item of null', [null], '0'],
    ['a list of no types', [{ types: [] }], '0/types'],
    ['a list of no tags', [{}, { tags: [] }], '1/tags'],
    ['types that are no list', [{ types: 'a.b' }], '0/types'],
    ['a type that is no text', [{ types: ['a.b', 5] }], '0/types/1'],
    ['an empty type', [{ types: [''] }], '0/types/0'],
    ['a type that is too long', [{ types: ['x'.repeat(256)] }], '0/types/0'],
    ['half a character', [{ tags: ['\ud800'] }], '0/tags/0'],
    ['NUL in a tag', [{ tags: ['a:1', 'a\0b'] }], '0/tags/1'],
    ['more than 100 types', [{ types: many(101) }], '0/types'],
    ['more than 100 tags', [{ tags: many(101) }], '0/tags'],
  ])('is refused when it has %s, and points to it', (_what, query, place) => {
    expect(faults(query)).toEqual([place]);
  });

  it('is refused when an item has something more: a misspelt field would make it mean too much', () => {
    expect(queryBody.safeParse([{ type: 'a.b' }]).error?.issues).toMatchObject([
      { code: 'unrecognized_keys', keys: ['type'], path: [0] },
    ]);
  });

  it('says what would be right', () => {
    expect(queryBody.safeParse([]).error?.issues[0]?.message).toBe(
      'at least one item; [{}] means every event',
    );
    expect(queryBody.safeParse([{ types: [] }]).error?.issues[0]?.message).toBe(
      'at least one type; without types it means any',
    );
  });
});
