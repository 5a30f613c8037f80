import { gzipSync } from 'node:zlib';
import { record, retract, wholeLog } from '../support/api.js';
import { WATCHABLE, Watched, type Refusal } from '../support/refusals.js';
import { Server, TemporaryFolder } from '../support/server.js';

const folder = new TemporaryFolder();
let server: Server;
let watched: Watched;

/** An entry at 1, one at 2 that is retracted, the retraction at 3. */
beforeAll(async () => {
  server = await Server.start({ LEFTFOLD_DATA: folder.path, ...WATCHABLE });
  await server.ready();
  await record(server, 5, 7);
  await retract(server, 2);
  watched = new Watched(server, folder.path);
});

afterAll(async () => {
  await server.stop();
  folder.remove();
});

/** The next good request works after every one that was refused. */
afterEach(async () => {
  const before = await wholeLog(server);
  await record(server, 1);
  expect((await wholeLog(server)).startsWith(before)).toBe(true);
});

const raw =
  (path: string, headers: Readonly<Record<string, string>>, body: Uint8Array<ArrayBuffer>) =>
  (): Promise<Response> =>
    server.fetch(path, { method: 'POST', headers, body });

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

const MEDIA_TYPE: Refusal = {
  status: 415,
  problem: 'unsupported-media-type',
  at: { header: 'Content-Type' },
  says: /application\/json/,
};

describe('a media type that is not taken', () => {
  const good = utf8('{"value": 5}');

  it.each([
    ['text/plain'],
    ['text/csv'],
    ['application/xml'],
    ['multipart/form-data; boundary=x'],
    ['application/octet-stream'],
    ['application/json5'],
    ['nonsense'],
  ])('is refused: %s', async (type) => {
    await watched.refuses(raw('/entries', { 'content-type': type }, good), MEDIA_TYPE);
  });

  it.each([
    ['/entries', 'application/cloudevents+json'],
    ['/push', 'application/x-ndjson'],
    ['/entries/1/retraction', 'application/x-ndjson'],
    ['/events', 'application/x-www-form-urlencoded'],
    ['/events', 'text/plain'],
    ['/events/query', 'application/cloudevents+json'],
    ['/events/query', 'application/x-ndjson'],
    ['/push', 'text/plain'],
    ['/entries/1/retraction', 'text/plain'],
  ])('is refused: POST %s with %s, which others take or nobody does', async (path, type) => {
    await watched.refuses(raw(path, { 'content-type': type }, good), MEDIA_TYPE);
  });

  it.each(['/entries', '/push', '/events', '/events/query', '/entries/1/retraction'])(
    'is refused: none at all, with a body, on %s',
    async (path) => {
      await watched.refuses(raw(path, {}, good), MEDIA_TYPE);
    },
  );

  it('is refused: JSON in another charset than UTF-8', async () => {
    const bytes = new Uint8Array(Buffer.from('{"value": 5}', 'utf16le'));
    const headers = { 'content-type': 'application/json; charset=utf-16' };
    await watched.refuses(raw('/entries', headers, bytes), { ...MEDIA_TYPE, says: /utf-8/i });
    await watched.refuses(raw('/entries', headers, good), { ...MEDIA_TYPE, says: /utf-8/i });
  });
});

describe('a content encoding', () => {
  const ENCODING: Refusal = {
    status: 415,
    problem: 'unsupported-media-type',
    at: { header: 'Content-Encoding' },
    says: /encoding/i,
  };
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };

  it.each([
    ['gzip that is gzip', new Uint8Array(gzipSync('{"value": 5}'))],
    ['gzip that is garbage', utf8('garbage')],
    ['gzip that is plain JSON', utf8('{"value": 5}')],
  ])('is refused, because none is taken: %s', async (_name, body) => {
    await watched.refuses(raw('/entries', headers, body), ENCODING);
  });
});

describe('a body of more than 1 MiB', () => {
  const TOO_LARGE: Refusal = {
    status: 413,
    problem: 'body-too-large',
    at: { pointer: '#' },
    says: /1 MiB|1048576/,
  };
  const padded = (length: number): string => `{"value": 5}${' '.repeat(length - 12)}`;

  it.each(['/entries', '/push', '/events', '/entries/1/retraction'])('is refused: POST %s', async (path) => {
    await watched.refuses(() => server.post(path, padded(1024 * 1024 + 1)), TOO_LARGE);
  });

  it('is refused: without a length said beforehand', async () => {
    const chunk = utf8(' '.repeat(64 * 1024));
    const body = new ReadableStream({
      start(controller) {
        for (let sent = 0; sent <= 16; sent += 1) controller.enqueue(chunk);
        controller.close();
      },
    });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body, duplex: 'half' };
    await watched.refuses(() => server.fetch('/entries', init as RequestInit), TOO_LARGE);
  });

  it('is not refused at 1 MiB exactly', async () => {
    expect((await server.post('/entries', padded(1024 * 1024))).status).toBe(201);
  });
});

