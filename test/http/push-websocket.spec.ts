/** The WebSocket at `/push`, on both platforms, in an application with prefixes. */
import type { IncomingMessage, Server } from 'node:http';
import { Parser } from '@asyncapi/parser';
import { jest } from '@jest/globals';
import { Controller, ForbiddenException, Get, Logger, type Type } from '@nestjs/common';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import { asyncApiOf } from '../../src/runtime/http/push/websocket/async-api.js';
import { PushGateway } from '../../src/runtime/http/push/websocket/push-gateway.js';
import { InvalidSetting } from '../../src/runtime/invalid-setting.js';
import { LeftfoldModule } from '../../src/runtime/leftfold.module.js';
import { add } from '../support/amounts.js';
import { problemOf, until } from '../support/api.js';
import {
  PLATFORMS,
  startForeign,
  type Foreign,
  type ForeignOptions,
} from '../support/foreign-application.js';
import { later } from '../support/later.js';
import { SocketClient } from '../support/socket-client.js';

const admit = ({ headers }: IncomingMessage): void => {
  if (headers['x-person'] === 'nobody') throw new ForbiddenException('not you');
};

describe.each(PLATFORMS)('the WebSocket on %s', (platform) => {
  let foreign: Foreign;
  let root: string;
  let log: EventLog;
  const clients: SocketClient[] = [];

  const open = async (options: object = {}): Promise<SocketClient> => {
    const client = await SocketClient.open(`${root}/push`, options);
    if (typeof client === 'number') throw new Error(`the upgrade was answered with ${client}`);
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    foreign = await startForeign(platform, {
      globalPrefix: 'api',
      http: {
        prefix: 'log',
        events: true,
        push: { connections: 6, subscriptions: 3, pingSeconds: 5, admit },
      },
    });
    root = `${foreign.url}/api/log`;
    log = foreign.app.get(EventLog);
    await add(log, 1, 2, 3);
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.socket.terminate();
    await until(() => foreign.app.get(PushGateway).count === 0);
  });

  it('gives many subscriptions their events and states, after a position, and ends them', async () => {
    const client = await open();
    client.send({ type: 'subscribe', id: 'all', path: '/api/log/events?after=0' });
    client.send({ type: 'subscribe', id: 'rest', path: '/api/log/events?after=0', lastEventId: '2' });
    client.send({ type: 'subscribe', id: 'total', path: '/api/log/total' });
    await until(() => client.of('all').length === 3 && client.of('total').length === 1);
    const { last } = await add(log, 4);
    await until(() => client.of('rest').length === last - 2 && client.of('total').length === 2);
    await until(() => client.of('all').length === last);
    expect(client.of('all').map(({ position }) => position)).toEqual(
      Array.from({ length: last }, (_, index) => String(index + 1)),
    );
    expect(client.of('all')[0]?.data).toEqual(await (await fetch(`${root}/events/1`)).json());
    expect(client.of('total').at(-1)?.data).toEqual(await (await fetch(`${root}/total`)).json());
    expect(client.of('all', 'subscribed')).toEqual([{ type: 'subscribed', id: 'all', position: '0' }]);
    client.send({ type: 'unsubscribe', id: 'all' });
    await until(() => client.of('all', 'unsubscribed').length === 1);
    const before = client.of('all').length;
    await add(log, 5);
    await until(() => client.of('rest').length === last - 1);
    expect(client.of('all')).toHaveLength(before);
  });

  it('answers what is wrong with a problem, and goes on', async () => {
    const client = await open();
    const subscribe = { type: 'subscribe', id: 'a', path: '/api/log/events' };
    const wrong: readonly (readonly [unknown, string])[] = [
      ['no JSON', 'invalid-message'],
      ['null', 'invalid-message'],
      [Buffer.from([1, 2]), 'invalid-message'],
      [{ type: 'what' }, 'invalid-message'],
      [{ ...subscribe, more: 1 }, 'invalid-message'],
      [{ ...subscribe, path: '/api/log/nothing' }, 'no-such-stream'],
      [{ ...subscribe, path: '/api/log/%zz' }, 'malformed-request'],
      [{ ...subscribe, path: '/api/log/events?what=1' }, 'invalid-parameter'],
      [{ ...subscribe, path: '/api/log/events?limit=1' }, 'invalid-parameter'],
      [{ ...subscribe, path: '/api/log/total?at=1' }, 'invalid-parameter'],
      [{ ...subscribe, lastEventId: 'x' }, 'invalid-header'],
      [{ type: 'unsubscribe', id: 'b' }, 'no-such-subscription'],
    ];
    for (const [message] of wrong) client.send(message);
    await until(() => client.problems.length === wrong.length);
    expect(client.problems).toEqual(wrong.map(([, problem]) => problem));
    client.send(subscribe);
    client.send(subscribe);
    client.send({ ...subscribe, id: 'b' });
    client.send({ ...subscribe, id: 'c' });
    client.send({ ...subscribe, id: 'd' });
    client.send({ type: 'ping' });
    await until(() => client.got.at(-1)?.type === 'pong');
    expect(client.problems.slice(wrong.length)).toEqual(['subscription-exists', 'too-many-subscriptions']);
    expect(client.got.find(({ problem }) => problem?.type.endsWith('too-many-subscriptions'))?.id).toBe('d');
    const { last } = await add(log, 6);
    await until(() => client.of('c').length === 1);
    expect(client.of('a')[0]?.position).toBe(String(last));
  });

  it('a client that does not read misses nothing, and holds up nobody', async () => {
    const [slow, quick] = [await open(), await open()];
    const { knownHead } = log;
    for (const client of [slow, quick])
      client.send({ type: 'subscribe', id: 'a', path: `/api/log/events?after=${knownHead}` });
    await until(() => slow.of('a', 'subscribed').length === 1);
    slow.socket.pause();
    const amounts = Array.from({ length: 200 }, (_, index) => index);
    for (let round = 0; round < 5; round += 1) await add(log, ...amounts);
    await until(() => quick.of('a').length === 1000);
    slow.socket.resume();
    await until(() => slow.of('a').length === 1000);
    const positions = slow.of('a').map(({ position }) => Number(position));
    expect(positions).toEqual(Array.from({ length: 1000 }, (_, index) => knownHead + 1 + index));
  });

  it('closes with 1008 when a client asks and does not read the answers', async () => {
    const client = await open();
    client.socket.pause();
    const { socket } = client;
    // Each answer names the unknown field, so few of them fill the buffers of the system.
    const large = { type: 'ping', ['€'.repeat(20_000)]: 1 };
    while (socket.readyState === socket.OPEN && foreign.app.get(PushGateway).count > 0) {
      client.send(large);
      expect(foreign.app.get(PushGateway).waitingBytes).toBeLessThan(512 * 1024);
      await new Promise((resolve) => setImmediate(resolve));
    }
    client.socket.resume();
    await until(() => client.closed !== undefined);
  });

  it('pings, and closes with 1008 when no ping was answered three times', async () => {
    const [silent, lively] = [await open({ autoPong: false }), await open()];
    const pings = new Map([silent, lively].map((client) => [client, 0]));
    for (const client of pings.keys())
      client.socket.on('ping', () => pings.set(client, 1 + (pings.get(client) ?? 0)));
    const gateway = foreign.app.get(PushGateway);
    const check = (): void => {
      gateway.check();
    };
    check();
    later(4_000, check);
    later(5_000, check);
    await until(() => [...pings.values()].every((count) => count === 1));
    // What it says is a sign as well.
    await later(14_500, async () => {
      lively.send({ type: 'ping' });
      await until(() => lively.got.length > 0);
    });
    later(16_000, check);
    await until(() => silent.closed !== undefined);
    expect(silent.closed).toEqual({ code: 1008, reason: 'not-reading' });
    expect(lively.closed).toBeUndefined();
  });

  it('closes with 1009 after a message that is too long', async () => {
    const client = await open();
    client.send('x'.repeat(10 * 1024 * 1024));
    await until(() => client.closed !== undefined);
    expect(client.closed?.code).toBe(1009);
  });

  it('is for pages of its own origin, by its own name, and for so many connections', async () => {
    const refused = async (headers: Record<string, string>): Promise<unknown> =>
      SocketClient.open(`${root}/push`, { headers });
    expect(await refused({ origin: 'http://elsewhere.example' })).toBe(403);
    expect(await refused({ host: 'elsewhere.example' })).toBe(421);
    expect(await refused({ 'x-person': 'nobody' })).toBe(403);
    await open({ origin: foreign.url });
    for (let count = 1; count < 6; count += 1) await open();
    expect(await refused({})).toBe(503);
  });

  it('answers a request that is no upgrade with 426', async () => {
    const response = await fetch(`${root}/push`);
    expect(response.headers.get('upgrade')).toBe('websocket');
    expect((await problemOf(response, 426)).type).toBe('urn:leftfold:problem:upgrade-required');
    expect((await fetch(`${root}/push`, { method: 'PUT' })).status).toBe(405);
  });

  it('leaves other paths and upgrades to the application', async () => {
    expect(await SocketClient.open(`${root}/nothing`)).toBe(404);
    expect(await SocketClient.open(`${root}/total`)).toBe(200);
  });

  it('is described by AsyncAPI, under its own address', async () => {
    const response = await fetch(`${root}/asyncapi.json`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(asyncApiOf('/api/log/push'));
  });

  it('closes with 1001 when the application stops', async () => {
    const client = await open();
    client.send({ type: 'subscribe', id: 'a', path: '/api/log/events' });
    await until(() => client.of('a', 'subscribed').length === 1);
    await foreign.app.close();
    await until(() => client.closed !== undefined);
    expect(client.closed).toEqual({ code: 1001, reason: 'server-stopping' });
  });
});

