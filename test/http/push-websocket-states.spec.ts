/** Over the WebSocket: a client that does not read holds a bounded number of bytes; entities, lists, and events of several parts. */
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { z } from 'zod';
import type { EventLog } from '../../src/runtime/event-log/event-log.js';
import { threadTurns } from '../../src/runtime/http/kernel/thread-turns.js';
import { MAX_STALL_MS } from '../../src/runtime/http/push/push-connection.js';
import { PushStreams } from '../../src/runtime/http/push/push-streams.js';
import { PushGateway } from '../../src/runtime/http/push/websocket/push-gateway.js';
import { defineEvent } from '../../src/runtime/index.js';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import { MemoryStore } from '../../src/runtime/stores/memory.store.js';
import { until } from '../support/api.js';
import { added, cancelled, opened, orderContracts, orders } from '../support/app/orders.js';
import { startDocumented } from '../support/documented-requests.js';
import { later } from '../support/later.js';
import { parcelInsured, parcelSent, sendAsOnce } from '../support/parcels.js';
import { SocketClient } from '../support/socket-client.js';

const pageWritten = defineEvent({
  type: 'page.written',
  open: true,
  schema: z.strictObject({ text: z.string() }),
});

@Module({
  imports: [
    LeftfoldModule.forFeature({
      contracts: [pageWritten, parcelSent, parcelInsured, ...orderContracts],
      projections: [orders],
      http: true,
    }),
  ],
})
class PushedModule {}

const PAGE_BYTES = 50_000;

/** What a subscription holds at most: a chunk ends with the event that fills it. */
const CHUNK_BYTES = 128 * 1024 + PAGE_BYTES + 1_000;

const store = new MemoryStore();
let app: NestFastifyApplication;
let url: string;
let log: EventLog;
const clients: SocketClient[] = [];

async function open(
  ...subscriptions: readonly (readonly [id: string, path: string])[]
): Promise<SocketClient> {
  const client = await SocketClient.open(`${url}/push`);
  if (typeof client === 'number') throw new Error(`the upgrade was answered with ${client}`);
  clients.push(client);
  for (const [id, path] of subscriptions) client.send({ type: 'subscribe', id, path });
  await until(() => subscriptions.every(([id]) => client.of(id, 'subscribed').length === 1));
  return client;
}

beforeAll(async () => {
  const started = await startDocumented(store, [PushedModule]);
  ({ app, log } = started);
  ({ url } = started.api);
});

afterEach(() => {
  for (const client of clients.splice(0)) client.socket.terminate();
});

afterAll(() => app.close());

it('gives an entity and a list as GET does, and null for one that is gone', async () => {
  await log.append([opened('a', 'Ann'), added('a', 5), opened('b', 'Bob')]);
  const client = await open(['one', '/orders/a'], ['list', '/orders?limit=10']);
  await until(() => client.of('one').length === 1 && client.of('list').length === 1);
  expect(client.of('one')[0]?.data).toEqual(await (await fetch(`${url}/orders/a`)).json());
  expect(client.of('list')[0]?.data).toEqual(await (await fetch(`${url}/orders?limit=10`)).json());
  await log.append([added('a', 7)]);
  await until(() => (client.of('one').at(-1)?.data as { total: string }).total === '12');
  const { last } = await log.append([cancelled('a')]);
  await until(() => client.of('one').at(-1)?.data === null);
  await until(() => Number(client.of('list').at(-1)?.position) >= last);
  expect(client.of('list').at(-1)?.data).toEqual(await (await fetch(`${url}/orders?limit=10`)).json());
  client.send({ type: 'subscribe', id: 'none', path: '/orders/z' });
  await until(() => client.problems.length === 1);
  expect(client.problems).toEqual(['entity-not-found']);
});

it('resumes between the parts of one event', async () => {
  const { first } = await sendAsOnce(store, [['p', 5], ['q']]);
  const path = `/events?after=${first - 1}`;
  const whole = await open(['all', path]);
  await until(() => whole.of('all').length === 3);
  const ids = whole.of('all').map(({ position }) => position);
  expect(ids).toEqual([`${first}.1`, `${first}.2`, `${first}.3`]);
  for (const [count, lastEventId] of ids.entries()) {
    whole.send({ type: 'subscribe', id: `after ${count}`, path, lastEventId });
    await until(() => whole.of(`after ${count}`, 'subscribed').length === 1);
  }
  await log.append([pageWritten.create({ text: 'x' })]);
  const next = String(await log.head());
  for (const count of ids.keys()) {
    await until(() => whole.of(`after ${count}`).at(-1)?.position === next);
    expect(whole.of(`after ${count}`).map(({ position }) => position)).toEqual([
      ...ids.slice(count + 1),
      next,
    ]);
  }
});

it('holds a bounded number of bytes for a client that does not read, and closes it after a minute', async () => {
  const start = await log.head();
  const path = `/events?after=${start}&type=page.written`;
  const before = threadTurns.heldBytes;
  const [slow, quick] = [await open(['a', path], ['b', path], ['c', path]), await open(['a', path])];
  const gateway = app.get(PushGateway);
  slow.socket.pause();
  let written = 0;
  let most = 0;
  const write = async (): Promise<void> => {
    await log.append(Array.from({ length: 20 }, () => pageWritten.create({ text: 'x'.repeat(PAGE_BYTES) })));
    written += 20;
    await until(() => quick.of('a').length === written);
    most = Math.max(most, gateway.waitingBytes);
  };
  // Until the buffers of the system are full, and then for more than the bound.
  while (threadTurns.heldBytes === before) await write();
  for (let times = 0; times < 3; times += 1) await write();
  expect(most).toBeGreaterThan(64 * 1024);
  expect(most).toBeLessThan(64 * 1024 + CHUNK_BYTES);
  expect(threadTurns.heldBytes - before).toBeLessThan(3 * CHUNK_BYTES);
  const streams = app.get(PushStreams);
  streams.check();
  later(MAX_STALL_MS, () => {
    streams.check();
  });
  slow.socket.resume();
  await until(() => slow.closed !== undefined);
  expect(slow.closed).toEqual({ code: 1008, reason: 'not-reading' });
  await until(() => gateway.count === 1 && threadTurns.heldBytes === before);
  await write();
  expect(quick.closed).toBeUndefined();
});
