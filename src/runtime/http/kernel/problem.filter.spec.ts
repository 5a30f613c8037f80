/** How an error becomes an HTTP answer. */
import {
  BadRequestException,
  ForbiddenException,
  HttpException,
  Logger,
  NotFoundException,
  ServiceUnavailableException,
  type ArgumentsHost,
} from '@nestjs/common';
import { firstValueFrom, type Observable } from 'rxjs';
import fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import { Problem, type ProblemKind } from './problem.js';
import { documentOf } from './problem-document.js';
import { ProblemFilter } from './problem.filter.js';

describe('documentOf', () => {
  it.each<readonly [kind: ProblemKind, status: number]>([
    ['malformed', 400],
    ['not-found', 404],
    ['method-not-allowed', 405],
    ['not-acceptable', 406],
    ['conflict', 409],
    ['too-large', 413],
    ['unsupported-media-type', 415],
    ['invalid', 422],
    ['unavailable', 503],
  ])('answers what is %s with %d', (kind, status) => {
    expect(documentOf(new Problem(kind, 'p', 'Title', 'Detail'))).toEqual({
      type: 'urn:leftfold:problem:p',
      title: 'Title',
      status,
      detail: 'Detail',
    });
  });

  it('lists the faults', () => {
    const faults = [{ pointer: '#/a', detail: 'wrong' }];
    expect(documentOf(new Problem('invalid', 'p', 'T', 'D', { faults }))).toMatchObject({ errors: faults });
  });

  it('has the problem’s further members', () => {
    const problem = new Problem('conflict', 'p', 'T', 'D', { extensions: { position: 7 } });
    expect(documentOf(problem)).toMatchObject({ position: 7 });
  });

  it('keeps the status of an error of Nest’s own', () => {
    expect(documentOf(new BadRequestException('no'))).toMatchObject({ status: 400, detail: 'no' });
  });

  it.each<readonly [exception: HttpException, document: object]>([
    [
      new ServiceUnavailableException('until ten'),
      { status: 503, title: 'Service Unavailable', detail: 'until ten' },
    ],
    [new ForbiddenException('no', 'Not a member'), { status: 403, title: 'Not a member', detail: 'no' }],
    [
      new HttpException(
        { type: 'https://example.com/empty', title: 'Empty', detail: 'none', status: 'empty' },
        409,
      ),
      {
        type: 'https://example.com/empty',
        title: 'Empty',
        status: 409,
        detail: 'none',
        original: { status: 'empty' },
      },
    ],
    [new HttpException('Too early', 425), { status: 425, detail: 'Too early' }],
    [
      new HttpException('down for maintenance', 503),
      { status: 503, title: 'Service Unavailable', detail: 'down for maintenance' },
    ],
    [
      new NotFoundException('no such account'),
      { status: 404, title: 'Not Found', detail: 'no such account' },
    ],
    [
      new HttpException('at most 3 files', 413),
      { status: 413, title: 'Payload Too Large', detail: 'at most 3 files' },
    ],
    [
      new HttpException('send a PNG', 415),
      { status: 415, title: 'Unsupported Media Type', detail: 'send a PNG' },
    ],
    [
      new HttpException('send a PNG', 415, { cause: new Error('a JPEG') }),
      { status: 415, title: 'Unsupported Media Type', detail: 'send a PNG' },
    ],
  ])('keeps what an exception of Nest’s says: %s', (exception, document) => {
    expect(documentOf(exception)).toEqual({ type: 'about:blank', title: 'Too Early', ...document });
  });

  const tooLarge = Object.assign(new Error('request entity too large'), {
    statusCode: 413,
    status: 413,
    expose: true,
    type: 'entity.too.large',
    limit: 102400,
  });
  const unread = Object.assign(new Error('Unsupported Media Type'), {
    statusCode: 415,
    code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE',
  });

  it.each<readonly [what: string, error: unknown, status: number, problem: string]>([
    ['an unknown path', new NotFoundException('Cannot GET /none'), 404, 'not-found'],
    ['a media type', unread, 415, 'unsupported-media-type'],
    [
      'a media type, handed on by Nest',
      new HttpException(unread.message, 415, { cause: unread }),
      415,
      'unsupported-media-type',
    ],
    ['a size', tooLarge, 413, 'body-too-large'],
    [
      'a size, handed on by Nest',
      new HttpException(tooLarge.message, 413, { cause: tooLarge }),
      413,
      'body-too-large',
    ],
  ])('words what the platform refuses: %s', (_what, error, status, problem) => {
    expect(documentOf(error)).toMatchObject({ status, type: `urn:leftfold:problem:${problem}` });
  });

  it('does not tell what an error of http-errors keeps from clients', () => {
    const error = Object.assign(new Error('/srv/secret'), { statusCode: 404, expose: false });
    expect(documentOf(error)).toMatchObject({ status: 404, detail: 'Not Found' });
  });

  it('keeps the status of an error of Fastify’s own', () => {
    const error = Object.assign(new Error('no'), { statusCode: 414 });
    expect(documentOf(error)).toMatchObject({ status: 414, detail: 'no' });
  });

  it.each<readonly [what: string, error: unknown]>([
    ['an error', new Error('secret')],
    ['something thrown that is no error', 'secret'],
    ['nothing', undefined],
  ])('tells nothing of the inside of %s', (_what, error) => {
    const document = documentOf(error);
    expect([document.status, JSON.stringify(document).includes('secret')]).toEqual([500, false]);
  });
});

