import { linesOf, pageOf, positionIn, problemOf, wholeLog, type EventJson } from '../support/api.js';
import { Server } from '../support/server.js';

/** What stands in the log: an entry recorded or retracted, and its tags. */
const LOG: readonly (readonly [type: 'entry.recorded' | 'entry.retracted', ...tags: readonly string[]])[] = [
  ['entry.recorded', 'odd', 'prime'], // 1
  ['entry.recorded', 'even', 'prime'], // 2
  ['entry.retracted', 'odd'], // 3
  ['entry.recorded', 'even'], // 4
  ['entry.retracted', 'even', 'prime'], // 5
  ['entry.recorded'], // 6
  ['entry.recorded', 'odd'], // 7
];

let server: Server;

beforeAll(async () => {
  server = await Server.start({ LEFTFOLD_STORE: 'memory' });
  await server.ready();
  const data = {
    'entry.recorded': { value: '1' },
    'entry.retracted': { entry: 1, value: '1', reason: 'x' },
  };
  const events = LOG.map(([type, ...tags]) => ({ type, data: data[type], tags }));
  expect((await server.post('/events', { events })).status).toBe(201);
});

afterAll(async () => {
  await server.stop();
});

const positionsOf = (events: readonly EventJson[]): readonly number[] =>
  events.map(({ position }) => position);

describe('several parameters', () => {
  it.each<readonly [what: string, parameters: string, positions: readonly number[]]>([
    ['any of the types', 'type=entry.recorded&type=entry.retracted', [1, 2, 3, 4, 5, 6, 7]],
    ['any of the types, known or not', 'type=entry.retracted&type=entry.forgotten', [3, 5]],
    ['all of the tags', 'tag=even&tag=prime', [2, 5]],
    ['all of the tags, in any order', 'tag=prime&tag=even', [2, 5]],
    ['no event that has one of the tags only', 'tag=odd&tag=even', []],
    ['any of the types and all of the tags', 'type=entry.recorded&type=x.y&tag=even&tag=prime', [2]],
  ])('mean %s: %s', async (_what, parameters, positions) => {
    expect(positionsOf((await pageOf(server, `/events?${parameters}`)).events)).toEqual(positions);
  });

  it('are all kept by the link to the next page', async () => {
    const parameters = 'type=entry.recorded&type=entry.retracted&tag=even&tag=prime';
    const { events, next } = await pageOf(server, `/events?limit=1&${parameters}`);
    expect(positionsOf(events)).toEqual([2]);
    expect(next).toBe(`/events?after=2&limit=1&${parameters}`);
    const second = await pageOf(server, next ?? '');
    expect(positionsOf(second.events)).toEqual([5]);
    expect(second).not.toHaveProperty('next');
  });
});

interface QueryPage {
  readonly events: readonly EventJson[];
  readonly next?: number;
}

const ask = async (body: object): Promise<QueryPage> => {
  const response = await server.post('/events/query', body);
  expect(response.status).toBe(200);
  return (await response.json()) as QueryPage;
};

const EVEN_OR_RETRACTED = [{ tags: ['even'] }, { types: ['entry.retracted'] }];

describe('a query in a body', () => {
  it.each<readonly [what: string, body: object, positions: readonly number[]]>([
    ['everything', { query: [{}] }, [1, 2, 3, 4, 5, 6, 7]],
    ['any of several items, each event once', { query: EVEN_OR_RETRACTED }, [2, 3, 4, 5]],
    [
      'types and tags of one item together',
      { query: [{ types: ['entry.recorded'], tags: ['even'] }, { tags: ['odd', 'prime'] }] },
      [1, 2, 4],
    ],
    ['what stands after a position', { query: EVEN_OR_RETRACTED, after: 3 }, [4, 5]],
    ['what stands before a position', { query: EVEN_OR_RETRACTED, before: 4 }, [2, 3]],
    ['what stands between two', { query: EVEN_OR_RETRACTED, after: 2, before: 5 }, [3, 4]],
    ['nothing between neighbours', { query: [{}], after: 2, before: 3 }, []],
    ['up to the head, when before is past it', { query: [{}], after: 5, before: 99 }, [6, 7]],
    ['the newest first', { query: EVEN_OR_RETRACTED, backwards: true }, [5, 4, 3, 2]],
    ['the newest one', { query: EVEN_OR_RETRACTED, backwards: true, limit: 1 }, [5]],
    ['the newest first, down to a position', { query: [{}], after: 4, backwards: true }, [7, 6, 5]],
    ['nothing that no event is', { query: [{ tags: ['odd', 'even'] }] }, []],
  ])('matches %s', async (_what, body, positions) => {
    expect(positionsOf((await ask(body)).events)).toEqual(positions);
  });

  it('gives the same events as the parameters that say the same', async () => {
    const byBody = await ask({ query: [{ types: ['entry.recorded'], tags: ['odd'] }] });
    expect(byBody).toEqual(await pageOf(server, '/events?type=entry.recorded&tag=odd'));
  });

  it('records nothing', async () => {
    const before = await wholeLog(server);
    const response = await server.post('/events/query', { query: [{}] }, { 'idempotency-key': 'q' });
    expect(positionIn(response)).toBe(LOG.length);
    expect(await wholeLog(server)).toBe(before);
  });

  it.each<readonly [what: string, asked: object, pages: readonly (readonly number[])[]]>([
    [
      'as after',
      {},
      [
        [2, 3],
        [4, 5],
      ],
    ],
    [
      'as before, backwards',
      { backwards: true },
      [
        [5, 4],
        [3, 2],
      ],
    ],
  ])('is gone on with by sending next %s', async (_what, asked, pages) => {
    const bound = 'backwards' in asked ? 'before' : 'after';
    const seen: (readonly number[])[] = [];
    let next: number | undefined;
    do {
      const page = await ask({
        query: EVEN_OR_RETRACTED,
        limit: 2,
        ...asked,
        ...(next !== undefined && { [bound]: next }),
      });
      seen.push(positionsOf(page.events));
      next = page.next;
    } while (next !== undefined);
    expect(seen).toEqual(pages);
  });

  it('says next in a header, too', async () => {
    const response = await server.post('/events/query', { query: [{}], limit: 3 });
    expect(response.headers.get('leftfold-next')).toBe('3');
    expect(((await response.json()) as QueryPage).next).toBe(3);
    const last = await server.post('/events/query', { query: [{}], after: 4, limit: 3 });
    expect(last.headers.get('leftfold-next')).toBeNull();
    expect(await last.json()).not.toHaveProperty('next');
  });
});

