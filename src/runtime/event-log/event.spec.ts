/** Positions, tags and commit ids: what can be one. */
import { InvalidValue } from './errors.js';
import { commitId, position, tag } from './event.js';

describe('a position', () => {
  it.each([0, 1, Number.MAX_SAFE_INTEGER])('may be %d', (value) => {
    expect(position(value)).toBe(value);
  });

  it.each([-1, 0.5, NaN, Infinity, Number.MAX_SAFE_INTEGER + 1])('is not %d', (value) => {
    expect(() => position(value)).toThrow(InvalidValue);
  });
});

describe.each([
  ['a tag', tag],
  ['a commit id', commitId],
] as const)('%s', (_what, make) => {
  it.each(['x', 'x'.repeat(255), '🏷️', '\u0001'])('may be %j', (value) => {
    expect(make(value)).toBe(value);
  });

  it.each(['', 'x'.repeat(256), '\ud800', 'a\u0000b'])('is not %j', (value) => {
    expect(() => make(value)).toThrow(InvalidValue);
  });

  it('says that it holds no NUL', () => {
    expect(() => make('a\u0000b')).toThrow('holds no NUL character');
  });
});
