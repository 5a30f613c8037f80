/** A commit of one event is written as the same bytes, whoever writes them; else two logs of the same commits had two hashes. */
import fc from 'fast-check';
import { LAYOUT, encodeContent } from './commit-encoding.js';
import { commitId, position, tag, type Json, type NewCommit, type Tag } from '../event.js';
import { NO_HASH, hashCommit } from './hashed-commit.js';
import { writeSingleEvent } from './single-event-encoder.js';

const FIRST = position(7);
const ROOM = 256 * 1024;

const commit: NewCommit = {
  id: commitId('c'),
  time: '2026-01-31T12:00:00.000Z',
  metadata: {},
  events: [{ type: 'number.recorded', revision: 1, tags: [], data: { value: '5' } }],
};

const holding = (data: Json, tags: readonly Tag[] = []): NewCommit => ({
  ...commit,
  events: [{ type: 'number.recorded', revision: 1, tags, data }],
});

/** What is written between two places; undefined when it cannot be. */
function written(given: NewCommit, { start = 0, end = ROOM, first = FIRST } = {}): Buffer | undefined {
  const target = Buffer.alloc(ROOM, 0xff);
  const ends = writeSingleEvent(target, { start, end }, given, { layout: LAYOUT, first });
  return ends === undefined ? undefined : target.subarray(start, ends);
}

const expectSameBytes = (given: NewCommit): void => {
  expect(written(given)?.toString('hex')).toBe(encodeContent(given, FIRST).toString('hex'));
};

/** Where the encoding of a number changes, and what is next to it on either side. */
const limits = [0, 0x20, 0x80, 0x100, 0x8000, 0x10000, 2 ** 31, 2 ** 32, 2 ** 53].flatMap((limit) =>
  [limit - 1, limit, limit + 1].flatMap((value) => [value, -value]),
);
const numbers = [...limits, 0.5, -0.5, 1.1, 1e300, 5e-324, Number.MAX_VALUE, -Number.MIN_VALUE];

const ascii = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: 'binary-ascii', maxLength, size: 'max' });
const cell = fc.oneof(
  fc.constantFrom<Json>(...numbers),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  ascii(300),
  fc.constantFrom<Json>(null, true, false),
);

describe('a commit of one event', () => {
  it('is written as the bytes that encode its columns', () => {
    const simple = fc.record(
      {
        id: ascii(40).map((id) => commitId(`${id}c`.replaceAll(/[^a-z]/g, 'x'))),
        time: fc.constant(commit.time),
        metadata: fc.dictionary(ascii(8), ascii(8), { maxKeys: 3 }),
        fingerprint: ascii(70),
        events: fc.tuple(
          fc.record({
            type: ascii(40),
            revision: fc.integer({ min: 1, max: 70_000 }),
            tags: fc.array(
              ascii(20).map((text) => text as Tag),
              { maxLength: 15 },
            ),
            data: fc.dictionary(
              ascii(40).filter((name) => name !== '__proto__'),
              cell,
              { maxKeys: 11 },
            ),
          }),
        ),
      },
      { requiredKeys: ['id', 'time', 'metadata', 'events'] },
    );
    fc.assert(fc.property(simple, expectSameBytes), { numRuns: 1_000 });
  });

  it.each(numbers)('is written with the number %d in it', (number) => {
    expectSameBytes(holding({ value: number }));
  });

  it.each([0, 1, 31, 32, 255, 256, 65_535])('is written with a text of %d characters in it', (length) => {
    expectSameBytes(holding({ value: 'x'.repeat(length) }));
  });

  it.each(limits.filter((limit) => limit > 0))('is written with its place, be that %d', (first) => {
    const given = written(commit, { first: position(Math.min(first, Number.MAX_SAFE_INTEGER)) });
    expect(given).toEqual(encodeContent(commit, position(Math.min(first, Number.MAX_SAFE_INTEGER))));
  });

  it('is written where it is to stand, and nothing beside it', () => {
    const content = encodeContent(commit, FIRST);
    const target = Buffer.alloc(content.length + 200, 0xff);
    const ends = writeSingleEvent(target, { start: 100, end: target.length }, commit, {
      layout: LAYOUT,
      first: FIRST,
    });
    expect(ends).toBe(100 + content.length);
    expect(target.subarray(100, ends)).toEqual(content);
    expect(target.subarray(0, 100)).toEqual(Buffer.alloc(100, 0xff));
    expect(target.subarray(ends)).toEqual(Buffer.alloc(100, 0xff));
  });

  it('is never written past its room, and never in part', () => {
    const given = { ...commit, ...holding({ a: 'x'.repeat(300), b: 70_000, c: 1.5, d: null }, [tag('t')]) };
    const content = encodeContent(given, FIRST);
    const longest = content.length + 16;
    for (let end = 0; end <= longest; end += 1) {
      const target = Buffer.alloc(longest + 16, 0xff);
      const ends = writeSingleEvent(target, { start: 0, end }, given, { layout: LAYOUT, first: FIRST });
      expect(target.subarray(end)).toEqual(Buffer.alloc(target.length - end, 0xff));
      if (ends !== undefined) expect(target.subarray(0, ends)).toEqual(content);
    }
    expect(written(given, { end: longest })).toEqual(content);
  });
});

describe('a commit that is not simple', () => {
  const many = Array.from({ length: 16 }, (_, index) => `m${index}`);
  it.each<[string, NewCommit]>([
    ['no event', { ...commit, events: [] }],
    ['two events', { ...commit, events: [...commit.events, ...commit.events] }],
    ['data that are no object', holding('5')],
    ['no data', holding(null)],
    ['a list for its data', holding(['5'])],
    ['an object in its data', holding({ value: { amount: 5 } })],
    ['a list in its data', holding({ value: [5] })],
    ['a name that cannot be set', holding(JSON.parse('{"a":1,"__proto__":2}') as Json)],
    ['twelve members', holding(Object.fromEntries(many.slice(0, 12).map((name) => [name, 1])))],
    ['sixteen tags', holding({}, many.map(tag))],
    ['text beyond ASCII in its data', holding({ value: 'Zürich' })],
    ['text beyond ASCII in a name', holding({ größe: 1 })],
    ['text beyond ASCII in a tag', holding({}, [tag('ort:Zürich')])],
    ['a text of 64 KiB', holding({ value: 'x'.repeat(65_536) })],
  ])('is left alone: it has %s', (_what, given) => {
    expect(written(given)).toBeUndefined();
  });

  it('is sealed all the same, as is one that is too long to share a buffer', () => {
    const content = (given: NewCommit): string =>
      hashCommit(given, FIRST, NO_HASH).bytes.subarray(64).toString('hex');
    for (const given of [
      holding({ value: { amount: 5 } }),
      holding({ value: 'Zürich' }),
      holding({ value: 'x'.repeat(100_000) }),
      ...[8_000, 8_100, 8_120, 8_130, 8_192, 9_000].map((length) => holding({ value: 'x'.repeat(length) })),
    ])
      expect(content(given)).toBe(encodeContent(given, FIRST).toString('hex'));
  });
});

describe('commits that were sealed one after the other', () => {
  it('each keep their bytes', () => {
    const given = Array.from({ length: 2_000 }, (_, index) =>
      holding({ value: String(index).padStart(index % 700, '0') }),
    );
    const sealed = given.map((each, index) => hashCommit(each, position(index + 1), NO_HASH));
    for (const [index, { bytes }] of sealed.entries())
      expect(bytes.subarray(64)).toEqual(encodeContent(given[index] ?? commit, position(index + 1)));
  });
});