describe('a query in a body, answered', () => {
  const answered = (accept: string, body: object): Promise<Response> =>
    server.post('/events/query', body, { accept });

  it('as NDJSON goes up to the head, or to the limit, in either direction', async () => {
    const positions = async (body: object): Promise<readonly number[]> => {
      const response = await answered('application/x-ndjson', body);
      expect(response.headers.get('content-type')).toMatch(/^application\/x-ndjson/);
      return positionsOf(linesOf(await response.text()).map((line) => JSON.parse(line) as EventJson));
    };
    expect(await positions({ query: EVEN_OR_RETRACTED })).toEqual([2, 3, 4, 5]);
    expect(await positions({ query: EVEN_OR_RETRACTED, backwards: true, limit: 3 })).toEqual([5, 4, 3]);
  });

  it('as CloudEvents is a page, with next in the header', async () => {
    const response = await answered('application/cloudevents-batch+json', { query: [{}], limit: 2 });
    expect(response.headers.get('content-type')).toMatch(/^application\/cloudevents-batch\+json/);
    expect(response.headers.get('leftfold-next')).toBe('2');
    expect(((await response.json()) as readonly { id: string }[]).map(({ id }) => id)).toEqual(['1', '2']);
  });

  it('as nothing that is not to be had', async () => {
    const problem = await problemOf(await answered('text/csv', { query: [{}] }), 406);
    expect(problem.errors?.[0]?.header).toBe('Accept');
  });
});

describe('a query in a body that cannot be answered', () => {
  it.each<readonly [what: string, body: unknown, pointer: string, says: RegExp]>([
    ['no query', {}, '#/query', /array of items/],
    ['no item', { query: [] }, '#/query', /at least one item.*\[\{\}\] means every event/],
    ['too many items', { query: Array(1001).fill({}) }, '#/query', /at most 1000 items/],
    ['an item without types', { query: [{ types: [] }] }, '#/query/0/types', /without types it means any/],
    ['too many types', { query: [{ types: Array(101).fill('a.b') }] }, '#/query/0/types', /at most 100/],
    ['an empty tag', { query: [{ tags: ['a', ''] }] }, '#/query/0/tags/1', /at least 1 character/],
    ['a misspelt field of an item', { query: [{ tag: ['a'] }] }, '#/query/0/tag', /tag/],
    ['a position as text', { query: [{}], after: '7' }, '#/after', /integer from 0 on/],
    ['a page of no events', { query: [{}], limit: 0 }, '#/limit', /from 1 to 1000/],
    ['a field that there is not', { query: [{}], through: 7 }, '#/through', /through/],
    ['a body that is none', 5, '#', /./],
  ])('is told where it is at fault: %s', async (_what, body, pointer, says) => {
    const problem = await problemOf(await server.post('/events/query', body), 422);
    expect(problem.type).toBe('urn:leftfold:problem:invalid-body');
    expect(problem.errors?.[0]?.pointer).toBe(pointer);
    expect(problem.errors?.[0]?.detail).toMatch(says);
  });

  it('may not have parameters besides: they would be passed over', async () => {
    const problem = await problemOf(await server.post('/events/query?after=7', { query: [{}] }), 400);
    expect(problem.errors?.[0]?.parameter).toBe('after');
  });
});

describe('parameters that cannot be answered', () => {
  const repeated = (name: string, count: number): string =>
    Array.from({ length: count }, (_, index) => `${name}=${index}`).join('&');

  it.each(['type', 'tag'])('are refused when %s is there more than 100 times', async (name) => {
    expect((await server.fetch(`/events?${repeated(name, 100)}`)).status).toBe(200);
    const problem = await problemOf(await server.fetch(`/events?${repeated(name, 101)}`), 400);
    expect(problem.errors?.[0]).toEqual({
      parameter: name,
      detail: `${name} is there 101 times; at most 100 are looked for.`,
    });
  });

  it.each(['type', 'tag'])('are refused when one %s of several is none', async (name) => {
    const problem = await problemOf(await server.fetch(`/events?${name}=a&${name}=`), 400);
    expect(problem.errors?.[0]).toMatchObject({ parameter: name });
  });
});
