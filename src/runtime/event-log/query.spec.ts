/** Which events a query means. */
import { EVERYTHING, tag, type Query } from './event.js';
import { matches, meansEverything } from './query.js';

const event = { type: 'number.recorded', tags: [tag('number:1'), tag('even')] };

describe('matches', () => {
  it.each<readonly [what: string, query: Query, expected: boolean]>([
    ['a query without an item means none', [], false],
    ['an item that asks for nothing means any', EVERYTHING, true],
    ['the type', [{ types: ['number.recorded'] }], true],
    ['another type', [{ types: ['number.retracted'] }], false],
    ['one of the types', [{ types: ['number.retracted', 'number.recorded'] }], true],
    ['an empty list of types means none', [{ types: [] }], false],
    ['a tag', [{ tags: [tag('even')] }], true],
    ['all of the tags', [{ tags: [tag('even'), tag('number:1')] }], true],
    ['one tag too many', [{ tags: [tag('even'), tag('odd')] }], false],
    ['an empty list of tags asks for none', [{ tags: [] }], true],
    ['part of a tag is not the tag', [{ tags: [tag('number')] }], false],
    ['part of a type is not the type', [{ types: ['number'] }], false],
    ['type and tag', [{ types: ['number.recorded'], tags: [tag('even')] }], true],
    ['the type without the tag', [{ types: ['number.recorded'], tags: [tag('odd')] }], false],
    ['any of several items', [{ tags: [tag('odd')] }, { types: ['number.recorded'] }], true],
    ['none of several items', [{ tags: [tag('odd')] }, { types: ['number.retracted'] }], false],
  ])('%s', (_what, query, expected) => {
    expect(matches(query, event)).toBe(expected);
  });
});

describe('meansEverything', () => {
  it.each<readonly [query: Query, expected: boolean]>([
    [EVERYTHING, true],
    [[{ tags: [] }], true],
    [[{ types: ['a.b'] }, {}], true],
    [[], false],
    [[{ types: [] }], false],
    [[{ types: ['a.b'] }], false],
    [[{ tags: [tag('a')] }], false],
  ])('%j: %j', (query, expected) => {
    expect(meansEverything(query)).toBe(expected);
  });
});
