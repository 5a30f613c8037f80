/** Event streams of one entity, and of a list. */
import { jest } from '@jest/globals';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { EventLog } from '../../src/runtime/event-log/event-log.js';
import { SharedReadings } from '../../src/runtime/http/push/shared-readings.js';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import type { EntityProjection } from '../../src/runtime/projection/entities/entity-projection.js';
import { tokenOf } from '../../src/runtime/projection/inject-projection.js';
import { MemoryStore } from '../../src/runtime/stores/memory.store.js';
import { problemOf, until } from '../support/api.js';
import { added, cancelled, opened, orderContracts, orders, paid } from '../support/app/orders.js';
import { startDocumented } from '../support/documented-requests.js';
import { StreamClient } from '../support/event-stream.js';

@Module({
  imports: [LeftfoldModule.forFeature({ contracts: orderContracts, projections: [orders], http: true })],
})
class OrdersModule {}

interface Order {
  readonly key: string;
  readonly total: string;
}

let app: NestFastifyApplication;
let url: string;
let log: EventLog;
let projection: EntityProjection;
const clients: StreamClient[] = [];

const open = async (path: string, headers: object = {}): Promise<StreamClient> => {
  const client = await StreamClient.open(url + path, { headers });
  clients.push(client);
  return client;
};

const folded = async (): Promise<void> => projection.reached(await log.head(), AbortSignal.timeout(5_000));

const totalIn = ({ events }: StreamClient): string | undefined => {
  const order = JSON.parse(events.at(-1)?.data ?? 'null') as Order | null;
  return order?.total;
};

beforeEach(async () => {
  const started = await startDocumented(new MemoryStore(), [OrdersModule]);
  ({ app, log } = started);
  ({ url } = started.api);
  await log.append([opened('a', 'Ann'), added('a', 5), opened('b', 'Bob')]);
  projection = app.get<EntityProjection>(tokenOf('orders'));
  await folded();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await app.close();
});

describe('a stream of one entity', () => {
  it('gives it at once as GET does, then whenever it has changed', async () => {
    const client = await open('/orders/a');
    await until(() => client.events.length === 1);
    expect(JSON.parse(client.events[0]?.data ?? '')).toEqual(await (await fetch(`${url}/orders/a`)).json());
    await log.append([added('b', 1)]);
    const { last } = await log.append([added('a', 7)]);
    await until(() => client.events.length === 2);
    expect(totalIn(client)).toBe('12');
    expect(Number(client.ids[1])).toBeGreaterThanOrEqual(last);
  });

  it('gives nothing of what the client has', async () => {
    const client = await open('/orders/a', { 'last-event-id': '2' });
    await log.append([added('a', 1)]);
    await until(() => client.events.length === 1);
    expect(totalIn(client)).toBe('6');
  });

  it('begins once what the client asks for is there', async () => {
    const client = await open(`/orders/a?after=${(await log.head()) + 1}`);
    await log.append([added('a', 1)]);
    await until(() => client.events.length === 1);
    expect(totalIn(client)).toBe('6');
  });

  it('gives null once the entity is gone, and the entity when it is back', async () => {
    const client = await open('/orders/a?fields=total');
    await until(() => client.events.length === 1);
    await log.append([cancelled('a')]);
    await until(() => client.events.length === 2);
    expect(client.events[1]?.data).toBe('null');
    await log.append([opened('a', 'Ann')]);
    await until(() => client.events.length === 3);
    expect(totalIn(client)).toBe('0');
  });

  it('is refused where there is none, and for a past', async () => {
    const headers = { accept: 'text/event-stream' };
    await problemOf(await fetch(`${url}/orders/x`, { headers }), 404);
    const past = await problemOf(await fetch(`${url}/orders/a?at=1`, { headers }), 400);
    expect(past.errors?.[0]?.parameter).toBe('at');
    await problemOf(await fetch(`${url}/orders/a`, { headers: { ...headers, 'last-event-id': '1.2' } }), 400);
  });
});

describe('a stream of a list', () => {
  const keysIn = ({ events }: StreamClient): readonly string[] =>
    (JSON.parse(events.at(-1)?.data ?? '{"items":[]}') as { items: Order[] }).items.map(({ key }) => key);

  it('gives the page at once, then whenever it is another', async () => {
    const [one, other] = [await open('/orders?status=open'), await open('/orders?status=open')];
    await until(() => one.events.length === 1 && other.events.length === 1);
    expect(keysIn(one)).toEqual(['a', 'b']);
    await log.append([paid('a')]);
    await until(() => keysIn(one).length === 1 && keysIn(other).length === 1);
    expect(other.events).toEqual(one.events);
  });

  it('gives nothing while another entity changes', async () => {
    const client = await open('/orders?customer=Bob');
    await until(() => client.events.length === 1);
    await log.append([added('a', 1)]);
    await folded();
    await log.append([added('b', 1)]);
    await until(() => client.events.length > 1);
    expect(client.events).toHaveLength(2);
  });

  it('is read once for all clients, and no longer once they are gone', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => open('/orders?limit=1')));
    await until(() => all.every(({ events }) => events.length === 1));
    let reads = 0;
    const list = projection.list.bind(projection);
    projection.list = (...asked): ReturnType<typeof list> => {
      reads += 1;
      return list(...asked);
    };
    await log.append([added('a', 1)]);
    await until(() => all.every(({ events }) => events.length === 2));
    expect(reads).toBe(1);
    for (const client of all) client.close();
    await until(() => all.every(({ isOver }) => isOver));
    const another = await open('/orders?limit=2');
    await until(() => another.events.length === 1);
    await log.append([added('a', 1)]);
    await until(() => another.events.length === 2);
    expect(reads).toBe(3);
  });

  it('is read once for clients that come together, also when the first of them goes', async () => {
    const gates: (() => void)[] = [];
    const list = projection.list.bind(projection);
    projection.list = async (...asked): ReturnType<typeof list> => {
      await new Promise<void>((resolve) => gates.push(resolve));
      return list(...asked);
    };
    const gone = new AbortController();
    const headers = { accept: 'text/event-stream' };
    const first = fetch(`${url}/orders`, { headers, signal: gone.signal }).catch(() => 'gone');
    await until(() => gates.length === 1);
    const asked = jest.spyOn(SharedReadings.prototype, 'read');
    const others = Array.from({ length: 50 }, () => open('/orders'));
    await until(() => asked.mock.calls.length === 50);
    gone.abort();
    expect(await first).toBe('gone');
    asked.mockRestore();
    gates[0]?.();
    const all = await Promise.all(others);
    await until(() => all.every(({ events }) => events.length === 1));
    expect(gates).toHaveLength(1);
  });
});