@Controller()
class PushesController {
  @Get('push')
  pushes(): string {
    return 'of the application';
  }
}

@Controller()
class AsyncApiController {
  @Get('asyncapi.json')
  describe(): string {
    return 'of the application';
  }
}

/** As `@WebSocketGateway({ path })` of Nest leaves it. */
function gatewayAt(path: string, port = 0): Type {
  class OrdersGateway {
    readonly path = path;
  }
  Reflect.defineMetadata('websockets:is_gateway', true, OrdersGateway);
  Reflect.defineMetadata('websockets:gateway_options', { path }, OrdersGateway);
  Reflect.defineMetadata('port', port, OrdersGateway);
  return OrdersGateway;
}

describe.each(PLATFORMS)('an application on %s that serves the same itself', (platform) => {
  const http = { events: true, push: { admit } };

  it.each<readonly [string, Partial<ForeignOptions>, string]>([
    ['GET /push', { controllers: [PushesController] }, 'GET /push'],
    ['GET /api/push', { controllers: [PushesController], globalPrefix: 'api' }, 'GET /api/push'],
    ['GET /asyncapi.json', { controllers: [AsyncApiController] }, 'GET /asyncapi.json'],
    ['a gateway', { providers: [gatewayAt('push/')] }, 'the WebSocket gateway OrdersGateway at /push'],
  ])('does not start: %s', async (_, options, what) => {
    await expect(startForeign(platform, { http, ...options })).rejects.toThrow(
      `the application has ${what} itself, where http.push serves the runtime's own; give it another path`,
    );
  });

  it('has its route beside a prefix of the runtime, or without http.push', async () => {
    for (const parts of [{ ...http, prefix: 'log' }, { events: true } as const]) {
      const { app, url } = await startForeign(platform, { http: parts, controllers: [PushesController] });
      expect(await (await fetch(`${url}/push`)).json()).toEqual({ data: 'of the application' });
      await app.close();
    }
  });

  it('has gateways at other paths and ports, which see no upgrade but their own', async () => {
    const providers = [gatewayAt('/orders'), gatewayAt('/push', 3001)];
    const { app, url } = await startForeign(platform, { http, providers });
    // As WsAdapter does with what is not its own.
    const ended: (string | undefined)[] = [];
    (app.getHttpServer() as Server).on('upgrade', (request, socket) => {
      ended.push(request.url);
      socket.destroy();
    });
    const client = await SocketClient.open(`${url}/push`);
    if (typeof client === 'number') throw new Error(`the upgrade was answered with ${client}`);
    client.send({ type: 'subscribe', id: 'a', path: '/events?after=0' });
    await until(() => client.of('a', 'subscribed').length === 1);
    await expect(SocketClient.open(`${url}/orders`)).rejects.toThrow('socket hang up');
    expect(ended).toEqual(['/orders']);
    await app.close();
  });
});

