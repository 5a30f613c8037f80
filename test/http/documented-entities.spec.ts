/** Every answer of entity projections is the one that `/openapi.json` describes, and every one that it describes is answered. */
import { jest } from '@jest/globals';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { tag } from '../../src/runtime/event-log/event.js';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import { READING_PROBLEMS } from '../../src/runtime/http/index.js';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import { DatabaseDamaged } from '../../src/runtime/projection/entities/database-damage.js';
import { DatabaseTrouble } from '../../src/runtime/projection/entities/database-trouble.js';
import {
  EntityQueriesBusy,
  EntityQueryTooSlow,
} from '../../src/runtime/projection/entities/entity-problems.js';
import type { EntityProjection } from '../../src/runtime/projection/entities/entity-projection.js';
import { PastBusy } from '../../src/runtime/projection/past/past-problems.js';
import { ProjectionHost } from '../../src/runtime/projection/projection-host.js';
import { MemoryStore } from '../../src/runtime/stores/memory.store.js';
import { until } from '../support/api.js';
import { line, lineAdded, orderLines, relatedOrders } from '../support/app/order-lines.js';
import { POISON, added, cancelled, opened, orderContracts, paid } from '../support/app/orders.js';
import type { DocumentedApi } from '../support/documented-api.js';
import { type Case, expectAsDocumented, rows, startDocumented } from '../support/documented-requests.js';
import { newCommit } from '../support/new-commit.js';
import { sendRaw } from '../support/raw-http.js';

@Module({
  imports: [
    LeftfoldModule.forFeature({
      contracts: [...orderContracts, lineAdded],
      projections: [relatedOrders, orderLines],
      http: true,
    }),
  ],
})
class OrdersModule {}

let app: NestFastifyApplication;
let api: DocumentedApi;
let log: EventLog;
let store: MemoryStore;
let projection: EntityProjection;

beforeAll(async () => {
  store = new MemoryStore();
  ({ app, api, log } = await startDocumented(
    store,
    [OrdersModule],
    ['application/cloudevents+json', 'application/cloudevents-batch+json'],
  ));
  const [found, lines] = ['orders', 'order-lines'].map((name) =>
    app.get(ProjectionHost).entityProjections.find((each) => each.name === name),
  );
  if (found === undefined || lines === undefined) throw new Error('there are no orders');
  projection = found;
  await log.append([opened('a'), added('a', 5), opened('b', 'Bob'), paid('b'), opened('c'), cancelled('c')]);
  await log.append([line('l1', 'a')]);
  await until(() => projection.position === 7 && lines.position === 7);
});

afterAll(() => app.close());

afterEach(() => {
  jest.restoreAllMocks();
});

const expectDocumented = (...request: Case): Promise<void> => expectAsDocumented(api, request);

const waiting = (wait: number | string): RequestInit => ({ headers: { prefer: `wait=${wait}` } });

/** One of each operation. */
const REQUESTS: readonly Case[] = [
  ['orders-list', '/orders'],
  ['orders-entity', '/orders/a?at=1'],
  ['orders-entity-history', '/orders/a/history'],
  ['orders-entity-what-if', '/orders/a/what-if?without=2'],
  ['projectionMachine', '/projections/orders/machine?key=a&at=2'],
];

/** Those that fold from the log. */
const OF_THE_PAST = REQUESTS.slice(1);