describe('ProblemFilter', () => {
  let app: FastifyInstance;
  let headers: () => Promise<Readonly<Record<string, string>>>;

  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  afterAll(() => {
    Logger.overrideLogger(['log', 'error', 'warn']);
  });

  beforeEach(() => {
    headers = () => Promise.resolve({ 'leftfold-position': '7' });
    const filter = new ProblemFilter(() => headers());
    app = fastify();
    app.setErrorHandler((error, request, reply) => filter.answer(error, request, reply));
    app.get('/conflict', () => {
      throw new Problem('conflict', 'p', 'Title', 'Detail');
    });
    app.get('/forbidden', () => {
      throw new ForbiddenException('no');
    });
    app.get('/method', () => {
      throw new Problem('method-not-allowed', 'p', 'Title', 'Detail');
    });
    app.get('/unavailable', () => {
      throw new Problem('unavailable', 'p', 'Title', 'Detail', { retryAfter: 3 });
    });
    app.get('/closed', () => {
      throw new Problem('unavailable', 'log-closed', 'The log is closed', 'It is closing down.', {
        retryAfter: 1,
      });
    });
    app.get('/defect', () => {
      throw new Error('secret');
    });
  });

  afterEach(() => app.close());

  it('answers with the problem’s status', async () => {
    expect((await app.inject('/conflict')).statusCode).toBe(409);
  });

  it('answers as application/problem+json', async () => {
    expect((await app.inject('/conflict')).headers['content-type']).toMatch(/^application\/problem\+json\b/);
  });

  it('answers with the problem document', async () => {
    expect((await app.inject('/conflict')).json()).toEqual({
      type: 'urn:leftfold:problem:p',
      title: 'Title',
      status: 409,
      detail: 'Detail',
    });
  });

  it('carries the headers that every problem has', async () => {
    expect((await app.inject('/conflict')).headers['leftfold-position']).toBe('7');
  });

  it('answers even when those headers cannot be found out', async () => {
    headers = () => Promise.reject(new Error('closed'));
    expect((await app.inject('/conflict')).statusCode).toBe(409);
  });

  it('says when to try again', async () => {
    expect((await app.inject('/unavailable')).headers['retry-after']).toBe('3');
  });

  describe('of what is unavailable', () => {
    const asked = (accept: string, method: 'GET' | 'HEAD' = 'GET'): Promise<LightMyRequestResponse> =>
      app.inject({ method, url: '/unavailable', headers: { accept } });

    it('is an event stream that ends, to who asks for one: an EventSource comes back', async () => {
      const { statusCode, headers: sent, body } = await asked('text/event-stream');
      expect([statusCode, sent['content-type']]).toEqual([200, 'text/event-stream']);
      expect(body).toBe('retry: 3000\n\nevent: end\ndata: {"reason":"unavailable","detail":"Detail"}\n\n');
    });

    it('is a status to everybody else', async () => {
      const others = ['*/*', 'application/x-ndjson, text/event-stream;q=0.5', 'application/json'];
      for (const accept of others) expect((await asked(accept)).statusCode).toBe(503);
      expect((await asked('text/event-stream', 'HEAD')).statusCode).toBe(503);
    });

    it('says that the server stops', async () => {
      const { body } = await app.inject({ url: '/closed', headers: { accept: 'text/event-stream' } });
      expect(body).toContain('"reason":"server-stopping"');
    });
  });

  it('answers a defect with 500', async () => {
    expect((await app.inject('/defect')).statusCode).toBe(500);
  });

  it.each(['/forbidden', '/method'])(
    'tells nothing of the log to those who were not let in: %s',
    async (url) => {
      const answer = await app.inject(url);
      expect([answer.statusCode >= 400, answer.headers['leftfold-position']]).toEqual([true, undefined]);
    },
  );
});

describe('ProblemFilter bound globally, at a host that is not HTTP', () => {
  const filter = new ProblemFilter();
  const problem = new Problem('conflict', 'p', 'Title', 'Detail');
  const hostOf = (type: string): ArgumentsHost => ({ getType: () => type }) as unknown as ArgumentsHost;

  it.each(['graphql', 'ws'])('returns the error: %s', (type) => {
    expect(filter.catch(problem, hostOf(type))).toBe(problem);
  });

  it('fails with the error in the observable that RPC wants', async () => {
    await expect(firstValueFrom(filter.catch(problem, hostOf('rpc')) as Observable<never>)).rejects.toBe(
      problem,
    );
  });
});
