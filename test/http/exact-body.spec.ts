/** `@Body()` in a controller of one's own: what a Nest developer expects, with numbers exact or refused. */
import {
  Body,
  Controller,
  Module,
  Post,
  UseFilters,
  UseInterceptors,
  type INestApplication,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { createHttpApplication } from '../../src/apps/http-application.js';
import { ExactBody, ProblemFilter } from '../../src/runtime/http/index.js';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import { problemOf } from '../support/api.js';

@Controller('counts')
@UseFilters(ProblemFilter)
@UseInterceptors(ExactBody)
class CountsController {
  @Post()
  count(@Body() body: { n: number }): { n: number } {
    return { n: body.n + 1 };
  }

  @Post('text')
  echo(@Body() body: unknown): { body: string } {
    return { body: typeof body === 'string' ? body : typeof body };
  }

  @Post('nothing')
  nothing(): string {
    return 'done';
  }
}

const LOG = { log: () => undefined, warn: () => undefined, error: () => undefined };

@Module({
  imports: [LeftfoldModule.forRoot({ store: 'memory:', http: { events: true } })],
  controllers: [CountsController],
})
class CountsModule {}

const APPLICATIONS: Readonly<Record<string, () => Promise<INestApplication>>> = {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
  fastify: () => NestFactory.create(CountsModule, new FastifyAdapter(), { rawBody: true, logger: false }),
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- as above
  express: () => NestFactory.create(CountsModule, new ExpressAdapter(), { rawBody: true, logger: false }),
  'the application of the monolith': () =>
    createHttpApplication(
      { module: CountsModule },
      {
        title: 'Counts',
        description: '',
        version: '0.0.0',
        jsonTypes: [],
        logger: LOG,
      },
    ),
};

describe.each(Object.entries(APPLICATIONS))('@Body() on %s', (name, create) => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    app = await create();
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });

  afterAll(() => app.close());

  const post = (path: string, body: string, type = 'application/json'): Promise<Response> =>
    fetch(url + path, { method: 'POST', headers: { 'content-type': type }, body });

  it.each([
    ['{"n":5}', 6],
    ['{"n":1.5}', 2.5],
    ['{"n":1e3}', 1001],
    ['{"n":-9007199254740991}', -9007199254740990],
  ])('is the object that was sent: %s', async (body, n) => {
    expect(await (await post('/counts', body)).json()).toEqual({ n });
  });

  it.each(['9007199254740993', '12345678901234567890', '1e400', '1.00000000000000000001'])(
    'never has a number that was rounded: %s',
    async (literal) => {
      const problem = await problemOf(await post('/counts', `{"n":${literal}}`), 422);
      expect(problem.errors).toEqual([
        { detail: `${literal} is not exact as a JSON number: send it as text, in quotes`, pointer: '#/n' },
      ]);
    },
  );

  it('never has one of two members of a name', async () => {
    expect((await problemOf(await post('/counts', '{"n":1,"n":2}'), 400)).type).toBe(
      'urn:leftfold:problem:malformed-body',
    );
  });

  it('is not asked for by a handler without it', async () => {
    expect((await post('/counts/nothing', '{"n":9007199254740993}')).status).toBe(201);
  });

  it.each(['text/plain', 'multipart/form-data; boundary=x'])(
    'of %s is 415 for our endpoints',
    async (type) => {
      // Fastify refuses what it has no parser for before the endpoint is reached, and Nest answers that.
      expect((await post('/events', 'x', type)).status).toBe(415);
    },
  );

  it('of a media type that is not parsed is what the application makes of it', async () => {
    const response = await post('/counts/text', 'x', 'text/plain');
    // Nest's parser on Fastify reads text; Express leaves it, and so does the monolith, which refuses it.
    const expected = { fastify: [201, { body: 'string' }], express: [201, { body: 'undefined' }] };
    if (name === 'the application of the monolith') await problemOf(response, 415);
    else if (name === 'fastify')
      expect([response.status, await response.json()]).toEqual([expected.fastify[0], { body: 'x' }]);
    else expect([response.status, await response.json()]).toEqual(expected.express);
  });
});
