/** The HTTP parts in an application that was not made for them, on Fastify and on Express. */
import { request as httpRequest, type Server } from 'node:http';
import { Test } from '@nestjs/testing';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import { EventStore } from '../../src/runtime/event-log/event-store.js';
import type { RecentProblem } from '../../src/runtime/http/kernel/recent-problems.js';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import type { Projection } from '../../src/runtime/projection/projection.js';
import { ProjectionHost } from '../../src/runtime/projection/projection-host.js';
import { problemOf, until, type PageJson } from '../support/api.js';
import { add, noteTaken } from '../support/amounts.js';
import { StreamClient } from '../support/event-stream.js';
import { newCommit } from '../support/new-commit.js';
import {
  PLATFORMS,
  createForeign,
  startForeign,
  type Foreign,
  type Platform,
} from '../support/foreign-application.js';

const ALL = { events: true, projections: true, operations: true, health: true };
const JSON_TYPE = 'application/json';
const CLOUD_EVENT_TYPE = 'application/cloudevents+json';
const NDJSON_TYPE = 'application/x-ndjson';

describe.each(PLATFORMS)('on %s', (platform: Platform) => {
  describe('in an application with filters, pipes and interceptors of its own', () => {
    let foreign: Foreign;
    let log: EventLog;

    beforeEach(async () => {
      foreign = await startForeign(platform, { http: ALL });
      log = foreign.app.get(EventLog);
    });

    afterEach(() => foreign.app.close());

    const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`${foreign.url}${path}`, { headers });

    const json = async (path: string): Promise<unknown> => (await get(path)).json();

    const post = (path: string, body: unknown, type = JSON_TYPE): Promise<Response> =>
      fetch(`${foreign.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });

    const folded = (position: number): Promise<Response> =>
      get(`/total?after=${position}`, { prefer: 'wait=5' });

    describe('a query', () => {
      it('is answered, in its own format', async () => {
        const response = await get('/total');
        expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
        expect(await response.json()).toEqual({
          total: 0,
          count: 0,
          state: 'empty',
          report: '/reports/total',
          position: 0,
        });
      });

      it('waits for a position', async () => {
        const projection = foreign.app.get(ProjectionHost).find('total');
        const isAsked = new Promise<void>((resolve) => {
          const reached = projection?.reached.bind(projection);
          Object.assign(projection ?? {}, {
            reached: (...args: Parameters<Projection['reached']>) => {
              resolve();
              return reached?.(...args);
            },
          });
        });
        const waiting = get('/total?after=1', { prefer: 'wait=5' });
        await isAsked;
        await add(log, 5);
        const response = await waiting;
        expect([response.status, response.headers.get('preference-applied')]).toEqual([200, 'wait=5']);
        expect(await response.json()).toMatchObject({ total: 5, position: 1 });
      });

      it('is told when it has waited in vain', async () => {
        const problem = await problemOf(await get('/total?after=9'), 503);
        expect(problem.type).toBe('urn:leftfold:problem:not-yet');
      });

      it('is answered as of a position and as of a time', async () => {
        await add(log, 5, 6);
        expect(await json('/total?at=1')).toMatchObject({ total: 5, position: 1 });
        expect(await json(`/total?at=${new Date().toISOString()}`)).toMatchObject({ total: 11, position: 2 });
      });

      it('is told of its history', async () => {
        await add(log, 5, 6);
        expect(await json('/total/history')).toMatchObject({
          points: [
            { position: 0, total: 0 },
            { position: 1, total: 5 },
            { position: 2, total: 11, report: '/reports/total' },
          ],
        });
      });

      it('is told what would be without an event', async () => {
        await add(log, 5, 6);
        expect(await json('/total/what-if?without=1')).toMatchObject({
          position: 2,
          without: [1],
          is: { total: 11 },
          wouldBe: { total: 6 },
        });
      });

      it('is answered 304 while nothing is new, of now and of the past', async () => {
        await add(log, 5);
        await folded(1);
        for (const path of ['/total', '/total?at=1']) {
          const tag = (await get(path)).headers.get('etag') ?? '';
          const again = await get(path, { 'if-none-match': `"other", W/${tag}` });
          expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', tag]);
        }
      });

      it('refuses a parameter that there is not, or that is there twice', async () => {
        const unknown = await problemOf(await get('/total?att=1'), 400);
        expect(unknown.detail).toBe('There is no parameter att; there are after, at.');
        const twice = await problemOf(await get('/total?at=1&at=2'), 400);
        expect(twice.detail).toBe('at is there 2 times; give it once.');
        const nested = await problemOf(await get('/total?at[a]=1'), 400);
        expect(nested.detail).toBe('There is no parameter at[a]; there are after, at.');
      });

      it('answers HEAD as GET, without the body', async () => {
        const response = await fetch(`${foreign.url}/total`, { method: 'HEAD' });
        expect([response.status, response.headers.get('leftfold-position')]).toEqual([200, '0']);
        expect(await response.text()).toBe('');
      });
    });

    describe('the log', () => {
      it('is read a page at a time, by several types', async () => {
        await add(log, 5);
        await log.append([noteTaken.create({ text: 'x' })]);
        const page = (await json('/events?limit=1&type=note.taken&type=amount.added')) as PageJson;
        expect(page.events.map(({ position }) => position)).toEqual([1]);
        expect(page.next).toBe('/events?after=1&limit=1&type=note.taken&type=amount.added');
        expect(await json(page.next ?? '')).toMatchObject({ events: [{ position: 2 }] });
      });

      it('is read as NDJSON', async () => {
        await add(log, 5, 6);
        const response = await get('/events', { accept: NDJSON_TYPE });
        expect([response.status, response.headers.get('content-type')]).toEqual([200, NDJSON_TYPE]);
        expect(response.headers.get('vary')).toBe('Accept');
        const lines = (await response.text()).trimEnd().split('\n');
        expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
          { position: 1, data: { amount: 5 } },
          { position: 2, data: { amount: 6 } },
        ]);
      });

      it('is no longer read for a client that is gone', async () => {
        const text = 'x'.repeat(10_000);
        for (let count = 0; count < 40; count += 1) {
          await log.append(Array.from({ length: 100 }, () => noteTaken.create({ text })));
        }
        let events = 0;
        let isRead = true;
        const read = log.read.bind(log);
        log.read = async function* (...args: Parameters<EventLog['read']>) {
          try {
            for await (const page of read(...args)) {
              events += page.length;
              yield page;
            }
          } finally {
            isRead = false;
          }
        } as EventLog['read'];
        await new Promise<void>((resolve, reject) => {
          const asked = httpRequest(
            `${foreign.url}/events`,
            { headers: { accept: NDJSON_TYPE } },
            (answer) => {
              answer.once('data', () => {
                answer.destroy();
                resolve();
              });
            },
          );
          asked.once('error', reject);
          asked.end();
        });
        await until(() => !isRead);
        expect(events).toBeLessThan(4000);
      });

      it('is read and appended to as CloudEvents', async () => {
        const event = {
          specversion: '1.0',
          id: 'a',
          source: '/b',
          type: 'amount.added',
          data: { amount: 7 },
        };
        const appended = await post('/events', event, CLOUD_EVENT_TYPE);
        expect([appended.status, await appended.json()]).toMatchObject([201, { first: 1, last: 1 }]);
        const read = await get('/events', { accept: 'application/cloudevents-batch+json' });
        expect(await read.json()).toMatchObject([{ id: '1', type: 'amount.added', data: { amount: 7 } }]);
      });

      it('is appended to under a condition', async () => {
        const events = [{ type: 'amount.added', data: { amount: 5 }, tags: ['a:1'] }];
        const condition = { query: [{ tags: ['a:1'] }] };
        const first = await post('/events', { events, condition });
        expect([first.status, first.headers.get('location')]).toEqual([201, '/events?after=0&limit=1']);
        expect(first.headers.get('leftfold-position')).toBe('1');
        const second = await problemOf(await post('/events', { events, condition }), 409);
        expect(second.position).toBe(1);
      });

      it.each(['1.00000000000000000001', '9007199254740993', '1e400'])(
        'refuses the number %s, which a double would round',
        async (amount) => {
          const body = `{"events":[{"type":"amount.added","data":{"amount":${amount}}}]}`;
          const problem = await problemOf(await post('/events', body), 422);
          expect(problem.errors?.[0]?.pointer).toBe('#/events/0/data/amount');
          const cloudEvent = `{"specversion":"1.0","type":"amount.added","data":{"amount":${amount}}}`;
          await problemOf(await post('/events', cloudEvent, CLOUD_EVENT_TYPE), 422);
          expect(await log.head()).toBe(0);
        },
      );

      it.each(['12345678901234567890', '9007199254740993', '1e400'])(
        'refuses the number %s, which no double holds, and says what to do',
        async (literal) => {
          const problem = await problemOf(
            await post('/events', `{"events": [{"type": "amount.added", "data": {"amount": ${literal}}}]}`),
            422,
          );
          expect(problem).toMatchObject({
            errors: [
              {
                pointer: '#/events/0/data/amount',
                detail: `${literal} is not exact as a JSON number: send it as text, in quotes`,
              },
            ],
          });
        },
      );

      it('is read one by one, as JSON or as a CloudEvent', async () => {
        await post('/events', {
          events: [5, 6].map((amount) => ({ type: 'amount.added', data: { amount } })),
        });
        const response = await get('/events/2');
        expect([response.status, response.headers.get('leftfold-position')]).toEqual([200, '2']);
        expect(await response.json()).toMatchObject({
          position: 2,
          type: 'amount.added',
          data: { amount: 6 },
        });
        const cloudEvent = await get('/events/2', { accept: CLOUD_EVENT_TYPE });
        expect(cloudEvent.headers.get('content-type')).toContain(CLOUD_EVENT_TYPE);
        expect(await cloudEvent.json()).toMatchObject({ specversion: '1.0', id: '2', data: { amount: 6 } });
        expect((await get('/events/2', { accept: 'text/html' })).status).toBe(406);
      });

      it.each(['0', '1', '007', '1.5', 'x', '99999999999999999999'])(
        'is not found at the position %s, where there is none',
        async (where) => {
          const { type } = await problemOf(await get(`/events/${where}`), 404);
          expect(type).toBe('urn:leftfold:problem:no-such-event');
        },
      );

      it('is in a page that ends early when its events are large', async () => {
        const text = 'x'.repeat(1024 * 1024);
        for (let nth = 1; nth <= 6; nth += 1) await log.append([noteTaken.create({ text })]);
        const seen: number[] = [];
        let pages = 0;
        for (let next: string | undefined = '/events'; next !== undefined; pages += 1) {
          const page = (await json(next)) as PageJson;
          seen.push(...page.events.map(({ position }) => position));
          next = page.next;
        }
        expect([seen, pages]).toEqual([[1, 2, 3, 4, 5, 6], 2]);
      });

      it('takes a CloudEvent whatever the case of its media type', async () => {
        const cloudEvent = {
          specversion: '1.0',
          id: '1',
          source: '/x',
          type: 'amount.added',
          data: { amount: 7 },
        };
        expect((await post('/events', cloudEvent, 'Application/CloudEvents+JSON')).status).toBe(201);
      });

      it.each<readonly [type: string, data: object]>([
        ['note.taken', { text: 'x' }],
        ['leftfold.event-skipped', { projection: 'total', position: 1, reason: 'x' }],
        ['event.skipped', { projection: 'total', position: 1, reason: 'x' }],
        ['leftfold.unknown', {}],
      ])('takes no %s, which is not open', async (type, data) => {
        const events = [
          { type: 'amount.added', data: { amount: 5 } },
          { type, data, tags: ['projection:total'] },
        ];
        const problem = await problemOf(await post('/events', { events }), 403);
        expect(problem).toMatchObject({
          type: 'urn:leftfold:problem:type-not-open',
          errors: [{ pointer: '#/events/1/type' }],
        });
        const cloudEvent = { specversion: '1.0', id: '1', source: '/x', type, data };
        const refused = await problemOf(await post('/events', cloudEvent, CLOUD_EVENT_TYPE), 403);
        expect(refused).toMatchObject({ errors: [{ pointer: '#/type' }] });
        expect(await log.head()).toBe(0);
      });

      it('refuses a member that is there twice', async () => {
        const body = '{"events":[{"type":"amount.added","data":{"amount":1,"amount":2}}]}';
        const problem = await problemOf(await post('/events', body), 400);
        expect(problem.type).toBe('urn:leftfold:problem:malformed-body');
      });

      it('is searched, in pages, as lines and as a stream', async () => {
        const note = (text: string): unknown => log.append([noteTaken.create({ text })]);
        const since = new Date(Date.now() + 3_600_000).toISOString();
        for (const text of ['Ann', 'Bea', 'ann again']) await note(text);
        const positionsIn = (events: readonly { readonly position: number }[]): readonly number[] =>
          events.map(({ position }) => position);
        const page = (await json('/events?text=ann')) as PageJson;
        expect(positionsIn(page.events)).toEqual([1, 3]);
        const lines = await (await get('/events?text=ANN', { accept: NDJSON_TYPE })).text();
        expect(lines.trimEnd().split('\n')).toHaveLength(2);
        const asked = await post('/events/query', { query: [{}], where: { text: 'bea' } });
        expect(positionsIn(((await asked.json()) as PageJson).events)).toEqual([2]);
        expect((await get('/events?since=yesterday')).status).toBe(400);
        expect((await post('/events/query', { query: [{}], where: { text: '' } })).status).toBe(422);

        const found = await StreamClient.open(`${foreign.url}/events?text=ann&after=0`);
        const future = await StreamClient.open(`${foreign.url}/events?since=${since}&text=ann`);
        await note('of now: Ann');
        await until(() => found.ids.length === 3);
        expect(found.ids).toEqual(['1', '3', '4']);
        const event = { type: noteTaken.type, revision: 1, tags: [], data: { text: 'later: Ann' } };
        const time = new Date(Date.now() + 7_200_000).toISOString();
        await foreign.app.get(EventStore).append(newCommit('later', 1, { time, events: [event] }));
        await until(() => future.ids.length > 0);
        expect(future.ids).toEqual(['5']);
        found.close();
        future.close();
      });

      it('is no longer searched for a client that is gone', async () => {
        for (let count = 0; count < 80; count += 1)
          await log.append(Array.from({ length: 100 }, () => noteTaken.create({ text: 'x' })));
        const gone = new Promise((resolve) => {
          const server = foreign.app.getHttpServer() as Server;
          server.once('request', (_request, response) => response.once('close', resolve));
        });
        let [pages, isRead] = [0, true];
        const read = log.read.bind(log);
        log.read = async function* (...args: Parameters<EventLog['read']>) {
          try {
            for await (const page of read(...args)) {
              pages += 1;
              yield page;
              await gone;
            }
          } finally {
            isRead = false;
          }
        } as EventLog['read'];
        const asked = httpRequest(`${foreign.url}/events?text=nobody`);
        asked.once('error', () => undefined);
        asked.end();
        await until(() => pages === 1);
        asked.destroy();
        await until(() => !isRead);
        expect(pages).toBe(2);
      });

      it('is queried by a body', async () => {
        await add(log, 5, 6);
        const response = await post('/events/query', { query: [{}], backwards: true, limit: 1 });
        expect(response.headers.get('leftfold-next')).toBe('2');
        expect(await response.json()).toMatchObject({ events: [{ position: 2 }], next: 2 });
      });
    });

    describe('a body of a controller of one’s own', () => {
      const echoed = async (body: string, type: string): Promise<unknown> =>
        (await post('/ledger', body, type)).json();

      it('is read as NDJSON, which the application does not parse', async () => {
        expect(await echoed('1\n{"a":2}\n', NDJSON_TYPE)).toEqual({ body: [1, { a: 2 }] });
      });

      it('is read as a form', async () => {
        const type = 'application/x-www-form-urlencoded';
        expect(await echoed('a=5&b=x%20y', type)).toEqual({ body: { a: '5', b: 'x y' } });
        const twice = await problemOf(await post('/ledger', 'a=5&a=6', type), 400);
        expect(twice.detail).toBe('The field a is there twice; send it once.');
      });

      it('may be missing', async () => {
        const response = await fetch(`${foreign.url}/ledger`, { method: 'POST' });
        expect(await response.json()).toEqual({ body: 'none' });
      });

      it('is refused when it is no UTF-8, or says that it is something else', async () => {
        const send = (body: Uint8Array<ArrayBuffer>, type: string): Promise<Response> =>
          fetch(`${foreign.url}/ledger`, { method: 'POST', headers: { 'content-type': type }, body });
        const wrong = await problemOf(await send(new Uint8Array([0x22, 0xff, 0x22]), NDJSON_TYPE), 400);
        expect(wrong.detail).toBe('The body is not UTF-8.');
        const latin = new Uint8Array([0x22, 0x61, 0x22]);
        await problemOf(await send(latin, `${NDJSON_TYPE}; charset=iso-8859-1`), 415);
      });

      it('is refused when it is too large, and the answer arrives', async () => {
        const send = post('/ledger', `"${'x'.repeat(1024 * 1024)}"`, NDJSON_TYPE);
        expect((await send).status).toBe(413);
      });
    });

    describe('a problem', () => {
      it('of the runtime is answered as such, at a position', async () => {
        await add(log, 5);
        const response = await get('/projections/none');
        expect(response.headers.get('leftfold-position')).toBe('1');
        expect((await problemOf(response, 404)).type).toBe('urn:leftfold:problem:projection-not-found');
      });

      it.each<readonly [path: string, status: number, document: object]>([
        [
          'overdrawn',
          409,
          {
            type: 'urn:leftfold:problem:overdrawn',
            title: 'The account is overdrawn',
            detail: 'It has 3 and needs 5.',
          },
        ],
        [
          'several',
          400,
          {
            type: 'about:blank',
            title: 'Bad Request',
            detail: 'a is missing; b is not a number',
            errors: [{ detail: 'a is missing' }, { detail: 'b is not a number' }],
          },
        ],
        ['missing', 404, { type: 'about:blank', title: 'Not Found', detail: 'no such account' }],
        [
          'custom',
          429,
          { type: 'about:blank', title: 'Too Many Requests', detail: 'no more than 3', code: 'X' },
        ],
        [
          'unwell',
          503,
          {
            type: 'about:blank',
            title: 'Service Unavailable',
            detail: 'Service Unavailable Exception',
            info: {},
            error: { database: { status: 'down' } },
            details: { database: { status: 'down' } },
            original: { status: 'error' },
          },
        ],
      ])('of a controller of one’s own keeps what it says: %s', async (path, status, document) => {
        expect(await problemOf(await get(`/ledger/${path}`), status)).toEqual({ ...document, status });
      });

      it.each([404, 413, 415, 503])('keeps status and text of a bare exception: %d', async (status) => {
        const { type, detail } = await problemOf(await get(`/ledger/refused/${status}`), status);
        expect({ type, detail }).toEqual({ type: 'about:blank', detail: `refused with ${status}` });
      });

      it.each(['x-account', 'x account', 'retry-after'])(
        'leaves out a header that cannot be sent: %s',
        async (name) => {
          const answer = await get(`/ledger/headers/${encodeURIComponent(name)}`);
          expect([answer.headers.get('x-limit'), answer.headers.get('retry-after')]).toEqual(['5', null]);
          expect((await problemOf(answer, 409)).detail).toBe('It has 3 and needs 5.');
        },
      );

      it('is the answer where a controller sends a header that cannot be sent', async () => {
        expect(await problemOf(await get('/ledger/account'), 500)).toMatchObject({ status: 500 });
      });

      it('tells nothing of a defect', async () => {
        expect((await problemOf(await get('/ledger/defect'), 500)).detail).not.toContain('secret');
      });
    });

    describe('a method that there is not', () => {
      it.each([
        ['PUT', '/events', 'GET, HEAD, POST'],
        ['GET', '/events/query', 'POST'],
        ['DELETE', '/projections/total', 'GET, HEAD'],
        ['POST', '/total/history', 'GET, HEAD'],
        ['POST', '/health/live', 'GET, HEAD'],
        ['PATCH', '/total', 'GET, HEAD, POST'],
      ])('is refused with what there is: %s %s', async (method, path, allow) => {
        const response = await fetch(`${foreign.url}${path}`, { method });
        expect(response.headers.get('allow')).toBe(allow);
        await problemOf(response, 405);
      });

      it('is left to the application on a path of its own', async () => {
        const response = await fetch(`${foreign.url}/accounts`, { method: 'PUT' });
        expect([response.status, await response.json()]).toEqual([
          404,
          { answeredBy: 'the application', message: 'Cannot PUT /accounts' },
        ]);
      });
    });

    describe('the operators’ part', () => {
      it('lists projections with their links', async () => {
        expect(await json('/projections')).toMatchObject({
          projections: [
            {
              name: 'total',
              links: { self: '/projections/total', state: '/total', audit: '/projections/total/audit' },
            },
          ],
        });
      });

      it('tells the machine in the type that is accepted', async () => {
        const response = await get('/projections/total/machine', { accept: 'text/plain' });
        expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
        await problemOf(await get('/projections/total/machine', { accept: 'image/png' }), 406);
      });

      it('audits', async () => {
        await add(log, 5);
        const response = await fetch(`${foreign.url}/projections/total/audit`, {
          method: 'POST',
          headers: { prefer: 'wait=10' },
        });
        expect([response.status, response.headers.get('location')]).toEqual([
          200,
          '/projections/total/audit',
        ]);
        expect(await response.json()).toMatchObject({ projection: 'total', status: 'done' });
      });

      it('resumes without a body', async () => {
        const response = await fetch(`${foreign.url}/projections/total/resume`, { method: 'POST' });
        expect((await problemOf(response, 409)).type).toBe('urn:leftfold:problem:projection-not-faulted');
      });

      it('lists the problems of its endpoints, those of one route and type as one', async () => {
        for (const path of ['/events/8', '/events/9', '/total?at=x', '/none'])
          await get(path, { accept: JSON_TYPE });
        const { problems } = (await json('/problems')) as { problems: readonly RecentProblem[] };
        expect(problems).toMatchObject([
          {
            method: 'GET',
            path: '/total',
            status: 400,
            type: 'urn:leftfold:problem:invalid-parameter',
            title: 'A parameter is not acceptable',
            count: 1,
          },
          {
            method: 'GET',
            path: '/events/9',
            status: 404,
            type: 'urn:leftfold:problem:no-such-event',
            title: 'There is no such event',
            count: 2,
          },
        ]);
      });

      it('tells whether it is ready', async () => {
        await folded(0);
        expect(await json('/health/ready')).toMatchObject({ status: 'ready' });
      });
    });

    describe('the application', () => {
      it('has its pipe, its parsers and its interceptor for its own controllers', async () => {
        const response = await post('/accounts', '{"owner":"a","owner":"b","large":9007199254740993}');
        expect(await response.json()).toEqual({
          data: { owner: 'b', large: 9007199254740992, validated: true },
        });
        const refused = await post('/accounts', {});
        expect(await refused.json()).toEqual({ answeredBy: 'the application', message: 'owner is missing' });
      });

      it('has its filter for its own controllers and for what it does not serve', async () => {
        const message = 'the account is closed';
        expect(await json('/accounts/closed')).toEqual({ answeredBy: 'the application', message });
        expect(await json('/none')).toEqual({ answeredBy: 'the application', message: 'Cannot GET /none' });
      });

      it('may serve other methods on the path of a projection', async () => {
        const response = await post('/total', {});
        expect(await response.json()).toEqual({ data: 'reset by the application' });
      });

      it('does not have its pipe asked about the bodies of the runtime', async () => {
        await post('/events', { events: [{ type: 'amount.added', data: { amount: 5 } }] });
        expect(foreign.pipe.seen).not.toContain('body');
      });
    });
  });

  describe('under a prefix of the runtime’s and one of the application’s', () => {
    let foreign: Foreign;
    const base = '/api/internal/log';

    beforeEach(async () => {
      foreign = await startForeign(platform, {
        http: { ...ALL, prefix: 'internal/log' },
        globalPrefix: 'api',
      });
      await add(foreign.app.get(EventLog), 5, 6);
    });

    afterEach(() => foreign.app.close());

    const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
      fetch(`${foreign.url}${path}`, { headers });

    it('links from a page to the next one', async () => {
      const { next } = (await (await get(`${base}/events?limit=1`)).json()) as PageJson;
      expect(next).toBe(`${base}/events?after=1&limit=1`);
      expect(await (await get(next ?? '')).json()).toMatchObject({ events: [{ position: 2 }] });
      const accept = 'application/cloudevents-batch+json';
      const cloudEvents = await get(`${base}/events?limit=1`, { accept });
      expect(cloudEvents.headers.get('link')).toBe(`<${next}>; rel="next"`);
    });

    it('links from an append to its events', async () => {
      const response = await fetch(`${foreign.url}${base}/events`, {
        method: 'POST',
        headers: { 'content-type': JSON_TYPE },
        body: JSON.stringify({ events: [{ type: 'amount.added', data: { amount: 7 } }] }),
      });
      const location = response.headers.get('location') ?? '';
      expect(location).toBe(`${base}/events?after=2&limit=1`);
      expect(await (await get(location)).json()).toMatchObject({ events: [{ position: 3 }] });
    });

    it('links from a projection to what there is of it', async () => {
      const { links, commands } = (await (await get(`${base}/projections/total`)).json()) as {
        links: Readonly<Record<string, string>>;
        commands: Readonly<Record<string, { readonly href: string }>>;
      };
      for (const path of Object.values(links)) {
        expect(path).toMatch(/^\/api\/internal\/log\//);
        expect((await get(path)).status).toBe(200);
      }
      expect(commands['audit']).toEqual({ method: 'POST', href: `${base}/projections/total/audit` });
    });

    it('links from an audit to how it stands', async () => {
      const response = await fetch(`${foreign.url}${base}/projections/total/audit`, { method: 'POST' });
      expect(response.headers.get('location')).toBe(`${base}/projections/total/audit`);
    });

    it('links from a view to what the application itself serves', async () => {
      const report = '/api/reports/total';
      expect(await (await get(`${base}/total`)).json()).toMatchObject({ report });
      expect(await (await get(`${base}/total?at=1`)).json()).toMatchObject({ report });
      expect(await (await get(`${base}/total/what-if?without=1`)).json()).toMatchObject({
        is: { report },
        wouldBe: { report },
      });
    });

    it('refuses other methods there', async () => {
      const response = await fetch(`${foreign.url}${base}/events`, { method: 'DELETE' });
      expect(response.headers.get('allow')).toBe('GET, HEAD, POST');
      await problemOf(response, 405);
    });

    it('has the application’s own paths beside them', async () => {
      expect((await get('/api/accounts/closed')).status).toBe(400);
    });
  });

  it('serves in a testing module, too', async () => {
    const imports = [LeftfoldModule.forRoot({ store: 'memory:', http: ALL })];
    const module = await Test.createTestingModule({ imports }).compile();
    const adapter = platform === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
    const app = module.createNestApplication(adapter, { rawBody: true });
    await app.listen(0, '127.0.0.1');
    expect((await fetch(`${await app.getUrl()}/events`)).status).toBe(200);
    await app.close();
  });

  it('is not looked for in a testing module that serves nothing', async () => {
    const imports = [LeftfoldModule.forRoot({ store: 'memory:', http: ALL })];
    const module = await Test.createTestingModule({ imports }).compile();
    await expect(module.init()).resolves.toBe(module);
    await module.close();
  });

  describe('without rawBody', () => {
    it.each([
      ['events', { events: true }],
      ['projections', { projections: true }],
    ])('does not start when %s takes bodies, and says which option is missing', async (_part, http) => {
      const app = await createForeign(platform, { http, rawBody: false });
      await expect(app.init()).rejects.toThrow('NestFactory.create(AppModule, { rawBody: true })');
      await app.close();
    });

    it('starts when nothing takes a body', async () => {
      const foreign = await startForeign(platform, { http: { health: true }, rawBody: false });
      expect((await fetch(`${foreign.url}/total`)).status).toBe(200);
      await foreign.app.close();
    });
  });
});
