/** Request bodies: JSON, NDJSON and forms. */
import fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import {
  BODY_LIMIT,
  FORM_TYPE,
  JSON_TYPE,
  MalformedBody,
  NDJSON_TYPE,
  UnsupportedMediaType,
  readBody,
  requireMediaType,
} from '../runtime/http/kernel/bodies.js';
import { OWN_BOOTSTRAP } from '../runtime/http/kernel/exchange.js';
import { Problem } from '../runtime/http/kernel/problem.js';
import { documentOf } from '../runtime/http/kernel/problem-document.js';
import { registerBodyParsers } from './body-parsers.js';

describe('a request body', () => {
  let app: FastifyInstance;

  beforeEach(() => {
    app = fastify({ bodyLimit: BODY_LIMIT });
    app.decorate(OWN_BOOTSTRAP, true);
    registerBodyParsers(app, ['application/cloudevents+json']);
    app.setErrorHandler((error, _request, reply) => {
      const document = documentOf(error);
      return reply.status(document.status).send(document);
    });
    app.post('/', (request) => ({ body: request.body ?? 'none' }));
    app.post('/read', async (request) => ({
      body: (await readBody(request, [JSON_TYPE, FORM_TYPE])) ?? 'none',
    }));
    app.post('/optional', async (request) => ({
      body: (await readBody(request, [JSON_TYPE], { isOptional: true })) ?? 'none',
    }));
    app.post('/json-only', (request) => {
      requireMediaType(request, [JSON_TYPE]);
      return { body: request.body ?? 'none' };
    });
  });

  afterEach(() => app.close());

  const post = (payload: string, type?: string, url = '/'): Promise<LightMyRequestResponse> =>
    app.inject({ method: 'POST', url, payload, headers: type === undefined ? {} : { 'content-type': type } });

  const bodyOf = async (payload: string, type: string): Promise<unknown> =>
    (await post(payload, type)).json<{ body: unknown }>().body;

  describe('of JSON', () => {
    it.each([JSON_TYPE, `${JSON_TYPE}; charset=utf-8`, 'Application/JSON', 'application/cloudevents+json'])(
      'is read as %s',
      async (type) => {
        expect(await bodyOf('{"value": [5, "é", 1.5]}', type)).toEqual({ value: [5, 'é', 1.5] });
      },
    );

    it('keeps a number that no double can hold apart', async () => {
      expect(await bodyOf('{"value": 1e400}', JSON_TYPE)).toEqual({ value: { literal: '1e400' } });
    });

    it.each(['{"value": 5', '', 'value=5', '{"value": 1.5'])('is refused when it is %j', async (text) => {
      expect((await post(text, JSON_TYPE, '/read')).json()).toMatchObject({
        status: 400,
        type: new MalformedBody('').type,
      });
    });

    it.each([JSON_TYPE, `${JSON_TYPE}; charset=utf-8`])(
      'may be empty where none is needed: %s',
      async (type) => {
        expect((await post('', type, '/optional')).json()).toEqual({ body: 'none' });
      },
    );

    it.each([JSON_TYPE, NDJSON_TYPE])('may begin with a byte order mark: %s', async (type) => {
      expect(await bodyOf('\uFEFF[5]', type)).toEqual(type === JSON_TYPE ? [5] : [[5]]);
    });

    it.each([JSON_TYPE, NDJSON_TYPE, FORM_TYPE])('is refused when it is not UTF-8: %s', async (type) => {
      const payload = Buffer.from('{"reason":"caf\u00e9"}', 'latin1');
      const response = await app.inject({
        method: 'POST',
        url: '/',
        payload,
        headers: { 'content-type': type },
      });
      expect(response.json()).toMatchObject({
        status: 400,
        detail: 'The body is not UTF-8.',
      });
    });

    it('is read deep or shallow alike, whatever numbers it holds', async () => {
      const deep = '['.repeat(50_000) + '1.5' + ']'.repeat(50_000);
      expect((await post(deep, JSON_TYPE)).body).not.toContain('Maximum call stack');
    });
  });

  describe('of NDJSON', () => {
    it('is read as one value a line', async () => {
      expect(await bodyOf('{"value":1}\n2\n"three"', NDJSON_TYPE)).toEqual([{ value: 1 }, 2, 'three']);
    });

    it('may have empty lines, and lines that end as on Windows', async () => {
      expect(await bodyOf('\n1\r\n\r\n2\n\n', NDJSON_TYPE)).toEqual([1, 2]);
    });

    it('is refused with the number of the line that is wrong', async () => {
      const { detail } = (await post('1\n\n{', NDJSON_TYPE)).json<{ detail: string }>();
      expect(detail).toMatch(/^Line 3 is not JSON: /);
    });
  });

  describe('of a form', () => {
    it('is read as its fields', async () => {
      expect(await bodyOf('value=5&reason=a+b%26c', FORM_TYPE)).toEqual({ value: '5', reason: 'a b&c' });
    });

    it('is read with fields of any name', async () => {
      expect(await bodyOf('toString=1&constructor=2', FORM_TYPE)).toEqual({
        toString: '1',
        constructor: '2',
      });
    });

    it.each(['reason=caf%E9', 'reason=%zz', 'reason=50%', 'rea%C3&son=%A9'])(
      'is refused when its percent-encoding is broken or not UTF-8: %s',
      async (text) => {
        expect((await post(text, FORM_TYPE)).json()).toMatchObject({
          status: 400,
          detail: expect.stringContaining('percent-encoding') as unknown,
        });
      },
    );

    it.each(['{"value":5}', ' [1,2]', '{"reason":"a=b&c"}'])(
      'that is JSON is told which Content-Type to send: %s',
      async (text) => {
        expect((await post(text, FORM_TYPE, '/read')).json()).toMatchObject({
          status: 400,
          detail: expect.stringContaining('send Content-Type: application/json') as unknown,
          errors: [{ header: 'Content-Type' }],
        });
        expect((await post(text, FORM_TYPE, '/json-only')).statusCode).toBe(415);
      },
    );

    it('is refused when a field is there twice', async () => {
      const { detail } = (await post('value=5&value=6', FORM_TYPE)).json<{ detail: string }>();
      expect(detail).toBe('The field value is there twice; send it once.');
    });
  });

  describe('of a media type', () => {
    it('that the endpoint does not take is refused, naming those that it takes', async () => {
      expect((await post('value=5', FORM_TYPE, '/json-only')).json()).toMatchObject({
        status: 415,
        type: new UnsupportedMediaType('', []).type,
        errors: [{ header: 'Content-Type' }],
        detail: `The Content-Type ${FORM_TYPE} is not one of them; send ${JSON_TYPE}.`,
      });
    });

    it('that the endpoint takes is taken with its parameters', async () => {
      expect((await post('5', 'APPLICATION/JSON; charset=utf-8', '/json-only')).statusCode).toBe(200);
    });

    it('that nobody reads is refused', async () => {
      expect((await post('<value>5</value>', 'text/xml', '/json-only')).statusCode).toBe(415);
    });

    it('that nobody reads is refused with the stable type of that problem', async () => {
      const { type } = (await post('<value>5</value>', 'text/xml', '/json-only')).json<{ type: string }>();
      expect(type).toBe(new UnsupportedMediaType('', []).type);
    });
  });

  it('that is not there is for the schema to miss', async () => {
    expect((await app.inject({ method: 'POST', url: '/json-only' })).json()).toEqual({ body: 'none' });
  });

  it('of at most 1 MiB is read', async () => {
    expect((await post(`"${'x'.repeat(BODY_LIMIT - 2)}"`, JSON_TYPE)).statusCode).toBe(200);
  });

  it('of more is refused', async () => {
    expect((await post(`"${'x'.repeat(BODY_LIMIT - 1)}"`, JSON_TYPE)).statusCode).toBe(413);
  });

  it('of more is refused with the stable type of that problem', async () => {
    const { type } = (await post(`"${'x'.repeat(BODY_LIMIT)}"`, JSON_TYPE)).json<{ type: string }>();
    expect(type).toBe(new Problem('too-large', 'body-too-large', '', '').type);
  });
});
