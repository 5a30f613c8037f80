/** Entities answered with those of another projection that belong to them: `?include=`. */
import { jest } from '@jest/globals';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { position } from '../../src/runtime/event-log/event.js';
import { EventLog, LeftfoldModule } from '../../src/runtime/index.js';
import type { EntityProjection } from '../../src/runtime/projection/entities/entity-projection.js';
import { ProjectionHost } from '../../src/runtime/projection/projection-host.js';
import { until } from '../support/api.js';
import { BAD_CENTS, line, lineAdded, orderLines, relatedOrders } from '../support/app/order-lines.js';
import { opened, orderContracts } from '../support/app/orders.js';
import { ENTITY_STORES, type EntityStore } from '../support/entity-stores.js';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Lines {
  readonly items: readonly { readonly key: string; readonly cents: number }[];
  readonly next?: string;
}

describe.each(ENTITY_STORES)('entities with those that belong to them, in $name', ({ create }) => {
  let app: NestFastifyApplication;
  let log: EventLog;
  let store: EntityStore;

  beforeEach(async () => {
    store = await create();
    const module = await Test.createTestingModule({
      imports: [
        EventEmitterModule.forRoot(),
        LeftfoldModule.forRoot({ ...store.options, http: { prefix: 'api' } }),
        LeftfoldModule.forFeature({
          contracts: [...orderContracts, lineAdded],
          projections: [relatedOrders, orderLines],
          http: true,
        }),
      ],
    }).compile();
    module.useLogger(false);
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class
    app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { rawBody: true });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    log = app.get(EventLog);
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await app.close();
    await store.remove();
  });

  async function get(path: string): Promise<Answer> {
    const { statusCode, headers, body } = await app.inject({
      url: path.startsWith('/api') ? path : `/api${path}`,
      headers: { prefer: 'wait=10' },
    });
    return { status: statusCode, headers, body: JSON.parse(body) as Answer['body'] };
  }

  /** Once everything is folded. */
  async function fresh(path: string): Promise<Answer> {
    return get(`${path}${path.includes('?') ? '&' : '?'}after=${await log.head()}`);
  }

  const projection = (name: string): EntityProjection => {
    const found = app.get(ProjectionHost).entityProjections.find((each) => each.name === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  };

  const linesIn = (body: Readonly<Record<string, unknown>> | undefined): string =>
    (body?.['lines'] as Lines).items.map(({ key }) => key).join();

  it('answers one with its own, and says how far each projection is', async () => {
    await log.append([opened('a'), opened('b'), line('l2', 'a', 2), line('l1', 'a'), line('l3', 'b')]);
    const { headers, body } = await fresh('/orders/a?include=lines');
    expect(body).toMatchObject({
      key: 'a',
      status: 'open',
      lines: {
        items: [
          { key: 'l1', order: 'a', cents: 1, position: 4 },
          { key: 'l2', cents: 2, position: 3 },
        ],
      },
    });
    expect(body['lines']).not.toHaveProperty('next');
    expect(headers['leftfold-position']).toBe('5');
    expect(headers['leftfold-included']).toBe('lines=5');
    const without = await get('/orders/a');
    expect(without.body).not.toHaveProperty('lines');
    expect(without.headers).not.toHaveProperty('leftfold-included');
    expect((await get('/orders/a?include=lines&fields=customer')).body).toEqual({
      key: 'a',
      customer: 'Ann',
      position: 1,
      lines: body['lines'],
    });
  });

  it('answers a page with those of each, by one query', async () => {
    await log.append(['a', 'b', 'c'].map((key) => opened(key)));
    await log.append([line('l1', 'a'), line('l2', 'c'), line('l3', 'a'), line('l4', 'nobody')]);
    await fresh('/orders?include=lines');
    const related = jest.spyOn(projection('order-lines'), 'related');
    const { body, headers } = await get('/orders?include=lines&sort=-customer&limit=2');
    const items = body['items'] as readonly Readonly<Record<string, unknown>>[];
    expect(items.map((item) => [item['key'], linesIn(item)])).toEqual([
      ['c', 'l2'],
      ['b', ''],
    ]);
    expect(related).toHaveBeenCalledTimes(1);
    expect(headers['leftfold-included']).toBe('lines=7');
    const { body: last } = await get(String(body['next']));
    expect((last['items'] as readonly Readonly<Record<string, unknown>>[]).map(linesIn)).toEqual(['l1,l3']);
  });

  it('answers with twenty of each at most, and leads to the others', async () => {
    const names = Array.from({ length: 45 }, (_, index) => `l${String(index).padStart(2, '0')}`);
    await log.append([opened('a'), ...names.map((name) => line(name, 'a'))]);
    const { body } = await fresh('/orders/a?include=lines');
    const { items, next } = body['lines'] as Lines;
    expect(items).toHaveLength(20);
    const seen = items.map(({ key }) => key);
    for (let path = next; path !== undefined;) {
      const page = (await get(path)).body as unknown as Lines;
      seen.push(...page.items.map(({ key }) => key));
      path = page.next;
    }
    expect(seen).toEqual(names);
  });

  it.each([
    ['/orders?include=items', 'orders has no relation "items"; it has lines.'],
    ['/orders/a?include=', 'orders has no relation ""; it has lines.'],
    ['/orders?include=lines,lines', 'include names lines twice; name it once.'],
    ['/orders/a?include=lines&at=1', 'at and include do not go together; ask for each by itself.'],
    [
      '/order-lines?include=lines',
      'order-lines cannot be filtered by include; it can be filtered by order, cents.',
    ],
    ['/order-lines/l1?include=lines', 'There is no parameter include; there are after, fields.'],
    ['/order-lines?fields=cents,nope', 'order-lines has no member nope; it has order, cents.'],
    ['/order-lines/l1?fields=lines', 'order-lines has no member lines; it has order, cents.'],
  ])('refuses %s by name', async (path, detail) => {
    await log.append([opened('a')]);
    const { status, body } = await get(path);
    expect(status).toBe(400);
    expect(body['detail']).toContain(detail);
  });

  it('takes the members that the schema of the view names, and those of every entity, as fields', async () => {
    await log.append([opened('a'), line('l1', 'a', 3)]);
    const entity = { key: 'l1', cents: 3, position: 2 };
    expect((await fresh('/order-lines/l1?fields=key,cents,position')).body).toEqual(entity);
    expect((await get('/order-lines?fields=cents')).body).toEqual({ items: [entity] });
  });

  it('says since when the others may be old, once their projection has stopped', async () => {
    await log.append([opened('a'), line('l1', 'a'), line('l2', 'a', BAD_CENTS), line('l3', 'a')]);
    await until(() => projection('order-lines').status === 'faulted');
    await fresh('/orders/a');
    const { status, headers, body } = await get('/orders/a?include=lines');
    expect([status, linesIn(body)]).toEqual([200, 'l1']);
    expect(headers['leftfold-included']).toBe('lines=2');
    expect(headers['leftfold-position']).toBe('2');
    expect(headers['leftfold-stale']).toBe('3');
    const waiting = await fresh('/orders/a?include=lines');
    expect(waiting.status).toBe(503);
    expect(waiting.body['detail']).toContain('order-lines stopped at position 3');
  });

  it('does not answer with the others while their projection is behind what it began with', async () => {
    await log.append([opened('a')]);
    await fresh('/orders/a');
    jest.spyOn(projection('order-lines'), 'status', 'get').mockReturnValue('recovering');
    jest.spyOn(projection('order-lines'), 'isAnswering', 'get').mockReturnValue(false);
    const { status, body } = await get('/orders/a?include=lines');
    expect(status).toBe(503);
    expect(body['detail']).toContain('order-lines is recovering');
    expect((await get('/orders/a')).status).toBe(200);
  });

  it.each(['/orders', '/orders/a'])(
    'does not answer %s with less than was asked for when their projection begins anew meanwhile',
    async (path) => {
      await log.append([opened('a'), line('l1', 'a')]);
      await fresh(`${path}?include=lines`);
      const lines = projection('order-lines');
      const related = lines.related.bind(lines);
      jest.spyOn(lines, 'related').mockImplementation(async (query, signal) => {
        const found = await related(query, signal);
        return { of: found.of.map(() => ({ items: [], isMore: false })), position: position(0) };
      });
      expect((await fresh(`${path}?include=lines`)).status).toBe(503);
      expect((await get(`${path}?include=lines`)).headers['leftfold-position']).toBe('0');
      jest.spyOn(lines, 'related').mockImplementation(async (query, signal) => {
        jest.spyOn(lines, 'isAnswering', 'get').mockReturnValue(false);
        return related(query, signal);
      });
      expect((await get(`${path}?include=lines`)).status).toBe(503);
    },
  );

  it('says from which position on the oldest of what it answers may be old', async () => {
    await log.append([opened('a'), line('l1', 'a')]);
    await fresh('/orders/a?include=lines');
    const [orders, lines] = [projection('orders'), projection('order-lines')];
    const found = await orders.find('a');
    if (found === undefined) throw new Error('there is no a');
    const fault = { position: position(2), type: 'x', message: 'no' };
    jest.spyOn(orders, 'find').mockResolvedValue({ ...found, fault });
    jest.spyOn(lines, 'fault', 'get').mockReturnValue({
      position: position(1),
      message: 'no',
      since: new Date(),
    } as EntityProjection['fault']);
    expect((await get('/orders/a?include=lines')).headers['leftfold-stale']).toBe('1');
    expect((await get('/orders/a?include=lines')).body).toMatchObject({ faultAt: 2 });
  });

  it('answers an empty page', async () => {
    await log.append([opened('a')]);
    const { status, body } = await fresh('/orders?include=lines&customer=Nobody');
    expect([status, body]).toEqual([200, { items: [] }]);
  });
});

it('a relation to a projection of another context is refused when the context is put together', () => {
  expect(() =>
    LeftfoldModule.forFeature({ contracts: orderContracts, projections: [relatedOrders] }),
  ).toThrow('projection orders: relation lines: order-lines is not among the projections of its context');
});
