/** The hello world's first protocol: programs on this machine that are told of each number. */
import { createServer, type Server as TcpServer } from 'node:net';
import { once } from 'node:events';
import { problemOf } from '../support/api.js';
import { freePort } from '../support/readme.js';
import { TemporaryFolder, type Server } from '../support/server.js';
import { startProgram } from './support/numbers.js';
import { Subscriber } from './support/subscriber.js';

const folder = new TemporaryFolder();
let server: Server;
const subscribers: Subscriber[] = [];

beforeAll(async () => {
  server = await startProgram({ LEFTFOLD_DATA: folder.path });
});

afterAll(async () => {
  await server.stop();
  await Promise.all(subscribers.map((each) => each.stop()));
  folder.remove();
});

async function subscribe(habit?: Parameters<typeof Subscriber.start>[0]): Promise<Subscriber> {
  const subscriber = await Subscriber.start(habit);
  subscribers.push(subscriber);
  const response = await server.fetch(`/subscribe/${subscriber.port}`, { method: 'POST' });
  expect(response.status).toBe(201);
  return subscriber;
}

async function push(...values: readonly (number | string)[]): Promise<void> {
  for (const value of values) {
    const body = new URLSearchParams({ event: String(value) });
    expect((await server.fetch('/push', { method: 'POST', body })).status).toBe(201);
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10));
}

const told = (...values: readonly (number | string)[]): unknown[] =>
  values.map((event) => ['POST /receive', { event }]);

describe('POST /subscribe/:port', () => {
  it('answers with all ports, and changes nothing the second time', async () => {
    const port = await freePort();
    const first = await server.fetch(`/subscribe/${port}`, { method: 'POST' });
    expect(first.status).toBe(201);
    expect(await first.json()).toEqual([String(port)]);
    const second = await server.fetch(`/subscribe/${port}`, { method: 'POST' });
    expect(second.status).toBe(200);
    expect(await second.json()).toEqual([String(port)]);
    expect(await server.json('/subscribers')).toEqual([String(port)]);
  });

  it.each(['0', '65536', '-1', '3001x', '0x10', '1e3', '03001', 'localhost:3001'])(
    'refuses %s, which is no port',
    async (text) => {
      const problem = await problemOf(await server.fetch(`/subscribe/${text}`, { method: 'POST' }), 400);
      expect(problem.detail).toContain('1 to 65535');
    },
  );

  it('takes one port once when many ask at the same time', async () => {
    const port = await freePort();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => server.fetch(`/subscribe/${port}`, { method: 'POST' })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array<number>(19).fill(200), 201]);
  });
});

describe('a subscriber', () => {
  it('that never answers is told of every number from then on, in the order of the log, on few connections', async () => {
    await push(1);
    const subscriber = await subscribe();
    const values = Array.from({ length: 200 }, (_, index) => index);
    await push(...values, '12345678901234567890');
    await until(() => subscriber.heard.length >= 201);
    expect(subscriber.heard).toEqual(told(...values, '12345678901234567890'));
    expect(subscriber.mostSockets).toBeLessThanOrEqual(66); // 64, and one that closes while another opens
  });

  it('is told of numbers whichever way they were recorded, and of nothing else', async () => {
    const subscriber = await subscribe();
    const [position] = [
      ((await (await server.post('/numbers', { value: 3 })).json()) as { position: number }).position,
    ];
    await server.post(`/numbers/${position}/retraction`, { reason: 'a slip' });
    await server.post('/numbers', [{ value: 4 }, { value: 5 }]);
    await push(6);
    await until(() => subscriber.heard.length >= 4);
    expect(subscriber.heard).toEqual(told(3, 4, 5, 6));
  });

  it('that fails, answers for ever, or hangs holds up neither the log nor another subscriber', async () => {
    await subscribe((_, response) => response.writeHead(500).end('no'));
    await subscribe((_, response) => {
      response.writeHead(200);
      const more = setInterval(() => response.write('x'.repeat(65_536)), 1);
      response.once('close', () => {
        clearInterval(more);
      });
    });
    await subscribe((request) => request.socket.destroy());
    const deaf: TcpServer = createServer((socket) => socket.pause()).listen(0, '127.0.0.1');
    await once(deaf, 'listening');
    const { port } = deaf.address() as { port: number };
    await server.fetch(`/subscribe/${port}`, { method: 'POST' });
    const good = await subscribe();
    await push(7, 8, 9);
    await until(() => good.heard.length >= 3);
    expect(good.heard).toEqual(told(7, 8, 9));
    expect((await server.fetch('/health/live')).status).toBe(200);
    deaf.close();
  });

  it('that is away misses what is recorded meanwhile, and is told again once it is back', async () => {
    const subscriber = await subscribe();
    await push(10);
    await until(() => subscriber.heard.length === 1);
    const { port } = subscriber;
    await subscriber.stop();
    subscribers.splice(subscribers.indexOf(subscriber), 1);
    await push(11);
    const again = await subscribe();
    await push(12);
    await until(() => again.heard.length === 1);
    expect(again.heard).toEqual(told(12));
    expect(await server.json('/subscribers')).toContain(String(port));
  });

  it('outlives a restart of the log', async () => {
    const subscriber = await subscribe();
    const before = await server.json('/subscribers');
    await server.kill();
    server = await startProgram({ LEFTFOLD_DATA: folder.path });
    expect(await server.json('/subscribers')).toEqual(before);
    await push(13);
    await until(() => subscriber.heard.length > 0);
    expect(subscriber.heard).toEqual(told(13));
  });
});

describe('GET /log', () => {
  it('is the whole array, or the newest of it', async () => {
    const values = Array.from({ length: 3000 }, (_, index) => index);
    await server.post('/numbers', values);
    const all = (await server.json('/log')) as unknown[];
    expect(all.length).toBeGreaterThan(3000);
    expect(all.slice(-3000)).toEqual(values);
    expect(await server.json('/log?limit=3')).toEqual([2997, 2998, 2999]);
    const body = new URLSearchParams({ event: '5' });
    const pushed = (await (await server.fetch('/push', { method: 'POST', body })).json()) as unknown[];
    expect(pushed).toEqual([...values.slice(-999), 5]);
  });

  it.each(['limit=0', 'limit=x', 'limit=10001', 'limits=3'])('refuses ?%s', async (query) => {
    await problemOf(await server.fetch(`/log?${query}`), 400);
  });
});