it('is described by AsyncAPI', async () => {
  const { document, diagnostics } = await new Parser().parse(JSON.stringify(asyncApiOf('/push')));
  expect(diagnostics.filter(({ severity }) => String(severity) === '0')).toEqual([]);
  expect(document?.channels().get('push')?.address()).toBe('/push');
  expect(document?.operations().all()).toHaveLength(2);
});

it('says at the start that everybody may subscribe, where nobody is asked', async () => {
  const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  const http = { events: true, push: true };
  await (await startForeign('fastify', { http })).app.close();
  expect(
    warn.mock.calls.flat().filter((said) => String(said).includes('may subscribe at /push')),
  ).toHaveLength(1);
  warn.mockClear();
  await (await startForeign('fastify', { http: { ...http, push: { admit } } })).app.close();
  await (await startForeign('fastify', { http: { ...http, access: { anonymous: [] } } })).app.close();
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});

it.each([
  [{ connections: 0 }, 'http.push.connections: must be at least 1'],
  [{ subscriptions: 1.5 }, 'http.push.subscriptions: must be a whole number from 1 to 10000'],
  [{ pingSeconds: 'x' }, 'http.push.pingSeconds: must be a whole number from 1 to 3600'],
  [{ admit: true }, 'http.push.admit: must be a function of the request'],
  [
    { conections: 1 },
    'http.push: must be true, false or an object of connections, subscriptions, pingSeconds and admit',
  ],
  [1, 'http.push: must be true, false or an object of connections, subscriptions, pingSeconds and admit'],
])('refuses the option %j', (push, message) => {
  expect(() => LeftfoldModule.forRoot({ store: 'memory:', http: { push: push as never } })).toThrow(message);
  expect(() => LeftfoldModule.forRoot({ store: 'memory:', http: { push: push as never } })).toThrow(
    InvalidSetting,
  );
});
