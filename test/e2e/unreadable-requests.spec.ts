/** What a client sends that cannot be read, or by a method that there is not, is answered with a problem. */
import { METHODS } from 'node:http';
import { problemOf, record } from '../support/api.js';
import { sendRaw } from '../support/raw-http.js';
import { Server } from '../support/server.js';

let server: Server;

beforeAll(async () => {
  server = await Server.start({ LEFTFOLD_STORE: 'memory' });
  await server.ready();
  await record(server, 5);
});

afterAll(async () => {
  await server.stop();
});

afterEach(async () => {
  expect(await server.json('/values')).toEqual([5]);
});

const raw = async (head: string, body?: string | Buffer): Promise<readonly [number, string, string]> => {
  const { status, headers, body: text } = await sendRaw(server.url, head, body);
  const { type, detail } = JSON.parse(text) as { type: string; detail: string };
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  return [status, type.replace('urn:leftfold:problem:', ''), detail];
};

const HOST = 'Host: localhost';

describe('a method that no path has', () => {
  const known = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT'];

  it.each(METHODS.filter((method) => !known.includes(method)))('is answered 501: %s', async (method) => {
    for (const path of ['/entries', '/nothing']) {
      const [status, type, detail] = await raw(`${method} ${path} HTTP/1.1\n${HOST}`);
      expect([status, type]).toEqual([501, 'method-unknown']);
      expect(detail).toContain(method);
    }
  });

  it('is answered 501 also when Node does not know it', async () => {
    expect((await raw(`FROBNICATE /entries HTTP/1.1\n${HOST}`)).slice(0, 2)).toEqual([501, 'method-unknown']);
  });
});

describe('what is no HTTP', () => {
  it.each([
    ['a header without a colon', `GET /values HTTP/1.1\n${HOST}\nnonsense`, 400],
    ['another protocol', 'SSH-2.0-OpenSSH_9.0', 400],
    ['headers without an end', `GET /values HTTP/1.1\n${HOST}\nX: ${'x'.repeat(20_000)}`, 431],
  ])('is answered with a problem: %s', async (_name, head, status) => {
    const [given] = await raw(head);
    expect(status === 400 ? [400, 501] : [status]).toContain(given);
  });
});

describe('bytes that are not UTF-8', () => {
  const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

  it.each([
    ['application/json', '{"reason":"caf\u00e9"}'],
    ['application/x-www-form-urlencoded', 'reason=caf%E9'],
    ['application/x-www-form-urlencoded', 'reason=caf\u00e9'],
    ['application/x-www-form-urlencoded', 'reason=50%'],
  ])('are refused in a body of %s: %s', async (type, body) => {
    const line = `POST /entries/1/retraction HTTP/1.1\n${HOST}\nContent-Type: ${type}`;
    expect((await raw(line, latin1(body))).slice(0, 2)).toEqual([400, 'malformed-body']);
  });

  it('are refused in the tags of an event', async () => {
    const body = '{"events":[{"type":"entry.recorded","data":{},"tags":["u:\u00e9"]}]}';
    const line = `POST /events HTTP/1.1\n${HOST}\nContent-Type: application/json`;
    expect((await raw(line, latin1(body))).slice(0, 2)).toEqual([400, 'malformed-body']);
  });

  it.each([
    '/events?tag=u:%E9',
    '/events?tag=%',
    '/events?tag=%zz',
    '/events?tag=u:\u00e9',
    '/projections/%E9',
    '/projections/%zz',
    '/projections/\u00e9',
    '/nothing?a=%E9',
    '/docs?a=%E9',
  ])('are refused in a URL: %s', async (url) => {
    expect((await raw(`GET ${url} HTTP/1.1\n${HOST}`)).slice(0, 2)).toEqual([400, 'malformed-request']);
  });

  it.each(['Idempotency-Key', 'X-Correlation-Id', 'X-Causation-Id'])(
    'are refused in a header: %s',
    async (name) => {
      const line = `POST /entries HTTP/1.1\n${HOST}\nContent-Type: application/json\n${name}: caf\u00e9`;
      expect((await raw(line, '{"value":7}')).slice(0, 2)).toEqual([400, 'invalid-header']);
    },
  );
});

describe('what clients do by habit', () => {
  const JSON_TYPE = { 'content-type': 'application/json' };

  it.each(['/projections/balance/audit', '/projections/balance/rebuild'])(
    'works: JSON of no length for a command that needs no body: %s',
    async (path) => {
      const headers = { ...JSON_TYPE, prefer: 'wait=10' };
      expect((await server.fetch(path, { method: 'POST', headers })).status).toBe(200);
    },
  );

  it('is not taken for a broken body: resume without one', async () => {
    const response = await server.fetch('/projections/balance/resume', {
      method: 'POST',
      headers: JSON_TYPE,
    });
    expect((await problemOf(response, 409)).type).not.toContain('malformed');
  });

  it.each(['APPLICATION/JSON', 'Application/Json; Charset=UTF-8'])('works: %s', async (type) => {
    const response = await server.post('/events/query', { query: [{}] }, { 'content-type': type });
    expect(response.status).toBe(200);
  });

  it('works: a body that begins with a byte order mark', async () => {
    expect((await server.post('/events/query', '\uFEFF{"query": [{}]}')).status).toBe(200);
  });

  it('works: a quoted string with a comma in a header that is a list', async () => {
    const prefer = 'note="later, wait=9", wait="0"';
    expect((await server.fetch('/balance', { headers: { prefer } })).status).toBe(200);
    const accept = 'text/html;note="a,b;q=1", application/json';
    expect((await server.fetch('/events', { headers: { accept } })).status).toBe(200);
  });

  it('is told: a form by accident, as curl -d sends one', async () => {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: '{"value":5}',
    };
    for (const path of ['/entries', '/push']) {
      const { detail, errors } = await problemOf(await server.fetch(path, init), 400);
      expect(detail).toContain('Content-Type: application/json');
      expect(errors).toMatchObject([{ header: 'Content-Type' }]);
    }
  });
});
