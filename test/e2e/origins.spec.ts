/** A page in a browser can neither write to the server nor read from it, unless its origin was allowed. */
import { problemOf, record } from '../support/api.js';
import { sendRaw, type RawAnswer } from '../support/raw-http.js';
import { Server } from '../support/server.js';

const FORM = 'Content-Type: application/x-www-form-urlencoded';
const EVIL = 'https://evil.example';

let server: Server;
let open: Server;

beforeAll(async () => {
  server = await Server.start({ LEFTFOLD_STORE: 'memory' });
  open = await Server.start({
    LEFTFOLD_STORE: 'memory',
    LEFTFOLD_HOSTS: 'log.example',
    LEFTFOLD_ORIGINS: 'https://app.example',
  });
  for (const each of [server, open]) await each.ready();
  await record(server, 5);
});

afterAll(async () => {
  await server.stop();
  await open.stop();
});

afterEach(async () => {
  expect(await server.json('/values')).toEqual([5]);
});

const typeOf = ({ body }: RawAnswer): string => (JSON.parse(body) as { type: string }).type;

describe('a request with the name of another server', () => {
  it.each([
    'POST /entries',
    'GET /values',
    'GET /',
    'GET /docs',
    'GET /nothing',
    'PUT /entries',
    'OPTIONS /entries',
  ])('is refused: %s', async (line) => {
    const answer = await sendRaw(server.url, `${line} HTTP/1.1\nHost: evil.example\n${FORM}`, 'value=7');
    expect(answer.status).toBe(421);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(typeOf(answer)).toBe('urn:leftfold:problem:misdirected-request');
    expect(answer.headers.has('leftfold-position')).toBe(false);
  });

  it('is answered when the settings have the name', async () => {
    expect((await sendRaw(open.url, 'GET /values HTTP/1.1\nHost: LOG.example:80')).status).toBe(200);
    expect((await sendRaw(open.url, 'GET /values HTTP/1.1\nHost: evil.example')).status).toBe(421);
  });

  it('is answered by each of its own names', async () => {
    for (const host of ['localhost', 'localhost:9', '127.0.0.1', '[::1]:80'])
      expect((await sendRaw(server.url, `GET /values HTTP/1.1\nHost: ${host}`)).status).toBe(200);
  });
});

describe('a request from a page of another origin', () => {
  const PAGES: readonly Readonly<Record<string, string>>[] = [
    { origin: EVIL },
    { origin: 'null' },
    { origin: EVIL, 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ];

  it.each(PAGES)('cannot change anything: %j', async (headers) => {
    for (const [path, body] of [
      ['/entries', 'value=7'],
      ['/push', 'event=7'],
      ['/projections/balance/rebuild', ''],
    ] as const) {
      const response = await server.fetch(path, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
        body,
      });
      expect((await problemOf(response, 403)).type).toBe('urn:leftfold:problem:foreign-origin');
    }
    expect((await server.fetch('/values', { method: 'DELETE', headers })).status).toBe(403);
  });

  it('cannot read anything: no answer lets the browser hand it over', async () => {
    const response = await server.fetch('/values', { headers: { origin: EVIL } });
    const preflight = await server.fetch('/entries', {
      method: 'OPTIONS',
      headers: { origin: EVIL, 'access-control-request-method': 'POST' },
    });
    for (const { headers } of [response, preflight])
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('may come from a page of the server itself', async () => {
    const headers = { origin: server.url, 'sec-fetch-site': 'same-origin' };
    expect((await server.post('/events/query', { query: [{}] }, headers)).status).toBe(200);
  });
});

describe('an origin that the settings allow', () => {
  const origin = 'https://app.example';

  it('is let in by a preflight', async () => {
    const headers = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,idempotency-key',
    };
    const { status, headers: given } = await open.fetch('/entries', { method: 'OPTIONS', headers });
    expect(status).toBe(204);
    expect(given.get('access-control-allow-origin')).toBe(origin);
    expect(given.get('access-control-allow-methods')).toContain('POST');
    expect(given.get('access-control-allow-headers')).toMatch(/Content-Type.*Idempotency-Key/);
    expect(given.get('vary')).toMatch(/Origin/);
  });

  it('can write and read, errors and positions too', async () => {
    const headers = { origin, 'sec-fetch-site': 'cross-site' };
    const written = await open.post('/entries', { value: 7 }, headers);
    const read = await open.fetch('/values', { headers });
    const missed = await open.fetch('/nothing', { headers });
    expect([written.status, read.status, missed.status]).toEqual([201, 200, 404]);
    for (const answer of [written, read, missed]) {
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
      expect(answer.headers.get('access-control-expose-headers')).toContain('Leftfold-Position');
    }
  });

  it('is the only one', async () => {
    const response = await open.post('/entries', { value: 7 }, { origin: EVIL });
    expect(response.status).toBe(403);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});
