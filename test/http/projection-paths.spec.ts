/** What is served beside projections, and that no projection takes its place. */
import { Controller, Get, Module, type DynamicModule } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { totalOf } from '../support/amounts.js';
import { changedOrders, orderContracts } from '../support/app/orders.js';
import { createClient } from '../../src/runtime/client/index.js';
import { forwardableIn } from '../../src/apps/forwarded-contexts.js';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import { MemoryStore } from '../../src/runtime/stores/memory.store.js';
import { createHttpApplication } from '../../src/apps/http-application.js';
import { PATHS, PROTOCOL_PATHS, RESERVED } from '../../src/runtime/http/kernel/paths.js';

@Module({})
class App {}

@Controller()
class DiaryController {
  @Get('diary')
  diary(): string {
    return 'what was written down';
  }
}

@Module({ controllers: [DiaryController] })
class DiaryModule {}

const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };

function applicationOf(...modules: NonNullable<DynamicModule['imports']>): Promise<NestFastifyApplication> {
  const runtime = [
    EventEmitterModule.forRoot({ wildcard: true }),
    LeftfoldModule.forRoot({
      store: new MemoryStore(),
      http: {
        events: true,
        commits: true,
        projections: true,
        operations: true,
        model: true,
        health: true,
        push: true,
        console: true,
        inspect: true,
      },
    }),
  ];
  return createHttpApplication(
    { module: App, imports: [...runtime, ...modules] },
    {
      title: 'A test',
      description: 'What is served.',
      version: '0.0.0',
      jsonTypes: [],
      logger: silent,
    },
  );
}

/** The first segments of all paths but `/`, as Fastify draws its tree of them. */
function firstSegments(app: NestFastifyApplication): ReadonlySet<string> {
  const tree = app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
  const above: string[] = [];
  const segments = [...tree.matchAll(/^(.*)[├└]── (\S+)/gm)].map(([, indent = '', part = '']) => {
    const depth = indent.length / 4;
    above.splice(depth, Infinity, part);
    return above.join('').split('/')[1] ?? '';
  });
  return new Set(segments.filter((segment) => segment !== ''));
}

describe('the paths of the runtime', () => {
  it('are those that are reserved, neither more nor fewer, but for that of the monolith', async () => {
    const app = await applicationOf();
    const ofMonolith: string = PATHS.forwarding;
    // The WebSocket is at a path of the protocol.
    const served = [...Object.values(PATHS).filter((path) => path !== ofMonolith), PROTOCOL_PATHS.push];
    expect([...firstSegments(app)].toSorted()).toEqual(served.toSorted());
    for (const path of [...served, ofMonolith]) expect(RESERVED).toContain(path);
    await app.close();
  });

  it('have beside them those of projections', async () => {
    const app = await applicationOf(
      LeftfoldModule.forFeature({ projections: [totalOf('total')], http: true }),
    );
    expect(firstSegments(app)).toContain('total');
    await app.close();
  });
});

