/** Bodies and their parsers in an application on Express: those that the application brings, and what Nest’s refuse. */
import { createRequire } from 'node:module';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { problemOf } from '../support/api.js';
import { createForeign, startForeign, type Foreign } from '../support/foreign-application.js';

const JSON_TYPE = 'application/json';

type Middleware = (request: unknown, response: unknown, next: () => void) => void;

describe('a parser of the application’s own', () => {
  const { json } = createRequire(import.meta.url)('express') as { readonly json: () => Middleware };

  it.each([
    ['in place of Nest’s', { bodyParser: false, rawBody: false }],
    ['before Nest’s, which Nest then leaves out', { rawBody: true }],
  ])('does not start, and says which option is missing: %s', async (_where, options) => {
    const app = await createForeign('express', { http: { events: true }, ...options });
    app.use(json());
    await expect(app.init()).rejects.toThrow('NestFactory.create(AppModule, { rawBody: true })');
    await app.close();
  });

  it('starts with one that the runtime’s paths do not have', async () => {
    const app = await createForeign('express', { http: { events: true }, bodyParser: false, rawBody: false });
    app.use('/accounts', json());
    await expect(app.init()).resolves.toBe(app);
    await app.close();
  });

  it('answers which option is missing where the parser cannot be seen, and logs it once', async () => {
    const app = await createForeign('express', { http: { events: true }, bodyParser: false, rawBody: false });
    const log = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const parse = json();
    app.use(((request, response, next) => {
      parse(request, response, next);
    }) satisfies Middleware);
    await app.listen(0, '127.0.0.1');
    for (let attempt = 0; attempt < 2; attempt++) {
      const response = await fetch(`${await app.getUrl()}/events`, {
        method: 'POST',
        headers: { 'content-type': JSON_TYPE },
        body: '{"events":[]}',
      });
      const { type, detail } = await problemOf(response, 500);
      expect(type).toBe('urn:leftfold:problem:body-already-read');
      expect(detail).toContain('NestFactory.create(AppModule, { rawBody: true })');
    }
    expect(log).toHaveBeenCalledTimes(1);
    log.mockRestore();
    await app.close();
  });
});

describe('what Nest’s parsers refuse', () => {
  let foreign: Foreign;

  beforeEach(async () => {
    foreign = await startForeign('express', { http: { events: true } });
  });

  afterEach(() => foreign.app.close());

  const post = (path: string, body: string): Promise<Response> =>
    fetch(`${foreign.url}${path}`, { method: 'POST', headers: { 'content-type': JSON_TYPE }, body });

  const large = JSON.stringify('x'.repeat(200_000));

  it('is answered as a problem on the runtime’s paths, with the application’s limit', async () => {
    const { type, detail } = await problemOf(await post('/events', large), 413);
    expect(type).toBe('urn:leftfold:problem:body-too-large');
    expect(detail).toBe('A body may have at most 102400 bytes; send it in parts.');
    expect((await problemOf(await post('/events', '{"events":'), 400)).type).toBe(
      'urn:leftfold:problem:malformed-request',
    );
  });

  it.each(['/accounts', '/total', '/events/none'])(
    'is answered by the application elsewhere: %s',
    async (path) => {
      const response = await post(path, large);
      expect([response.status, await response.json()]).toEqual([
        413,
        { answeredBy: 'the application', message: 'request entity too large' },
      ]);
    },
  );
});
