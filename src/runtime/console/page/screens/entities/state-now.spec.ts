/** What is shown of a state. */
import { MAX_LEAVES, activeStates, badgeOf, leafText, leavesOf } from './state-now.js';

describe('what a state holds', () => {
  it('is told member by member', () => {
    const state = { a: 'x', b: { c: null, d: [] }, e: [{ f: 1 }, 2] };
    expect(leavesOf(state).map(({ path, value }) => [path, leafText(value)])).toEqual([
      ['a', 'x'],
      ['b.c', 'null'],
      ['b.d', '[]'],
      ['e[0].f', '1'],
      ['e[1]', '2'],
    ]);
  });

  it('is told in part where it is too much', () => {
    expect(leavesOf({ many: Array.from({ length: 1000 }, (_, index) => ({ index })) })).toHaveLength(
      MAX_LEAVES,
    );
  });
});

describe('the active states', () => {
  it.each<[unknown, readonly string[]]>([
    ['open', ['open']],
    [{ open: 'idle' }, ['open', 'open.idle']],
    [{ a: 'x', b: { c: 'y' } }, ['a', 'a.x', 'b', 'b.c', 'b.c.y']],
    [undefined, []],
  ])('of %j are %j', (value, active) => {
    expect(activeStates(value)).toEqual(active);
  });

  it('are a word where there is one', () => {
    expect([badgeOf({ state: 'open' }), badgeOf({ status: 'paid' }), badgeOf({ state: { a: 'b' } })]).toEqual(
      ['open', 'paid', undefined],
    );
  });
});
