/** Entity projections over HTTP: one, a list, its pages, and what is refused. */
import { EventEmitterModule } from '@nestjs/event-emitter';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  EventLog,
  LeftfoldModule,
  ProjectionHost,
  type EntityProjectionDefinition,
} from '../../src/runtime/index.js';
import { tag } from '../../src/runtime/event-log/event.js';
import {
  POISON,
  added,
  cancelled,
  changedOrders,
  opened,
  orderContracts,
  orders,
  ordersThatStopAlone,
  paid,
} from '../support/app/orders.js';
import { ENTITY_STORES, type EntityStore } from '../support/entity-stores.js';

interface Item {
  readonly key: string;
  readonly [member: string]: unknown;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: {
    readonly items: readonly Item[];
    readonly count?: number;
    readonly next?: string;
    readonly detail: string;
    readonly [member: string]: unknown;
  };
}

const cursorOf = (parts: readonly unknown[]): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url');

describe.each(ENTITY_STORES)('entity projections in $name, over HTTP', ({ create }) => {
  let app: NestFastifyApplication;
  let log: EventLog;
  let store: EntityStore;

  async function start(definition: EntityProjectionDefinition<never> | object = orders): Promise<void> {
    const projections = [definition as EntityProjectionDefinition];
    store = await create();
    const module = await Test.createTestingModule({
      imports: [
        EventEmitterModule.forRoot(),
        LeftfoldModule.forRoot({
          ...store.options,
          http: { projections: true, operations: true, health: true, prefix: 'api' },
        }),
        LeftfoldModule.forFeature({ contracts: orderContracts, projections, http: true }),
      ],
    }).compile();
    module.useLogger(false);
    const adapter = new FastifyAdapter({ routerOptions: { maxParamLength: 4096 } });
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
    app = module.createNestApplication<NestFastifyApplication>(adapter, { rawBody: true });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    log = app.get(EventLog);
    await Promise.all(app.get(ProjectionHost).all.map(({ settled }) => settled));
  }

  beforeEach(() => start());
  afterEach(close);

  async function close(): Promise<void> {
    await app.close();
    await store.remove();
  }

  async function get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    const { statusCode, headers: answered, body } = await app.inject({ url: `/api${path}`, headers });
    return {
      status: statusCode,
      headers: answered,
      body: (body === '' ? {} : JSON.parse(body)) as Answer['body'],
    };
  }

  /** Once everything in the log is folded. */
  const fresh = async (path: string, headers: Record<string, string> = {}): Promise<Answer> => {
    const after = `after=${await log.head()}`;
    return get(`${path}${path.includes('?') ? '&' : '?'}${after}`, { prefer: 'wait=5', ...headers });
  };

  const keysOf = ({ body }: Answer): readonly string[] => body.items.map(({ key }) => key);

  it('is an empty list at first', async () => {
    const { status, body } = await get('/orders?count=true');
    expect({ status, body }).toEqual({ status: 200, body: { items: [], count: 0 } });
  });

  it('answers with one entity, its key and the position of the last event that changed it', async () => {
    await log.append([opened('a'), added('a', 12), opened('b')]);
    const { status, headers, body } = await fresh('/orders/a');
    expect(status).toBe(200);
    expect(body).toMatchObject({ key: 'a', status: 'open', total: '12', position: 2 });
    expect(headers['leftfold-position']).toBe('3');
    expect((await get('/orders/a?fields=total,nothing')).body).toEqual({
      key: 'a',
      total: '12',
      position: 2,
    });
  });

  it('has an entity tag that a change of another entity does not change', async () => {
    await log.append([opened('a'), opened('b')]);
    const { headers } = await fresh('/orders/a');
    const etag = String(headers['etag']);
    await log.append([added('b', 1)]);
    expect((await fresh('/orders/a', { 'if-none-match': etag })).status).toBe(304);
    await log.append([added('a', 1)]);
    expect((await fresh('/orders/a', { 'if-none-match': etag })).status).toBe(200);
  });

  it('filters, sorts and counts', async () => {
    await log.append([
      opened('a', 'Ann'),
      added('a', 5),
      opened('b', 'Bob'),
      added('b', 12),
      opened('c', 'Cy'),
      added('c', 100),
    ]);
    await log.append([paid('b'), opened('d', 'Ann'), added('d', -3)]);
    expect(keysOf(await fresh('/orders?sort=-total'))).toEqual(['c', 'b', 'a', 'd']);
    expect(keysOf(await get('/orders?status=open&sort=total'))).toEqual(['d', 'a', 'c']);
    expect(keysOf(await get('/orders?total.gte=5&total.lt=100&sort=-customer'))).toEqual(['b', 'a']);
    expect(keysOf(await get('/orders?customer=Ann&customer=Cy&sort=-total,customer'))).toEqual([
      'c',
      'a',
      'd',
    ]);
    expect((await get('/orders?status=open&limit=1&count=true')).body.count).toBe(3);
    expect(keysOf(await get('/orders?opened.gt=2000-01-01T00:00:00%2B01:00&status=paid'))).toEqual(['b']);
  });

  it.each(['total', '-total', 'customer,-total', '-status,total', ''])(
    'gives every entity once over all pages, sorted by %j',
    async (sort) => {
      const keys = Array.from({ length: 23 }, (_, index) => `k${index}`);
      for (const [index, key] of keys.entries())
        await log.append([
          opened(key, `c${index % 3}`),
          added(key, index % 5),
          ...(index % 4 === 0 ? [paid(key)] : []),
        ]);
      const parameters = sort === '' ? '' : `&sort=${sort}`;
      const whole = await fresh(`/orders?limit=1000${parameters}`);
      const seen: string[] = [];
      let page = await get(`/orders?limit=4${parameters}`);
      for (;;) {
        seen.push(...keysOf(page));
        if (page.body.next === undefined) break;
        page = await get(page.body.next.replace('/api', ''));
      }
      expect(seen).toEqual(keysOf(whole));
      expect(new Set(seen)).toEqual(new Set(keys));
    },
  );

  it('pages on where it was while entities come, change and go', async () => {
    for (const key of ['a', 'b', 'c', 'd', 'e']) await log.append([opened(key), added(key, 10)]);
    const first = await fresh('/orders?sort=total&limit=2');
    expect(keysOf(first)).toEqual(['a', 'b']);
    await log.append([
      opened('0'),
      added('0', 1),
      cancelled('c'),
      added('a', 100),
      opened('f'),
      added('f', 10),
    ]);
    const rest = await fresh(`/orders?sort=total&limit=10&cursor=${cursorIn(first)}`);
    expect(keysOf(rest)).toEqual(['d', 'e', 'f', 'a']); // neither what is gone nor what comes before, and what moved behind
  });

  const cursorIn = ({ body }: Answer): string =>
    new URL(`http://x${body.next ?? ''}`).searchParams.get('cursor') ?? '';

  it.each([
    [
      '?nothing=1',
      'orders cannot be filtered by nothing; it can be filtered by status, customer, total, items, opened.',
    ],
    [
      '?sort=-nothing',
      'orders cannot be sorted by nothing; it can be sorted by status, customer, total, items, opened.',
    ],
    ['?sort=total,-total', 'sort names total twice'],
    ['?total=5x', 'total must be an integer, as in 10, not "5x"'],
    ['?items.gte=true', 'items.gte must be a number'],
    ['?opened.lt=yesterday', 'opened.lt must be a time with its zone'],
    ['?opened.gte=2026-02-30T12:00:00Z', 'opened.gte must be a time with its zone'],
    ['?faulted=maybe', 'faulted must be true or false'],
    ['?total.near=5', 'There is no comparison near; there are gt, gte, lt, lte'],
    ['?total.gte=1&total.gte=2', 'total.gte is there 2 times; give it once.'],
    ['?limit=0', 'limit must be a whole number from 1 to 1000'],
    ['?count=yes', 'count must be true or false'],
    ['?fields=', 'fields must be members of the view'],
    ['?cursor=nonsense', 'cursor must be what next of a page has'],
    ['?cursor=WyIiXQ', 'cursor must be what next of a page has'],
    [`?cursor=${cursorOf(['', '\0'])}`, 'cursor must be what next of a page has'],
    [`?cursor=${cursorOf(['', '\uD800'])}`, 'cursor must be what next of a page has'],
    [`?cursor=${cursorOf(['', 'x'.repeat(256)])}`, 'cursor must be what next of a page has'],
    [
      `?sort=opened&cursor=${cursorOf(['opened', '-', 'a', '+275760-09-13T00:00:00.000Z'])}`,
      'cursor must be what next of a page has',
    ],
    ['?cursor=', 'cursor must be what next of a page has'],
    ['?at=3', 'orders cannot be filtered by at'],
  ])('refuses %s in words', async (query, detail) => {
    const answer = await get(`/orders${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain(detail);
  });

  it('refuses a cursor of a list in another order', async () => {
    await log.append([opened('a'), opened('b')]);
    const cursor = cursorIn(await fresh('/orders?sort=total&limit=1'));
    const { status, body } = await get(`/orders?sort=-total&limit=1&cursor=${cursor}`);
    expect(status).toBe(400);
    expect(body.detail).toContain('This cursor was given for sort=total');
  });

  it('refuses a cursor of a list with other filters, and takes one of the same in another order', async () => {
    await log.append([opened('a'), opened('b'), opened('c')]);
    const page = await fresh('/orders?status=open&customer=Ann&customer=Bob&limit=1');
    const cursor = `limit=1&cursor=${cursorIn(page)}`;
    const same = await get(`/orders?customer=Bob&customer=Ann&status=open&${cursor}`);
    expect(keysOf(same)).toEqual(['b']);
    for (const filters of ['', 'status=open&', 'status=paid&customer=Ann&customer=Bob&', 'faulted=true&']) {
      const { status, body } = await get(`/orders?${filters}${cursor}`);
      expect({ filters, status }).toEqual({ filters, status: 400 });
      expect(body.detail).toContain('This cursor was given for another list, or for other filters');
      expect(body.detail).toContain('without the cursor to begin anew');
    }
  });

  it('does not find what is not there, whatever its key', async () => {
    const { status, body } = await get('/orders/nobody');
    expect(status).toBe(404);
    expect(body).toMatchObject({ type: 'urn:leftfold:problem:entity-not-found' });
    for (const key of ['x'.repeat(3000), '%00', "'%20OR%201=1", '%F0%9F%90%98'])
      expect((await get(`/orders/${key}`)).status).toBe(404);
    // Fastify refuses a part of a path that is longer than its maxParamLength.
    expect((await get(`/orders/${'x'.repeat(10_000)}`)).status).toBe(414);
  });

  it('finds keys with any characters', async () => {
    // A tag has at most 255 characters, with what stands before the key.
    const keys = ['a/b', 'a b?', '100%', '🐘', "it's", 'x'.repeat(249)];
    for (const key of keys)
      await log.append([
        { ...opened('a'), data: { order: key, customer: 'Ann' }, tags: [tag(`order:${key}`)] },
      ]);
    for (const key of keys) expect((await fresh(`/orders/${encodeURIComponent(key)}`)).body['key']).toBe(key);
  });

  it('answers as it was, and how it came about', async () => {
    await log.append([opened('a'), opened('b'), added('a', 5), added('a', 7)]);
    await log.append([cancelled('a')]);
    expect((await fresh('/orders/a')).status).toBe(404);
    expect((await get('/orders/a?at=3')).body).toMatchObject({ key: 'a', total: '5', position: 3 });
    expect((await get('/orders/a?at=2')).body).toMatchObject({ total: '0', position: 1 });
    expect((await get('/orders/a?at=5')).status).toBe(404);
    expect((await get('/orders/a?at=99')).body).toMatchObject({ type: 'urn:leftfold:problem:after-head' });
    const { body } = await get('/orders/a/history?limit=2');
    expect(body['points']).toMatchObject([
      { position: 1, type: 'order.opened', view: { total: '0' } },
      { position: 3, type: 'order.item-added', view: { total: '5' } },
    ]);
    expect(body.next).toBe('/api/orders/a/history?after=3&limit=2');
    expect((await get('/orders/a/history?after=3')).body['points']).toMatchObject([
      { position: 4 },
      { position: 5, forgotten: true },
    ]);
    expect((await get('/orders/nobody/history')).status).toBe(404);
  });

  it('answers with what it would be without some events', async () => {
    await log.append([opened('a'), added('a', 5), added('a', 7), cancelled('a')]);
    const { headers, body } = await get('/orders/a/what-if?without=3,2&at=3');
    expect(body).toMatchObject({
      key: 'a',
      position: 3,
      without: [2, 3],
      is: { total: '12' },
      wouldBe: { total: '0' },
    });
    expect(headers['leftfold-position']).toBe('3');
    expect((await get('/orders/a/what-if?without=2')).status).toBe(404); // it is ended with and without
    expect((await get('/orders/a/what-if?without=4')).body).not.toHaveProperty('is');
    expect((await get('/orders/a/what-if?without=4&at=2')).body.detail).toContain('Position 4 is after 2');
    expect((await get('/orders/a/what-if?without=0')).body.detail).toContain('without must be positions');
  });

  it('does not answer for the past without a tag', async () => {
    await close();
    await start(changedOrders({ tag: undefined }));
    expect((await get('/orders/a?at=1')).body.detail).toBe(
      'There is no parameter at; there are after, fields.',
    );
    expect((await get('/orders/a/history')).status).toBe(404);
    expect((await get('/orders/a/what-if?without=1')).status).toBe(404);
  });

  it('is among the projections, ready, audited and rebuilt', async () => {
    await log.append([opened('a'), added('a', 5), opened('b')]);
    await fresh('/orders');
    const listed = (await get('/projections')).body['projections'] as readonly object[];
    expect(listed).toMatchObject([
      { name: 'orders', status: 'following', position: 3, entities: { count: 2, faulted: 0 } },
    ]);
    expect((await get('/health/ready')).body['projections']).toEqual({
      orders: { status: 'following', position: 3 },
    });
    const { digest } = (await get('/projections/orders')).body;
    expect((await get('/projections/orders/digest')).body).toEqual({ position: 3, digest });
    expect((await get('/projections/orders/digest?at=2')).body.detail).toContain('as of now only');
    expect((await get('/projections/orders')).body['machine']).toContain('stateDiagram');
    const audit = await post('/projections/orders/audit');
    expect(audit).toMatchObject({ status: 'done', position: 3, checked: 2 });
    expect(audit).not.toHaveProperty('drift');
    expect(await post('/projections/orders/rebuild')).toMatchObject({
      status: 'done',
      position: 3,
      equal: true,
    });
    expect((await get('/orders/a')).body).toMatchObject({ total: '5' });
  });

  async function post(path: string, payload?: object): Promise<unknown> {
    const headers = { prefer: 'wait=10' };
    return (
      await app.inject({ method: 'POST', url: `/api${path}`, headers, ...(payload && { payload }) })
    ).json();
  }

  it('stops at an event that cannot be folded, answers for what was before, and goes on when it is skipped', async () => {
    await log.append([opened('a'), added('a', 5)]);
    await log.append([added('a', POISON), opened('b')]);
    await get('/orders?after=4', { prefer: 'wait=1' });
    const { headers, body } = await get('/orders/a');
    expect(body).toMatchObject({ total: '5', position: 2 });
    expect(headers['leftfold-stale']).toBe('3');
    expect((await get('/health/ready')).body).toMatchObject({
      projections: { orders: { status: 'faulted', faultAt: 3 } },
    });
    await post('/projections/orders/resume', { skip: 3, reason: 'no item costs that' });
    expect((await fresh('/orders/a')).body).toMatchObject({ total: '5' });
    expect((await get('/orders/b')).status).toBe(200);
  });

  it('stops one entity alone where its definition says so, until the event is skipped', async () => {
    await close();
    await start(ordersThatStopAlone);
    await log.append([opened('a'), added('a', 5), added('a', POISON), added('a', 1), opened('b')]);
    const { headers, body } = await fresh('/orders/a');
    expect(body).toMatchObject({ total: '5', faultAt: 3 });
    expect(headers['leftfold-stale']).toBe('3');
    expect((await get('/orders/b')).status).toBe(200);
    const history = await get('/orders/a/history');
    expect(history.body).toMatchObject({ points: [{ position: 1 }, { position: 2 }], faultAt: 3 });
    expect(history.headers['leftfold-stale']).toBe('3');
    const then = await get('/orders/a?at=4');
    expect(then.body).toMatchObject({ total: '5', position: 2, faultAt: 3 });
    expect(then.headers['leftfold-stale']).toBe('3');
    expect((await get('/orders/a?at=2')).body).not.toHaveProperty('faultAt');
    const stopped = await get('/orders?faulted=true&count=true');
    expect({ keys: keysOf(stopped), count: stopped.body.count }).toEqual({ keys: ['a'], count: 1 });
    expect((await get('/projections/orders')).body).toMatchObject({
      status: 'following',
      entities: {
        count: 2,
        faulted: 1,
        stopped: [{ key: 'a', position: 3, type: 'order.item-added', error: expect.any(String) as unknown }],
      },
    });
    await post('/projections/orders/resume', { skip: 3, reason: 'no item costs that' });
    expect((await fresh('/orders/a')).body).toMatchObject({ total: '6', position: 4 });
  });
});