describe('a parameter that is none', () => {
  const parameter = (name: string, says: RegExp): Refusal => ({
    status: 400,
    problem: 'invalid-parameter',
    at: { parameter: name },
    says,
  });
  const WHOLE = /whole number from \d+ to \d+/;
  const get = (path: string) => (): Promise<Response> => server.fetch(path);

  const bad = ['abc', '-1', '1.5', '', '%20', '+1', '01', '1e3', '0x1', '9007199254740993', '%00', 'null'];

  describe.each(['/balance', '/factor', '/balance/state', '/factor/state', '/factor/value', '/events'])(
    'GET %s',
    (path) => {
      it.each(bad)('refuses after=%s', async (value) => {
        await watched.refuses(get(`${path}?after=${value}`), parameter('after', WHOLE));
      });

      it('refuses a parameter that stands twice', async () => {
        await watched.refuses(get(`${path}?after=1&after=1`), parameter('after', /once/));
      });

      it.each(['afer', '__proto__', 'toString', 'after%5B%5D'])(
        'refuses an unknown parameter: %s',
        async (name) => {
          await watched.refuses(get(`${path}?${name}=1`), parameter(decodeURIComponent(name), /after/));
        },
      );
    },
  );

  it.each([...bad, '0', '1001'])('is refused: limit=%s', async (value) => {
    await watched.refuses(get(`/events?limit=${value}`), parameter('limit', /whole number from 1 to 1000/));
  });

  it.each(['type', 'tag'])('is refused: an empty %s, or one of more than 255 characters', async (name) => {
    await watched.refuses(get(`/events?${name}=`), parameter(name, /1 to 255/));
    await watched.refuses(get(`/events?${name}=${'x'.repeat(256)}`), parameter(name, /1 to 255/));
  });

  it.each(['/values?after=1', '/entries/1?after=1'])(
    'is refused where there are none: GET %s',
    async (path) => {
      await watched.refuses(get(path), parameter('after', /no parameter/));
    },
  );

  it.each(['/entries?value=5', '/push?event=5', '/events?after=5', '/entries/1/retraction?reason=x'])(
    'is refused where there are none: POST %s',
    async (path) => {
      const name = /\?(\w+)/.exec(path)?.[1] ?? '';
      const body = { value: 5, event: 5, reason: 'x' };
      await watched.refuses(() => server.post(path, body), parameter(name, /no parameter/));
    },
  );
});

describe('a header that is none', () => {
  const prefer: Refusal = {
    status: 400,
    problem: 'invalid-header',
    at: { header: 'Prefer' },
    says: /whole number of seconds.*wait=5/,
  };

  it.each([
    'wait=abc',
    'wait=',
    'wait',
    'wait=-1',
    'wait=1.5',
    'wait=5s',
    'respond-async, wait=x',
    'wait="x"',
  ])('is refused: Prefer: %s', async (value) => {
    for (const path of ['/balance', '/factor/value?after=1']) {
      await watched.refuses(() => server.fetch(path, { headers: { prefer: value } }), prefer);
    }
  });
});

describe('retracting what cannot be', () => {
  const notFound = (says: RegExp): Refusal => ({
    status: 404,
    problem: 'entry-not-found',
    at: { parameter: 'position' },
    says,
  });
  const retraction = (position: string) => (): Promise<Response> =>
    server.post(`/entries/${position}/retraction`, { reason: 'x' });

  it.each([
    '0',
    '-1',
    'abc',
    '1.0',
    '01',
    '+1',
    '1e0',
    '999999999',
    '9007199254740993',
    '9'.repeat(90),
    '%20',
    '1%00',
  ])('is not found: %s', async (position) => {
    await watched.refuses(
      retraction(position),
      notFound(/no entry at position .*that recording it answered with/),
    );
    await watched.refuses(() => server.fetch(`/entries/${position}`), notFound(/no entry/));
  });

  it('is not found: a retraction', async () => {
    await watched.refuses(retraction('3'), notFound(/no entry at position 3/));
    await watched.refuses(() => server.fetch('/entries/3'), notFound(/no entry at position 3/));
  });

  it('is refused: an entry that is retracted already', async () => {
    await watched.refuses(retraction('2'), {
      status: 409,
      problem: 'entry-already-retracted',
      at: { parameter: 'position' },
      says: /retracted at position 3/,
    });
  });

  it.each([
    ['no reason', '{}', '#/reason', /say why/],
    ['no body', undefined, '#/reason', /say why/],
    ['null', '{"reason": null}', '#/reason', /as text/],
    ['a number', '{"reason": 5}', '#/reason', /as text/],
    ['an array', '{"reason": ["x"]}', '#/reason', /as text/],
    ['empty', '{"reason": ""}', '#/reason', /say why/],
    ['too long', JSON.stringify({ reason: 'x'.repeat(1001) }), '#/reason', /at most 1,000 characters/],
    ['something else beside it', '{"reason": "x", "value": "9"}', '#/value', /only one is reason/],
    ['a body that is an array', '["x"]', '#', /reason/],
  ])('is refused for its reason: %s', async (_name, body, pointer, says) => {
    const send = (): Promise<Response> =>
      body === undefined
        ? server.fetch('/entries/1/retraction', { method: 'POST' })
        : server.post('/entries/1/retraction', body);
    await watched.refuses(send, { status: 422, problem: 'invalid-body', at: { pointer }, says });
  });

  it('is possible with a reason of 1,000 characters', async () => {
    const number = await record(server, 5);
    const response = await server.post(`/entries/${number}/retraction`, { reason: 'é'.repeat(1000) });
    expect(response.status).toBe(201);
  });
});