describe('a projection with a path of its own', () => {
  let app: NestFastifyApplication;

  beforeAll(async () => {
    app = await applicationOf(
      LeftfoldModule.forFeature({
        contracts: orderContracts,
        projections: [
          { ...totalOf('total'), http: { path: 'reports/total' } },
          changedOrders({ http: { path: 'shop/orders' } }),
        ],
        http: true,
      }),
    );
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    const order = (id: string) => ({
      type: 'order.opened',
      data: { order: id, customer: 'Ann' },
      tags: [`order:${id}`],
    });
    await app.inject({ method: 'POST', url: '/events', payload: { events: [order('a'), order('b')] } });
  });
  afterAll(() => app.close());

  const get = async (url: string) => {
    const { statusCode, headers, payload } = await app.inject({ url, headers: { prefer: 'wait=5' } });
    return { status: statusCode, headers, body: JSON.parse(payload) as Readonly<Record<string, unknown>> };
  };

  it('is served there, and not under its name', async () => {
    expect(await get('/reports/total?after=2')).toMatchObject({ status: 200, body: { position: 2 } });
    expect(await get('/reports/total/history?step=1')).toMatchObject({ status: 200 });
    expect(await get('/reports/total/what-if?without=1')).toMatchObject({ status: 200 });
    expect(await get('/shop/orders/a?after=2')).toMatchObject({ status: 200, body: { key: 'a' } });
    expect(await get('/shop/orders/a/what-if?without=1')).toMatchObject({ status: 200 });
    for (const path of ['/total', '/orders', '/orders/a']) expect((await get(path)).status).toBe(404);
  });

  it('is asked there by the client', async () => {
    const client = createClient({
      url: 'http://127.0.0.1/',
      paths: { projections: { total: 'reports/total' }, entities: { orders: 'shop/orders' } },
      fetch: async (request, init) => {
        const { pathname, search } = new URL(request instanceof Request ? request.url : request);
        const headers = Object.fromEntries(new Headers(init?.headers));
        const {
          statusCode,
          payload,
          headers: answered,
        } = await app.inject({ url: pathname + search, headers });
        return new Response(payload, {
          status: statusCode,
          headers: { 'content-type': String(answered['content-type']) },
        });
      },
    });
    expect(await client.projection('total').get({ after: 2 })).toMatchObject({ position: 2 });
    const { items } = await client.entities('orders').page({ limit: 1, after: 2 });
    expect(items).toMatchObject([{ key: 'a' }]);
  });

  it('is linked to there', async () => {
    const list = await get('/shop/orders?limit=1&after=2');
    expect(list.body['next']).toMatch(/^\/shop\/orders\?limit=1&cursor=/);
    expect(await get(String(list.body['next']))).toMatchObject({ body: { items: [{ key: 'b' }] } });
    expect((await get('/shop/orders/nobody')).body['detail']).toContain(
      'GET /shop/orders lists what there is',
    );
    for (const [name, state] of [
      ['total', '/reports/total'],
      ['orders', '/shop/orders'],
    ])
      expect((await get(`/projections/${name}`)).body['links']).toMatchObject({
        self: `/projections/${name}`,
        state,
      });
  });

  it('answers other methods with 405, and is in the documentation', async () => {
    const { statusCode, headers } = await app.inject({ method: 'DELETE', url: '/shop/orders' });
    expect([statusCode, headers.allow]).toEqual([405, 'GET, HEAD']);
    const { body } = await get('/openapi.json');
    const paths = Object.keys(body['paths'] as object).filter((path) => !path.startsWith('/projections'));
    expect(paths).toEqual(
      expect.arrayContaining([
        '/reports/total',
        '/reports/total/history',
        '/shop/orders',
        '/shop/orders/{key}',
      ]),
    );
    expect(paths).not.toContain('/total');
  });

  it('belongs to its context by the first part of its path, which another process may serve', () => {
    @Module({
      imports: [
        LeftfoldModule.forFeature({ projections: [changedOrders({ http: { path: 'shop/orders' } })] }),
      ],
    })
    class ShopModule {}
    const [shop] = forwardableIn([ShopModule]);
    expect([...(shop?.segments ?? [])]).toEqual(['shop']);
    expect(shop?.projections).toEqual(['orders']);
  });

  it.each([
    ['events/mine', '/events is where the runtime serves its own'],
    ['/reports', 'is no path'],
    ['reports/:id', 'is no path'],
    ['', 'is no path'],
  ])('cannot have the path %j', (path, message) => {
    expect(() => changedOrders({ http: { path } })).toThrow(
      `projection orders: ${path === 'events/mine' ? message : `${path} ${message}`}`,
    );
  });

  it('cannot have that of another', () => {
    const both = [{ ...totalOf('total'), http: { path: 'shop' } }, changedOrders({ http: { path: 'shop' } })];
    expect(() => LeftfoldModule.forFeature({ projections: both, http: true })).toThrow(
      'there are two paths named GET /shop',
    );
    const [one, other] = both;
    return expect(
      applicationOf(
        LeftfoldModule.forFeature({ projections: one === undefined ? [] : [one], http: true }),
        LeftfoldModule.forFeature({ projections: other === undefined ? [] : [other], http: true }),
      ),
    ).rejects.toThrow('two endpoints are GET /shop');
  });
});

describe('a projection with the path of a controller', () => {
  it.each(['before', 'after'])('is refused in words when it comes %s it', async (when) => {
    const both = [DiaryModule, LeftfoldModule.forFeature({ projections: [totalOf('diary')], http: true })];
    await expect(applicationOf(...(when === 'after' ? both : both.toReversed()))).rejects.toThrow(
      "Method 'GET' already declared for route '/diary': two endpoints have one path, so one of them " +
        'needs another; a projection is served under its name',
    );
  });
});
