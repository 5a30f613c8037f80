/** Which page is asked for. */
import { InvalidBody, InvalidParameter } from '../kernel/problem.js';
import { position, tag } from '../../event-log/event.js';
import { readPageBody, readPageParameters } from './page-request.js';

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `a${index}`);

describe('a page asked for by parameters', () => {
  it('is the first hundred of everything when nothing is said', () => {
    expect(readPageParameters({})).toMatchObject({
      query: [{}],
      after: 0,
      backwards: false,
      limit: 100,
      isLimited: false,
    });
  });

  it('begins and ends where it is told to', () => {
    expect(readPageParameters({ after: '7', limit: '1000' })).toMatchObject({
      after: 7,
      limit: 1000,
      isLimited: true,
    });
  });

  it('means one type and one tag', () => {
    expect(readPageParameters({ type: 'a.b', tag: 'a:1' }).query).toEqual([
      { types: ['a.b'], tags: [tag('a:1')] },
    ]);
  });

  it('means any of several types and all of several tags, in one item', () => {
    const { query } = readPageParameters({ type: ['a.b', 'a.c'], tag: ['a:1', 'b:2'] });
    expect(query).toEqual([{ types: ['a.b', 'a.c'], tags: ['a:1', 'b:2'] }]);
  });

  it('takes 100 types and 100 tags', () => {
    const [item] = readPageParameters({ type: names(100), tag: names(100) }).query;
    expect([item?.types?.length, item?.tags?.length]).toEqual([100, 100]);
  });

  it('leads on by a link that says the same, and where the page ended', () => {
    const asked = readPageParameters({ after: '3', limit: '2', type: ['a.b', 'a.c'], tag: ['n:1', 'é&?'] });
    const link = '/events?after=7&limit=2&type=a.b&type=a.c&tag=n%3A1&tag=%C3%A9%26%3F';
    expect(asked.next(position(7))).toEqual({ value: link, header: ['link', `<${link}>; rel="next"`] });
  });

  it('takes times and what is sought, and leads on with them', () => {
    const { where, next } = readPageParameters({
      since: '2026-01-31T13:00:00 01:00', // + that was not encoded
      correlation: 'c 1',
      causation: 'b',
      principal: 'key:till',
      text: 'é',
    });
    expect(where).toEqual({
      since: Date.parse('2026-01-31T12:00:00Z'),
      correlationId: 'c 1',
      causationId: 'b',
      principal: 'key:till',
      text: 'é',
    });
    expect(next(position(7)).value).toBe(
      '/events?after=7&limit=100&since=2026-01-31T13%3A00%3A00%2001%3A00&correlation=c%201&causation=b&principal=key%3Atill&text=%C3%A9',
    );
  });

  it('leads on with the limit that nobody named', () => {
    expect(readPageParameters({}).next(position(100)).value).toBe('/events?after=100&limit=100');
  });

  it.each<readonly [name: string, value: string | readonly string[], says: string]>([
    ['type', ['a.b', ''], 'type has 1 to 255 characters, not 0.'],
    ['tag', 'x'.repeat(256), 'tag has 1 to 255 characters, not 256.'],
    ['type', names(101), 'type is there 101 times; at most 100 are looked for.'],
    ['tag', names(101), 'tag is there 101 times; at most 100 are looked for.'],
    ['limit', ['1', '2'], 'limit is there 2 times; give it once.'],
    ['text', '', 'text has 1 to 255 characters, not 0.'],
    ['principal', ['a', 'b'], 'principal is there 2 times; give it once.'],
    ['since', '2026-01-31', 'since must be a time with its zone, as in ?since=2026-01-31T12:00:00Z'],
    [
      'backwards',
      'true',
      'There is no parameter backwards; there are after, limit, type, tag, since, until, correlation, causation, principal, text.',
    ],
  ])('is refused for its %s', (name, value, says) => {
    expect(() => readPageParameters({ [name]: value })).toThrow(
      expect.objectContaining({
        constructor: InvalidParameter,
        faults: [{ parameter: name, detail: says }],
      }) as Error,
    );
  });
});

describe('a page asked for by a body', () => {
  const query = [{ types: ['a.b'] }, { tags: ['a:1'] }];

  it('is the first hundred of what the query means when nothing else is said', () => {
    const { before, ...asked } = readPageBody({ query });
    expect(asked).toMatchObject({ query, after: 0, backwards: false, limit: 100, isLimited: false });
    expect(before).toBeUndefined();
  });

  it('lies between two positions, in the direction that it is told', () => {
    expect(readPageBody({ query, after: 3, before: 9, limit: 2, backwards: true })).toMatchObject({
      after: 3,
      before: 9,
      limit: 2,
      isLimited: true,
      backwards: true,
    });
  });

  it('leads on by the position where it ended', () => {
    expect(readPageBody({ query }).next(position(7))).toEqual({ value: 7, header: ['leftfold-next', '7'] });
  });

  it.each<readonly [what: string, body: unknown, pointer: string]>([
    ['no body', undefined, '#'],
    ['a list', [{}], '#'],
    ['no query', {}, '#/query'],
    ['a query without an item', { query: [] }, '#/query'],
    ['an item at fault', { query: [{}, { tags: [''] }] }, '#/query/1/tags/0'],
    ['a negative position', { query, after: -1 }, '#/after'],
    ['half a position', { query, after: 0.5 }, '#/after'],
    ['a position as text', { query, after: '7' }, '#/after'],
    ['nothing before it', { query, before: 0 }, '#/before'],
    ['no limit at all', { query, limit: 0 }, '#/limit'],
    ['too high a limit', { query, limit: 1001 }, '#/limit'],
    ['a direction that is none', { query, backwards: 'yes' }, '#/backwards'],
    ['something unknown', { query, through: 7 }, '#/through'],
    ['a time without a zone', { query, where: { until: '2026-01-31T12:00:00' } }, '#/where/until'],
    ['a text of no length', { query, where: { text: '' } }, '#/where/text'],
    ['something unknown to be sought', { query, where: { user: 'x' } }, '#/where/user'],
  ])('is refused when it has %s, and points to it', (_what, body, pointer) => {
    expect(() => readPageBody(body)).toThrow(
      expect.objectContaining({
        constructor: InvalidBody,
        faults: [expect.objectContaining({ pointer })],
      }) as Error,
    );
  });
});
