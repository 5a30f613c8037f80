/** What a commit says as bytes, and back. */
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { decodeContent, encodeContent } from './commit-encoding.js';
import { commitId, position, tag, type Json, type NewCommit } from '../event.js';

type NewStored = NewCommit['events'][number];

const commit: NewCommit = {
  id: commitId('c'),
  time: '2026-01-31T12:00:00.000Z',
  metadata: { correlationId: 'x' },
  fingerprint: 'f',
  events: [
    { type: 'number.recorded', revision: 2, tags: [tag('number:1')], data: { value: '5' } },
    { type: 'number.retracted', revision: 1, tags: [], data: null },
  ],
};

const of = (...events: readonly NewStored[]): NewCommit => ({ ...commit, events });
const holding = (...data: readonly Json[]): NewCommit =>
  of(...data.map((each) => ({ type: 'thing.happened', revision: 1, tags: [], data: each })));
const roundTrip = (given: NewCommit): readonly NewStored[] =>
  decodeContent(encodeContent(given, position(7))).events.map(({ type, revision, tags, data }) => ({
    type,
    revision,
    tags,
    data,
  }));

const json = fc.jsonValue({ depthSize: 'small', noUnicodeString: false }) as fc.Arbitrary<Json>;
const normal = (value: Json): Json => JSON.parse(JSON.stringify(value)) as Json; // -0 is not kept

describe('the content of a commit', () => {
  it('gives back what the commit says', () => {
    expect(decodeContent(encodeContent(commit, position(7)))).toMatchObject({
      id: 'c',
      first: 7,
      last: 8,
      time: commit.time,
      metadata: { correlationId: 'x' },
      fingerprint: 'f',
    });
  });

  it('gives back every event, with its position and what it shares with the others', () => {
    const shared = { time: commit.time, commit: 'c', metadata: { correlationId: 'x' } };
    expect(decodeContent(encodeContent(commit, position(7))).events).toEqual([
      {
        position: 7,
        type: 'number.recorded',
        revision: 2,
        tags: ['number:1'],
        data: { value: '5' },
        ...shared,
      },
      { position: 8, type: 'number.retracted', revision: 1, tags: [], data: null, ...shared },
    ]);
  });

  it('has no fingerprint where none was given', () => {
    const bare: NewCommit = { id: commit.id, time: commit.time, metadata: {}, events: commit.events };
    expect(decodeContent(encodeContent(bare, position(1)))).not.toHaveProperty('fingerprint');
  });

  it('refuses a layout that it does not know', () => {
    const bytes = new Packr({ useRecords: false }).pack([1, 'c']);
    expect(() => decodeContent(bytes)).toThrow('commit of layout 1');
  });

  it('keeps the order of events of several kinds that take turns', () => {
    const turns = Array.from({ length: 50 }, (_unused, index): NewStored => ({
      type: index % 3 === 0 ? 'a.happened' : 'b.happened',
      revision: 1 + (index % 2),
      tags: index % 5 === 0 ? [tag(`turn:${index}`)] : [],
      data: index % 7 === 0 ? { index, also: true } : { index },
    }));
    expect(roundTrip(of(...turns))).toEqual(turns);
  });

  it('says what all events have in common once, and gives it back to each', () => {
    const alike = Array.from({ length: 100 }, (): NewStored => ({
      type: 'a.happened',
      revision: 1,
      tags: [tag('a:1'), tag('b:2')],
      data: { same: 'for all of them', none: null },
    }));
    expect(roundTrip(of(...alike))).toEqual(alike);
    const bytes = encodeContent(of(...alike), position(1)).length;
    expect(bytes).toBeLessThan(2 * encodeContent(of(...alike.slice(0, 1)), position(1)).length);
  });

  it('gives the same bytes whether equal data are one object in memory or several', () => {
    const made = (): Json => ({ list: [1, { two: 2 }] });
    const once = made();
    const bytes = [holding(once, once), holding(made(), made())].map((each) =>
      encodeContent(each, position(1)),
    );
    expect(bytes[0]).toEqual(bytes[1]);
  });

  it('tells members of the same names in another order apart', () => {
    const [one, other] = roundTrip(holding({ a: 1, b: 2 }, { b: 2, a: 1 }));
    expect([Object.keys(one?.data ?? {}), Object.keys(other?.data ?? {})]).toEqual([
      ['a', 'b'],
      ['b', 'a'],
    ]);
  });

  it.each<readonly [what: string, data: Json]>([
    ['no members', {}],
    ['a name with a NUL in it', { 'a\0b': 1, c: 2 }],
    ['names that look like code', { '"]); throw 1; (["': 1, 'a\u2028b': 2, '\\': 3 }],
    ['names that every object has', { constructor: 1, toString: 2, hasOwnProperty: 3 }],
    ['an array', [1, [2, { three: 3 }]]],
    ['a text', 'only text'],
    [
      'more names than are compiled',
      Object.fromEntries(Array.from({ length: 100 }, (_unused, n) => [`name ${n}`, n])),
    ],
  ])('keeps data with %s', (_, data) => {
    expect(roundTrip(holding(data, data)).map((event) => event.data)).toEqual([data, data]);
  });

  it('needs no code from strings', () => {
    const forbidden = jest.spyOn(globalThis, 'Function').mockImplementation(() => {
      throw new EvalError('Code generation from strings disallowed for this context');
    });
    try {
      const data = { 'compiled nowhere else': 1, 2: [{ three: 3 }] };
      const given = roundTrip(holding(data, data)).map((event) => event.data);
      expect(forbidden).toHaveBeenCalledTimes(1);
      expect(given).toEqual([data, data]);
      expect(given.every(Object.isFrozen)).toBe(true);
    } finally {
      forbidden.mockRestore();
    }
  });

  it('keeps a member __proto__, wherever it is', () => {
    const texts = ['{"__proto__":1,"a":2}', '{"a":{"__proto__":{"b":1}}}', '[{"__proto__":[]}]'];
    const data = texts.map((text) => JSON.parse(text) as Json);
    expect(roundTrip(holding(...data)).map((event) => JSON.stringify(event.data))).toEqual(texts);
  });

  it('freezes all that it gives back', () => {
    const { events, metadata } = decodeContent(
      encodeContent(holding({ a: { b: [1] } }, [{ c: 1 }]), position(1)),
    );
    const parts = [metadata, ...events.flatMap((event) => [event, event.tags, event.data])];
    const [object, array] = events.map(
      (event) => event.data as Readonly<Record<string, Readonly<Record<string, Json>>>>,
    );
    expect([...parts, object?.['a'], object?.['a']?.['b'], array?.['0']].every(Object.isFrozen)).toBe(true);
  });

  it('keeps any JSON, in any mixture', () => {
    fc.assert(
      fc.property(fc.array(json, { minLength: 1, maxLength: 30 }), (data) => {
        const expected = data.map(normal);
        expect(roundTrip(holding(...data)).map((event) => JSON.stringify(event.data))).toEqual(
          expected.map((each) => JSON.stringify(each)),
        );
      }),
    );
  });

  it('is the same bytes for what was read as for what was written', () => {
    fc.assert(
      fc.property(fc.array(json, { minLength: 1, maxLength: 10 }), (data) => {
        const bytes = encodeContent(holding(...data.map(normal)), position(3));
        const { id, time, metadata, fingerprint, events } = decodeContent(bytes);
        const again = { id, time, metadata, events, ...(fingerprint !== undefined && { fingerprint }) };
        expect(encodeContent(again, position(3)).equals(bytes)).toBe(true);
      }),
    );
  });
});
