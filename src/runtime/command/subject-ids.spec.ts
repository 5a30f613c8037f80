/** Ids of subjects: texts of a client's own, UUIDs made here, positions. */
import { Problem } from '../http/kernel/problem.js';
import { TEXT_IDS, positionIds, textIdFault, uuidV7 } from './subject-ids.js';

describe('an id that a client chooses', () => {
  it.each(['a', 'ann@example.org', '打错', 'a b', '0', '__proto__', 'x'.repeat(100), '…'])(
    'may be %j',
    (id) => {
      expect(textIdFault(id)).toBeUndefined();
      expect(TEXT_IDS.read(id)).toBe(id);
    },
  );

  it.each([
    ['', /at least one character/],
    [5, /is a text/],
    [null, /is a text/],
    ['a/b', /no slash/],
    ['a\\b', /no backslash|no slash/],
    ['..', /not \. or \.\./],
    ['a\nb', /no control character|no slash/],
    ['\ud800', /well-formed/],
    ['x'.repeat(101), /at most 100/],
    ['x'.repeat(10_000), /at most 100/],
    ['打'.repeat(12), /at most 100/],
  ])('cannot be %j', (id, says) => {
    expect(textIdFault(id)).toMatch(says);
    expect(() => TEXT_IDS.read(id as string)).toThrow(Problem);
  });
});

describe('an id that is made here', () => {
  it('is a UUID of version 7', () => {
    expect(uuidV7()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('sorts after those made before, also within a millisecond and when the clock runs back', () => {
    const now = Date.now() + 10_000;
    const ids = Array.from({ length: 10_000 }, (_, index) => uuidV7(index % 2 === 0 ? now : now - 50));
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(10_000);
  });

  it('begins with the time', () => {
    const now = Date.now() + 100_000_000;
    expect(parseInt(uuidV7(now).replaceAll('-', '').slice(0, 12), 16)).toBe(now);
  });
});

describe('an id that is a position', () => {
  const ids = positionIds((text) => new Problem('not-found', 'no', 'no', text));

  it.each([
    ['1', 1],
    ['42', 42],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('may be %s', (text, expected) => {
    expect(ids.read(text)).toBe(expected);
  });

  it.each(['0', '-1', 'abc', '', '01', '1.0', '1e3', '+1', ' 1', '9007199254740992', '1'.repeat(400)])(
    'cannot be %j: there is no such subject',
    (text) => {
      expect(() => ids.read(text)).toThrow(Problem);
    },
  );
});
