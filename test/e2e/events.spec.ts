import { allEvents, linesOf, pageOf, positionIn, problemOf, type EventJson } from '../support/api.js';
import { Server } from '../support/server.js';

let server: Server;

/** 25 numbers, of which every fifth is retracted: 30 events. */
beforeAll(async () => {
  server = await Server.start({ LEFTFOLD_STORE: 'memory' });
  await server.ready();
  await server.post(
    '/entries',
    Array.from({ length: 25 }, (_, index) => index),
  );
  for (const number of [5, 10, 15, 20, 25]) {
    await server.post(`/entries/${number}/retraction`, { reason: 'every fifth' });
  }
});

afterAll(async () => {
  await server.stop();
});

const upTo = (last: number, first = 1): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

const positionsOf = (events: readonly EventJson[]): readonly number[] =>
  events.map(({ position }) => position);

/** Every page from this one on, by its link to the next. */
async function pagesFrom(path: string): Promise<readonly (readonly EventJson[])[]> {
  const pages: (readonly EventJson[])[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const page = await pageOf(server, next);
    pages.push(page.events);
    next = page.next;
  }
  return pages;
}

describe('a page of events', () => {
  it('holds all of a short log, and no link to a next one', async () => {
    const response = await server.fetch('/events');
    const page = (await response.json()) as { readonly events: readonly EventJson[] };
    expect(Object.keys(page)).toEqual(['events']);
    expect(positionsOf(page.events)).toEqual(upTo(30));
    expect(positionIn(response)).toBe(30);
    expect(response.headers.get('link')).toBeNull();
  });

  it('leads to the next one, up to the head', async () => {
    const pages = await pagesFrom('/events?limit=7');
    expect(pages.map(({ length }) => length)).toEqual([7, 7, 7, 7, 2]);
    expect(positionsOf(pages.flat())).toEqual(upTo(30));
  });

  it('ends without a link when its last event is the head', async () => {
    expect((await pagesFrom('/events?limit=15')).map(({ length }) => length)).toEqual([15, 15]);
    expect(await pageOf(server, '/events?after=29&limit=1')).not.toHaveProperty('next');
  });

  it('says the same in the Link header', async () => {
    const response = await server.fetch('/events?limit=7');
    const { next } = (await response.json()) as { readonly next: string };
    expect(next).toBe('/events?after=7&limit=7');
    expect(response.headers.get('link')).toBe(`<${next}>; rel="next"`);
  });

  it('begins after a position, also after the head', async () => {
    expect(positionsOf((await pageOf(server, '/events?after=27')).events)).toEqual([28, 29, 30]);
    expect(await pageOf(server, '/events?after=30')).toEqual({ events: [] });
    expect(await pageOf(server, '/events?after=1000000')).toEqual({ events: [] });
  });

  it('holds one type', async () => {
    const pages = await pagesFrom('/events?type=entry.retracted&limit=2');
    expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(pages.flat().map(({ data }) => data['entry'])).toEqual([5, 10, 15, 20, 25]);
  });

  it('holds one tag', async () => {
    const { events } = await pageOf(server, '/events?tag=entry:10');
    expect(positionsOf(events)).toEqual([27]);
    expect(events[0]?.tags).toEqual(['entry:10']);
  });

  it('holds what has both the type and the tag', async () => {
    const of = (type: string): string => `/events?tag=entry%3A10&type=${type}`;
    expect(positionsOf((await pageOf(server, of('entry.retracted'))).events)).toEqual([27]);
    expect(await pageOf(server, of('entry.recorded'))).toEqual({ events: [] });
  });

  it('is empty for a type or tag that no event has', async () => {
    expect(await pageOf(server, '/events?type=entry.forgotten')).toEqual({ events: [] });
    expect(await pageOf(server, '/events?tag=%C3%A9%2F%26')).toEqual({ events: [] });
  });
});

