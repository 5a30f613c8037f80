/** A read model over HTTP: among the projections, rebuilt, audited, resumed, and asked by a controller of the application. */
import type { AddressInfo } from 'node:net';
import { Test } from '@nestjs/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { LeftfoldModule, MemoryStore, type EventLog } from '../../src/runtime/index.js';
import { ProjectionHost } from '../../src/runtime/projection/projection-host.js';
import { problemOf, until } from '../support/api.js';
import { ShopModule, productListed, saleMade, turnover } from '../support/app/shop.js';
import type { DocumentedApi } from '../support/documented-api.js';
import { expectAsDocumented, startDocumented } from '../support/documented-requests.js';

let app: NestFastifyApplication;
let api: DocumentedApi;
let log: EventLog;
let url: string;

beforeEach(async () => {
  ({ app, api, log } = await startDocumented(new MemoryStore(), [ShopModule]));
  const address = app.getHttpServer().address() as AddressInfo;
  url = `http://127.0.0.1:${address.port}`;
  await log.append([
    productListed.create({ product: 'p1', category: 'tea' }),
    saleMade.create({ sale: 's1', product: 'p1', cents: 450 }),
  ]);
  await until(() => readModel().position === 2);
});

afterEach(() => app.close());

function readModel(): ProjectionHost['readModels'][number] {
  const [only] = app.get(ProjectionHost).readModels;
  if (only === undefined) throw new Error('there is no read model');
  return only;
}

const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(`${url}${path}`, { headers });
const post = (path: string, body?: object): Promise<Response> =>
  fetch(`${url}${path}`, {
    method: 'POST',
    headers: { prefer: 'wait=10', ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });

describe('a controller that answers from a read model', () => {
  it('tells the position, and an entity tag for what did not change', async () => {
    const first = await get('/reports/turnover');
    expect(first.status).toBe(200);
    expect(first.headers.get('leftfold-position')).toBe('2');
    expect(first.headers.get('leftfold-stale')).toBeNull();
    const tag = first.headers.get('etag') ?? '';
    expect((await get('/reports/turnover', { 'if-none-match': tag })).status).toBe(304);
    await log.append([saleMade.create({ sale: 's2', product: 'p1', cents: 50 })]);
    const next = await get('/reports/turnover?after=3', { 'if-none-match': tag, prefer: 'wait=10' });
    expect(await next.json()).toMatchObject([{ category: 'tea', sales: 2, cents: 500 }]);
    expect(next.headers.get('leftfold-position')).toBe('3');
  });

  it('answers 503 when the position is not reached in time', async () => {
    const problem = await problemOf(await get('/reports/turnover?after=9'), 503);
    expect(problem).toMatchObject({
      position: 2,
      detail: expect.stringContaining('not yet up to 9') as unknown,
    });
  });

  it.each([
    ['?after=x', 'after'],
    ['?month=2026-11', 'month'],
  ])('refuses %s', async (query, parameter) => {
    const problem = await problemOf(await get(`/reports/turnover${query}`), 400);
    expect(problem.errors).toMatchObject([{ parameter }]);
  });

  it('tells since when its answers are old once it has stopped', async () => {
    await log.append([saleMade.create({ sale: 's1', product: 'p1', cents: 1 })]);
    await until(() => readModel().status === 'faulted');
    const response = await get('/reports/turnover');
    expect(response.headers.get('leftfold-stale')).toBe('3');
    expect(await response.json()).toMatchObject([{ sales: 1 }]);
    const problem = await problemOf(await get('/reports/turnover?after=3', { prefer: 'wait=1' }), 503);
    expect(problem.detail).toContain('stopped at position 3, which it cannot fold');
  });
});

describe('a read model among the projections', () => {
  it('is listed as documented, without machine and state', async () => {
    await expectAsDocumented(api, ['projections', '/projections']);
    await expectAsDocumented(api, ['projection', '/projections/turnover']);
    const found = (await (await get('/projections/turnover')).json()) as object;
    expect(found).toMatchObject({
      name: 'turnover',
      status: 'following',
      position: 2,
      lag: { events: 0 },
      snapshots: [],
    });
    expect(found).toHaveProperty('links', {
      self: '/projections/turnover',
      audit: '/projections/turnover/audit',
      rebuild: '/projections/turnover/rebuild',
    });
  });

  it('has no machine, and a digest as of now', async () => {
    const problem = await problemOf(await get('/projections/turnover/machine'), 404);
    expect(problem.detail).toContain('turnover is a read model');
    await expectAsDocumented(api, ['projectionMachine', '/projections/turnover/machine']);
    await expectAsDocumented(api, ['projectionDigest', '/projections/turnover/digest']);
    await problemOf(await get('/projections/turnover/digest?at=1'), 400);
  });

  it('is part of health', async () => {
    await log.append([saleMade.create({ sale: 's1', product: 'p1', cents: 1 })]);
    await until(() => readModel().status === 'faulted');
    const response = await get('/health/ready');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      projections: { turnover: { status: 'faulted', faultAt: 3 } },
    });
  });

  it('is resumed without an event that is skipped', async () => {
    await log.append([
      saleMade.create({ sale: 's1', product: 'p1', cents: 1 }),
      saleMade.create({ sale: 's2', product: 'p1', cents: 1 }),
    ]);
    await until(() => readModel().status === 'faulted');
    const response = await post('/projections/turnover/resume', { skip: 3, reason: 'recorded twice' });
    expect(response.status).toBe(201);
    await until(() => readModel().status === 'following');
    expect(await (await get('/reports/turnover?after=4', { prefer: 'wait=10' })).json()).toMatchObject([
      { sales: 2 },
    ]);
  });

  it('is audited and rebuilt', async () => {
    const audit = await post('/projections/turnover/audit');
    expect(await audit.json()).toMatchObject({ status: 'done', position: 2, checked: 2 });
    await expectAsDocumented(api, ['auditStatus', '/projections/turnover/audit']);
    const rebuild = await post('/projections/turnover/rebuild');
    expect(await rebuild.json()).toMatchObject({ status: 'done', position: 2, equal: true });
    await expectAsDocumented(api, ['rebuildStatus', '/projections/turnover/rebuild']);
    expect(await (await get('/reports/turnover')).json()).toMatchObject([{ sales: 1, cents: 450 }]);
  });
});

describe('the read models of a module', () => {
  it('are made by defineReadModel, each with a name of its own', () => {
    expect(() => LeftfoldModule.forFeature({ readModels: [{ name: 'sum' } as never] })).toThrow(
      'readModels lists what defineReadModel of leftfold/read-models makes',
    );
    expect(() => LeftfoldModule.forFeature({ readModels: [turnover, turnover] })).toThrow(
      'there are two projections named turnover',
    );
  });
});

describe('the database of read models', () => {
  it('is one of PostgreSQL', async () => {
    const runtime = LeftfoldModule.forRoot({
      store: 'memory:',
      readModels: { database: 'mysql://localhost' },
    });
    await expect(Test.createTestingModule({ imports: [runtime] }).compile()).rejects.toThrow(
      'readModels.database: must be the URL of a database in PostgreSQL',
    );
  });
});
