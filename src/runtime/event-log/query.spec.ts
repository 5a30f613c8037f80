/** Which events a query means. */
import { EVERYTHING, tag, type Query } from './event.js';
import { matches, matchesEverything, ofTypes } from './query.js';

const event = { type: 'number.recorded', revision: 2, tags: [tag('number:1'), tag('even')] };

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
    ['a revision before', [{ revisionBelow: 3 }], true],
    ['a revision before the one that it is of', [{ revisionBelow: 2 }], false],
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
    [[{ revisionBelow: 2 }], false],
  ])('%j: %j', (query, expected) => {
    expect(matchesEverything(query)).toBe(expected);
  });
});

describe('ofTypes', () => {
  it.each<readonly [query: Query, expected: Query]>([
    [EVERYTHING, [{ types: ['a.b', 'c.d'] }]],
    [[{ types: ['c.d', 'e.f'] }], [{ types: ['c.d'] }]],
    [[{ tags: [tag('a')] }], [{ types: ['a.b', 'c.d'], tags: [tag('a')] }]],
    [[{ types: ['e.f'], tags: [tag('a')] }], [{ types: [], tags: [tag('a')] }]],
    [[], []],
  ])('of %j is %j', (query, expected) => {
    expect(ofTypes(['a.b', 'c.d'], query)).toEqual(expected);
  });
});
