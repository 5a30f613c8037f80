/** What the endpoints of the log as it is stored refuse: each with a clear problem, and nothing is recorded. */
import { request } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { LogServers } from '../support/log-servers.js';

const TYPE = 'application/vnd.leftfold.new-commits';

const line = (changes: object = {}): string =>
  JSON.stringify({
    id: 'a',
    time: '2026-01-31T12:00:00.000Z',
    metadata: {},
    events: [{ type: 'thing.happened', revision: 1, tags: [], data: 1 }],
    ...changes,
  });

const event = (changes: object): object => ({
  events: [{ type: 'thing.happened', revision: 1, tags: [], data: 1, ...changes }],
});

describe('a log server', () => {
  const servers = new LogServers();
  let url: string;

  beforeAll(async () => {
    url = await servers.open();
  }, 30_000);

  afterAll(() => servers.stop());

  const append = (body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${url}/commits`, { method: 'POST', body, headers: { 'content-type': TYPE, ...headers } });

  const head = async (): Promise<number> =>
    ((await (await fetch(`${url}/head`)).json()) as { position: number }).position;

  describe('refuses to append', () => {
    afterEach(async () => {
      expect(await head()).toBe(0);
    });

    it.each<readonly [what: string, body: string | Buffer, status: number, detail: RegExp]>([
      ['nothing', '', 422, /One commit a line/],
      ['what is no JSON', '{"id":', 422, /Line 1 is not JSON/],
      ['a line that is no commit', '5', 422, /expected object/],
      ['an empty line', `${line()}\n\n${line({ id: 'b' })}`, 422, /Line 2 is not JSON/],
      ['bytes that are not UTF-8', Buffer.from([0xff, 0xfe, 0x0a]), 422, /not UTF-8/],
      ['a commit without an id', line({ id: undefined }), 422, /#\/0\/id/],
      ['an id of 256 characters', line({ id: 'x'.repeat(256) }), 422, /at most 255 characters/],
      ['an id with NUL', line({ id: 'a\0b' }), 422, /no NUL/],
      ['a time without milliseconds', line({ time: '2026-01-31T12:00:00Z' }), 422, /a time in UTC/],
      ['no events', line({ events: [] }), 422, /at least one event/],
      ['a revision of 0', line(event({ revision: 0 })), 422, /at least 1/],
      ['an event without data', line(event({ data: undefined })), 422, /#\/0\/events\/0\/data|Data is JSON/],
      ['tags that are no texts', line(event({ tags: [5] })), 422, /#\/0\/events\/0\/tags\/0/],
      ['an unknown member', line({ hash: 'f'.repeat(64) }), 422, /hash/],
      ['metadata that is a list', line({ metadata: [] }), 422, /an object/],
      [
        'a number that no double holds',
        line().replace('"data":1', '"data":12345678901234567890'),
        422,
        /not exact/,
      ],
      ['half of a surrogate pair', line(event({ data: '\ud800' })), 422, /well-formed/],
      ['a name twice', line().replace('"data":1', '"data":{"a":1,"a":2}'), 422, /twice/],
      [
        'data nested too deep',
        line(event({ data: JSON.parse('['.repeat(70) + ']'.repeat(70)) as unknown })),
        422,
        /nested/,
      ],
      ['a negative position', line({ condition: { query: [{}], after: -1 } }), 422, /#\/0\/condition\/after/],
      [
        'more than 1,024 commits',
        Array.from({ length: 1025 }, (_, nth) => line({ id: `c${nth}` })).join('\n'),
        422,
        /At most 1024 commits/,
      ],
    ])('%s', async (_what, body, status, detail) => {
      const response = await append(body);
      expect(response.status).toBe(status);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect((await response.json()) as object).toMatchObject({
        detail: expect.stringMatching(detail) as unknown,
      });
    });

    it('the good line before a bad one', async () => {
      expect((await append(`${line()}\n${line({ id: '' })}\n`)).status).toBe(422);
    });

    it.each([
      ['application/json'],
      ['application/x-ndjson'],
      ['text/plain'],
      ['application/vnd.leftfold.commits'],
    ])('a body of %s', async (type) => {
      const response = await append(line(), { 'content-type': type });
      expect(response.status).toBe(415);
      expect(await response.json()).toMatchObject({ detail: expect.stringContaining(TYPE) as unknown });
    });

    it('a body that is compressed', async () => {
      expect((await append(line(), { 'content-encoding': 'gzip' })).status).toBe(415);
    });

    it('what is for another log', async () => {
      const response = await append(line(), { 'leftfold-log': 'another' });
      expect(response.status).toBe(409);
      expect(await response.json()).toMatchObject({ type: 'urn:leftfold:problem:another-log' });
    });

    it('a body that is cut off in the middle, though a line of it is whole', async () => {
      const { hostname, port } = new URL(url);
      const sent = request({
        host: hostname,
        port,
        method: 'POST',
        path: '/commits',
        headers: { 'content-type': TYPE, 'content-length': '100000' },
      });
      sent.on('error', () => undefined);
      sent.write(`${line()}\n`);
      await new Promise((resolve) => setTimeout(resolve, 50));
      sent.destroy();
    });

    it('what a page of another origin sends', async () => {
      expect((await append(line(), { origin: 'https://evil.example' })).status).toBe(403);
    });
  });

  describe('refuses to read', () => {
    it.each([
      ['/commits?after=-1', 400, 'invalid-parameter'],
      ['/commits?after=1.5', 400, 'invalid-parameter'],
      ['/commits?through=x', 400, 'invalid-parameter'],
      ['/commits?before=3', 400, 'invalid-parameter'],
      ['/commits?after=1&after=2', 400, 'invalid-parameter'],
      ['/commits/unknown', 404, 'no-such-commit'],
      ['/commits/query', 404, 'no-such-commit'],
      [`/commits/${'x'.repeat(256)}`, 422, 'invalid-value'],
      ['/head?after=x', 400, 'invalid-parameter'],
      ['/head?known=7', 400, 'invalid-parameter'],
      [`/head?known=0.${'0'.repeat(64)}`, 400, 'invalid-parameter'],
      [`/head?known=7.${'0'.repeat(64)}`, 503, 'log-went-back'],
    ])('%s', async (path, status, problem) => {
      const response = await fetch(url + path);
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject({ type: `urn:leftfold:problem:${problem}` });
    });

    it('in a media type that there is not', async () => {
      expect((await fetch(`${url}/commits`, { headers: { accept: 'text/html' } })).status).toBe(406);
    });

    it('with a wait that is no number', async () => {
      const response = await fetch(`${url}/head?after=0`, { headers: { prefer: 'wait=long' } });
      expect(response.status).toBe(400);
    });

    it.each([
      [{ query: {} }, '#/query'],
      [{ query: [{ types: 'a' }] }, '#/query/0/types'],
      [{ query: [{}], after: -1 }, '#/after'],
      [{ query: [{}], limit: 1.5 }, '#/limit'],
      [{ query: [{}], backwards: 'yes' }, '#/backwards'],
      [{}, '#/query'],
    ])('by the query %j', async (body, pointer) => {
      const response = await fetch(`${url}/commits/query`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      });
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({ errors: [{ pointer }] });
    });

    it.each([
      ['PUT', '/commits'],
      ['DELETE', '/commits/a'],
      ['POST', '/head'],
    ])('by %s %s', async (method, path) => {
      const response = await fetch(url + path, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).not.toContain(method);
    });
  });

  describe('answers appends one by one, in order', () => {
    it('so that one that is refused keeps no other from being recorded', async () => {
      const condition = { query: [{}], after: 0 };
      const later = { condition: { query: [{}], after: 99 } };
      const lines = [
        line(),
        line({ id: 'b', condition }),
        line({ id: 'c' }),
        line(),
        line({ id: 'd', ...later }),
      ];
      const response = await append(`${lines.join('\n')}\n`);
      expect(response.status).toBe(200);
      const answers = (await response.text())
        .trim()
        .split('\n')
        .map((text) => JSON.parse(text) as unknown);
      expect(answers).toMatchObject([
        { commit: { id: 'a', first: 1, repeated: false } },
        { problem: { type: 'urn:leftfold:problem:append-condition-failed', status: 409, position: 1 } },
        { commit: { id: 'c', first: 2 } },
        { commit: { id: 'a', first: 1, repeated: true } },
        { problem: { type: 'urn:leftfold:problem:position-not-in-log', status: 422 } },
      ]);
      expect(await (await fetch(`${url}/commits/c`)).json()).toMatchObject({ id: 'c', first: 2, last: 2 });
      expect(await head()).toBe(2);
    });

    it('and says when the head has advanced, or the wait is over', async () => {
      const waiting = fetch(`${url}/head?after=2`, { headers: { prefer: 'wait=20' } });
      await append(line({ id: 'e' }));
      expect(await (await waiting).json()).toMatchObject({ position: 3 });
      const over = await fetch(`${url}/head?after=3`, { headers: { prefer: 'wait=1' } });
      expect(over.headers.get('preference-applied')).toBe('wait=1');
      expect(await over.json()).toMatchObject({ position: 3 });
    });

    it('and ends a page of stored commits with an empty frame', async () => {
      const { hostname, port } = new URL(url);
      const sent = request({
        host: hostname,
        port,
        path: '/commits?after=1&through=2',
        headers: { accept: 'application/vnd.leftfold.commits' },
      }).end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const bytes = Buffer.concat(chunks);
      const length = bytes.readUInt32BE();
      expect(bytes.subarray(4 + length)).toEqual(Buffer.alloc(4));
    });
  });
});
