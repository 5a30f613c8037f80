/** In a foreign application the runtime's own paths are guarded against pages of other origins, and the application's are not. */
import { problemOf } from '../support/api.js';
import { PLATFORMS, startForeign, type Foreign } from '../support/foreign-application.js';
import { sendRaw } from '../support/raw-http.js';

const APP = 'https://app.example';
const EVIL = 'https://evil.example';

describe.each(PLATFORMS)('the methods of the runtime’s paths on %s', (platform) => {
  it('are told by OPTIONS', async () => {
    const { app, url } = await startForeign(platform, { http: { events: true } });
    const tellsOf = async (path: string): Promise<unknown> => {
      const { status, headers } = await fetch(url + path, { method: 'OPTIONS' });
      return [status, headers.get('allow')];
    };
    expect(await tellsOf('/events')).toEqual([204, 'GET, HEAD, POST, OPTIONS']);
    expect(await tellsOf('/total/history')).toEqual([204, 'GET, HEAD, OPTIONS']);
    await app.close();
  });
});

it('refuses methods on Express that few servers know', async () => {
  const { app, url } = await startForeign('express', { http: { events: true } });
  for (const method of ['TRACE', 'PROPFIND', 'PURGE', 'LOCK']) {
    const { status, headers } = await sendRaw(url, `${method} /events HTTP/1.1\nHost: localhost`);
    expect([method, status, headers.get('allow')]).toEqual([method, 405, 'GET, HEAD, POST']);
  }
  await app.close();
});

describe.each(PLATFORMS)('on %s', (platform) => {
  let foreign: Foreign;

  beforeAll(async () => {
    foreign = await startForeign(platform, {
      http: {
        events: true,
        projections: true,
        operations: true,
        health: true,
        hosts: ['log.example'],
        origins: [APP],
      },
    });
  });

  afterAll(() => foreign.app.close());

  const post = (path: string, origin: string): Promise<Response> =>
    fetch(foreign.url + path, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: '{"query":[{}],"owner":"Ada"}',
    });

  it.each(['/events', '/events/query', '/projections/total/resume', '/projections/total/rebuild'])(
    'a page of another origin cannot change anything: POST %s',
    async (path) => {
      expect((await problemOf(await post(path, EVIL), 403)).type).toBe('urn:leftfold:problem:foreign-origin');
    },
  );

  it.each(['/events', '/projections', '/total', '/total/history', '/health/live'])(
    'another name of the server is refused: %s',
    async (path) => {
      const answers = await Promise.all(
        ['evil.example', 'log.example', 'localhost'].map((host) =>
          sendRaw(foreign.url, `GET ${path} HTTP/1.1\nHost: ${host}`),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual([421, 200, 200]);
    },
  );

  it('a page of an allowed origin can read the answer', async () => {
    const { status, headers } = await fetch(`${foreign.url}/events`, { headers: { origin: APP } });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, APP]);
    expect(headers.get('access-control-expose-headers')).toContain('Leftfold-Position');
    expect(headers.get('vary')).toMatch(/Origin/);
    expect(
      (await fetch(`${foreign.url}/events`, { headers: { origin: EVIL } })).headers.has(
        'access-control-allow-origin',
      ),
    ).toBe(false);
  });

  it('the application’s own paths are left alone', async () => {
    const response = await post('/accounts', EVIL);
    expect([response.status, response.headers.get('vary')]).toEqual([201, null]);
    const other = await sendRaw(foreign.url, 'GET /accounts/closed HTTP/1.1\nHost: evil.example');
    expect(other.status).toBe(400);
    expect(other.body).toContain('the account is closed');
  });
});