describe('an answer is documented', () => {
  it.each(
    rows([
      ...REQUESTS,
      ['orders-list', '/orders?status=open&total.gte=0&sort=-total,customer&limit=1&count=true&fields=total'],
      ['orders-list', '/orders?limit=1'],
      ['orders-list', '/orders', { method: 'HEAD', headers: { accept: 'text/event-stream' } }],
      ['orders-entity', '/orders/a', { method: 'HEAD', headers: { accept: 'text/event-stream' } }],
      ['orders-list', '/orders?include=lines'],
      ['orders-entity', '/orders/a?include=lines'],
      ['orders-list', '/orders?after=6', waiting(5)],
      ['orders-entity', '/orders/a'],
      ['orders-entity', '/orders/a?fields=total'],
      ['orders-entity', '/orders/a?after=6', waiting(5)],
      ['orders-entity-history', '/orders/c/history?limit=1'],
      ['orders-entity-history', '/orders/c/history?after=5'],
      ['orders-entity-what-if', '/orders/c/what-if?without=6&at=6'],
      ['orders-entity-what-if', '/orders/a/what-if?without=1'],
      ['projections', '/projections'],
      ['projection', '/projections/orders'],
      ['projectionDigest', '/projections/orders/digest'],
      ['projectionMachine', '/projections/orders/machine'],
      ['projectionMachine', '/projections/orders/machine', { headers: { accept: 'application/json' } }],
      ['projectionMachine', '/projections/orders/machine?key=a'],
      ['auditProjection', '/projections/orders/audit', waiting(10)],
      ['auditStatus', '/projections/orders/audit'],
      ['rebuildProjection', '/projections/orders/rebuild', waiting(10)],
      ['rebuildStatus', '/projections/orders/rebuild'],
      ['resumeProjection', '/projections/orders/resume'],
      ['HealthController_ready', '/health/ready'],
    ]),
  )('$id: $path', ({ id, path, init }) => expectDocumented(id, path, init));

  it.each(['orders-list', 'orders-entity'])('when nothing is new: %s', async (id) => {
    const path = id === 'orders-list' ? '/orders' : '/orders/a';
    const etag = (await fetch(api.url + path)).headers.get('etag') ?? '';
    await expectDocumented(id, path, { headers: { 'if-none-match': etag } });
  });

  it('of a projection whose database cannot be used for now', async () => {
    jest.spyOn(projection, 'trouble', 'get').mockReturnValue('there is no room on the disk');
    const ready = await fetch(`${api.url}/health/ready`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({
      status: 'degraded',
      projections: { orders: { trouble: 'there is no room on the disk' } },
    });
    await expectDocumented('HealthController_ready', '/health/ready');
    await expectDocumented('projection', '/projections/orders');
  });

  it('of an audit that finds a difference', async () => {
    const { folding } = projection;
    jest.spyOn(folding, 'checkpoint', 'get').mockReturnValue({ ...folding.checkpoint, digest: 1n });
    await expectDocumented('auditProjection', '/projections/orders/audit', waiting(10));
    await expectDocumented('projection', '/projections/orders');
    await expectDocumented('HealthController_ready', '/health/ready');
  });
});

describe('what “Execute” sends', () => {
  it('is answered as documented: the key is that of an example', async () => {
    const statuses = await api.executeAll();
    const refused = Object.entries(statuses).filter(([, status]) => status >= 300);
    expect(refused).toEqual([['resumeProjection application/json', 409]]); // it has not stopped
  });
});

describe('a problem is documented', () => {
  it.each(
    rows([
      ['orders-list', '/orders?nothing=1'],
      ['orders-list', '/orders?limit=0'],
      ['orders-list', '/orders?include=nothing'],
      ['orders-entity', '/orders/a?include=nothing'],
      ['orders-entity', '/orders/a?include=lines&at=1'],
      ['orders-list', '/orders?cursor=x'],
      ['orders-list', '/orders', waiting('x')],
      ['orders-list', '/orders?after=999'],
      ['orders-entity', '/orders/a?nothing=1'],
      ['orders-entity', '/orders/a?at=1&after=1'],
      ['orders-entity', '/orders/a', waiting('x')],
      ['orders-entity', '/orders/a?after=999'],
      ['orders-entity', '/orders/nobody'],
      ['orders-entity', '/orders/c'],
      ['orders-entity', '/orders/c?at=6'],
      ['orders-entity', '/orders/a?at=999'],
      ['orders-entity', `/orders/${'x'.repeat(255)}?at=1`],
      ['orders-entity-history', '/orders/a/history?limit=0'],
      ['orders-entity-history', '/orders/nobody/history'],
      ['orders-entity-history', `/orders/${'x'.repeat(255)}/history`],
      ['orders-entity-history', '/orders/%00/history'],
      ['orders-entity-what-if', '/orders/a/what-if'],
      ['orders-entity-what-if', '/orders/a/what-if?without=2&at=1'],
      ['orders-entity-what-if', '/orders/a/what-if?without=999'],
      ['orders-entity-what-if', '/orders/a/what-if?without=1&at=999'],
      ['orders-entity-what-if', '/orders/nobody/what-if?without=1'],
      ['projectionDigest', '/projections/orders/digest?at=1'],
      ['projectionMachine', '/projections/orders/machine?at=1'],
      ['projectionMachine', '/projections/orders/machine?key=nobody'],
    ]),
  )('$id: $path', ({ id, path, init }) => expectDocumented(id, path, init));

  it.each(rows(REQUESTS))('of any request: $id', async ({ id, path }) => {
    await expectDocumented(id, `${path}${path.includes('?') ? '&' : '?'}x=%ZZ`);
    await expectDocumented(id, path, { headers: { accept: 'text/csv' } });
    await expectDocumented(id, path, { headers: { origin: 'https://other.example' } });
    const operation = api.operation(id);
    const { status, headers, body } = await sendRaw(api.url, `GET ${path} HTTP/1.1\nHost: other.example`);
    expect(api.differencesOf(operation, { status, headers: new Headers([...headers]) }, body)).toEqual([]);
  });

  it('of a digest while it is folded anew', async () => {
    jest.spyOn(projection, 'isAnswering', 'get').mockReturnValue(false);
    expect((await fetch(`${api.url}/projections/orders/digest`)).status).toBe(503);
    await expectDocumented('projectionDigest', '/projections/orders/digest');
    await expectDocumented('projectionMachine', '/projections/orders/machine?key=a');
  });

  it.each(rows(REQUESTS))('of a defect: $id', async ({ id, path }) => {
    const defect = new Error('a defect');
    jest.spyOn(log, 'head').mockRejectedValue(defect);
    jest.spyOn(projection, 'reading').mockImplementation(() => {
      throw defect;
    });
    await expectDocumented(id, path);
  });

  it.each(READING_PROBLEMS.map((problem) => [problem.problem, problem] as const))(
    'when the log refuses: %s',
    async (_, problem) => {
      jest.spyOn(log, 'head').mockRejectedValue(problem);
      for (const [id, path] of OF_THE_PAST) await expectDocumented(id, path);
    },
  );

  it('when the past is busy', async () => {
    const busy = new PastBusy('orders');
    for (const method of ['at', 'stateAt', 'whatIf'] as const)
      jest.spyOn(projection.past, method).mockRejectedValue(busy);
    // eslint-disable-next-line @typescript-eslint/require-await, require-yield -- it fails before the first point
    jest.spyOn(projection.past, 'points').mockImplementation(async function* () {
      throw busy;
    });
    for (const [id, path] of OF_THE_PAST) await expectDocumented(id, path);
  });

  it.each([new EntityQueriesBusy(), new EntityQueryTooSlow(10)].map((problem) => [problem.problem, problem]))(
    'when the database has too much to do: %s',
    async (_, problem) => {
      jest.spyOn(projection, 'cached').mockReturnValue(undefined);
      for (const method of ['find', 'list'] as const)
        jest.spyOn(projection, method).mockRejectedValue(problem);
      await expectDocumented('orders-entity', '/orders/a');
      await expectDocumented('orders-list', '/orders');
      await expectDocumented('projectionMachine', '/projections/orders/machine?key=a');
    },
  );

  it.each(['busy', 'full', 'away'] as const)('while the database cannot be used: %s', async (trouble) => {
    const { database } = projection.folding;
    jest.spyOn(projection, 'cached').mockReturnValue(undefined);
    for (const method of ['find', 'list'] as const)
      jest.spyOn(database, method).mockRejectedValue(new DatabaseTrouble(trouble, 'it is away'));
    await expectDocumented('orders-entity', '/orders/nobody');
    await expectDocumented('orders-list', '/orders');
  });

  it('while it folds anew what it has answered with before', async () => {
    jest.spyOn(projection, 'isAnswering', 'get').mockReturnValue(false);
    for (const path of ['/orders/a', '/orders']) {
      const { status, headers } = await fetch(api.url + path);
      expect({ status, retryAfter: headers.get('retry-after') }).toEqual({ status: 503, retryAfter: '1' });
    }
    await expectDocumented('orders-entity', '/orders/a');
    await expectDocumented('orders-list', '/orders');
  });

  it('while the database is folded anew', async () => {
    jest.spyOn(projection.folding.database, 'find').mockImplementation(() => {
      throw new DatabaseDamaged('a page is torn');
    });
    jest.spyOn(projection, 'cached').mockReturnValue(undefined);
    jest.spyOn(projection.folding, 'find').mockImplementation(() => {
      throw new DatabaseDamaged('a page is torn');
    });
    await expectDocumented('orders-entity', '/orders/a');
    await expectDocumented('orders-list', '/orders');
    await until(() => projection.status === 'following');
  });
});

describe('of a projection that has stopped, an answer is documented', () => {
  beforeAll(async () => {
    await log.append([added('a', POISON)]);
    await until(() => projection.status === 'faulted');
  });

  it('to each question', async () => {
    const at = await log.head();
    for (const [id, path] of REQUESTS) await expectDocumented(id, path);
    await expectDocumented('orders-entity', '/orders/a');
    await expectDocumented('orders-entity', `/orders/a?at=${at}`);
    await expectDocumented('orders-list', `/orders?after=${at}`, waiting(1));
    await expectDocumented('orders-entity-what-if', `/orders/a/what-if?without=2`);
    await expectDocumented('projection', '/projections/orders');
    await expectDocumented('HealthController_ready', '/health/ready');
  });

  it('when what is left cannot be folded', async () => {
    // After the payment nothing is added; without it, the poison would be.
    await log.append([opened('d'), paid('d'), added('d', POISON)]);
    const payment = (await log.head()) - 1;
    await expectDocumented('orders-entity-what-if', `/orders/d/what-if?without=${payment}`);
  });
});

describe('of an event that cannot be read, an answer is documented', () => {
  it('to each question about the past', async () => {
    await store.append(
      newCommit(
        'from a later version',
        {},
        { events: [{ type: 'order.paid', revision: 9, tags: [tag('order:d')], data: {} }] },
      ),
    );
    await expectDocumented('orders-entity', `/orders/d?at=${await log.head()}`);
    await expectDocumented('orders-entity-history', '/orders/d/history');
    await expectDocumented('orders-entity-what-if', '/orders/d/what-if?without=2');
  });
});

describe('the document', () => {
  it('describes no answer that is not given', () => {
    expect(
      api.unseen().filter((each) => /^(?:orders-|projectionMachine .*(?:entit|not-yet))/.test(each)),
    ).toEqual([]);
  });

  it('names the schemas of objects that it has more than once', () => {
    expect(api.repeatedSchemas()).toEqual([]);
  });
});