describe('events as NDJSON', () => {
  const lines = async (path: string): Promise<readonly string[]> => {
    const response = await server.fetch(path, { headers: { accept: 'application/x-ndjson' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/x-ndjson/);
    expect(positionIn(response)).toBe(30);
    return linesOf(await response.text());
  };

  it('are the same events, one a line', async () => {
    const { events } = await pageOf(server, '/events');
    expect((await lines('/events')).map((line) => JSON.parse(line) as unknown)).toEqual(events);
  });

  it('begin, end and are chosen as pages are', async () => {
    expect(await lines('/events?after=28')).toHaveLength(2);
    expect(await lines('/events?limit=3')).toHaveLength(3);
    expect(await lines('/events?type=entry.retracted')).toHaveLength(5);
    expect(await lines('/events?tag=entry:10')).toHaveLength(1);
    expect(await lines('/events?after=30')).toHaveLength(0);
  });
});

describe('events as CloudEvents', () => {
  interface CloudEventJson {
    readonly specversion: string;
    readonly id: string;
    readonly source: string;
    readonly type: string;
    readonly time: string;
    readonly [attribute: string]: unknown;
  }

  const cloudEvents = async (accept: string): Promise<readonly CloudEventJson[]> => {
    const response = await server.fetch('/events', { headers: { accept } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/cloudevents/);
    return (await response.json()) as readonly CloudEventJson[];
  };

  it.each(['application/cloudevents-batch+json', 'application/cloudevents+json'])(
    'have every attribute that CloudEvents 1.0 requires: %s',
    async (accept) => {
      for (const event of await cloudEvents(accept)) {
        expect(event.specversion).toBe('1.0');
        for (const required of [event.id, event.source, event.type]) expect(required).toMatch(/./);
        expect(new Date(event.time).toISOString()).toBe(event.time);
        for (const name of Object.keys(event)) expect(name).toMatch(/^[a-z0-9]+$/);
      }
    },
  );

  it('have the position as id, and the event’s type, time and data', async () => {
    const events = await allEvents(server);
    expect(
      (await cloudEvents('application/cloudevents-batch+json')).map(({ id, type, time, data }) => ({
        id,
        type,
        time,
        data,
      })),
    ).toEqual(events.map(({ position, type, time, data }) => ({ id: String(position), type, time, data })));
  });
});

describe('what the client accepts', () => {
  it.each([
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['application/json', 'application/json'],
    ['text/html, application/x-ndjson;q=0.5', 'application/x-ndjson'],
    ['application/json;q=0.5, application/x-ndjson', 'application/x-ndjson'],
    ['application/json;q=0, */*', 'application/x-ndjson'],
    ['APPLICATION/X-NDJSON', 'application/x-ndjson'],
  ])('is what it gets: %s gives %s', async (accept, type) => {
    const response = await server.fetch('/events?limit=1', { headers: { accept } });
    expect(response.headers.get('content-type')?.split(';')[0]).toBe(type);
    expect(response.headers.get('vary')).toMatch(/accept/i);
  });

  it.each(['text/csv', 'image/*', 'application/json;q=0'])('is refused when it is %s', async (accept) => {
    const problem = await problemOf(await server.fetch('/events', { headers: { accept } }), 406);
    expect(problem.type).toBe('urn:leftfold:problem:not-acceptable');
    expect(problem.errors?.[0]?.header).toBe('Accept');
    expect(problem.detail).toContain('application/x-ndjson');
  });
});

describe('a log of more than one page of everything', () => {
  it('is read whole by links of 1,000 and as NDJSON', async () => {
    const large = await Server.start({ LEFTFOLD_STORE: 'memory' });
    await large.post(
      '/entries',
      Array.from({ length: 2500 }, (_, index) => index),
    );
    expect((await pageOf(large, '/events')).events).toHaveLength(100);
    const thousand = await pageOf(large, '/events?limit=1000');
    expect(thousand.events).toHaveLength(1000);
    expect(thousand.next).toBe('/events?after=1000&limit=1000');
    expect(positionsOf(await allEvents(large))).toEqual(upTo(2500));
    await large.stop();
  });
});
