/** A context moves out of a running monolith, and back, while clients read and write. */
import { join } from 'node:path';
import { RESERVED } from '../../src/runtime/http/kernel/paths.js';
import { problemOf, until } from '../support/api.js';
import { leftfold } from '../support/cli.js';
import { StreamClient } from '../support/event-stream.js';
import { freePort } from '../support/readme.js';
import { SocketClient } from '../support/socket-client.js';
import { Server, TemporaryFolder, runToEnd } from '../support/server.js';

const folder = new TemporaryFolder();
const started: Server[] = [];

async function start(name: string, environment: Readonly<Record<string, string>>): Promise<Server> {
  const server = await Server.start({ LEFTFOLD_DATA: join(folder.path, name), ...environment });
  started.push(server);
  await server.ready();
  return server;
}

const monolith = (environment: Readonly<Record<string, string>> = {}): Promise<Server> =>
  start('monolith', { LEFTFOLD_COMMITS: 'on', ...environment });

const balanceOver = (log: Server, environment: Readonly<Record<string, string>> = {}): Promise<Server> =>
  start('balance', {
    LEFTFOLD_APP: 'context',
    LEFTFOLD_CONTEXTS: 'balance',
    LEFTFOLD_STORE: log.url,
    ...environment,
  });

afterAll(async () => {
  await Promise.all(started.map((server) => server.kill()));
  folder.remove();
});

/** Reads and writes until it is told to end. What was wrong is in `wrong`. */
class Clients {
  readonly #over = new AbortController();
  readonly wrong: unknown[] = [];
  reads = 0;
  writes = 0;
  readonly #running: readonly Promise<void>[];

  constructor(private readonly server: Server) {
    this.#running = [this.#read('/balance'), this.#read('/balance'), this.#readOwnWrites()];
  }

  async end(): Promise<void> {
    this.#over.abort();
    await Promise.all(this.#running);
  }

  async #read(path: string): Promise<void> {
    let last = 0;
    while (!this.#over.signal.aborted) {
      const response = await this.server.fetch(path);
      const { position, value } = (await response.json()) as { position: number; value: string };
      if (response.status !== 200 || position < last || value !== String(position))
        this.wrong.push([response.status, last, position, value]);
      last = position;
      this.reads += 1;
    }
  }

  async #readOwnWrites(): Promise<void> {
    while (!this.#over.signal.aborted) {
      const recorded = await this.server.post('/entries', { value: 1 });
      const at = recorded.headers.get('leftfold-position');
      const read = await this.server.fetch(`/balance?after=${String(at)}`, {
        headers: { prefer: 'wait=20' },
      });
      if (recorded.status !== 201 || read.status !== 200) this.wrong.push([recorded.status, read.status]);
      await read.arrayBuffer();
      this.writes += 1;
    }
  }

  async goOn(): Promise<void> {
    const [reads, writes] = [this.reads + 50, this.writes + 10];
    while (this.reads < reads || this.writes < writes) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('a context of a running monolith', () => {
  let whole: Server;
  let balance: Server;

  beforeAll(async () => {
    whole = await monolith();
    balance = await balanceOver(whole);
  }, 60_000);

  const forward = (to: string | null, context = 'balance'): Promise<Response> =>
    whole.post('/forwarding', { context, to });

  it('is told where to move at a path that no projection can have', async () => {
    const { paths } = (await whole.json('/openapi.json')) as { readonly paths: object };
    const segments = new Set(Object.keys(paths).map((path) => path.split('/')[1] ?? ''));
    expect(segments).toContain('forwarding');
    const own = [...segments].filter((each) => !RESERVED.has(each)).sort();
    expect(own).toEqual(['balance', 'entries', 'factor', 'values']);
  });

  it('moves out and back without a request that fails, or a position that runs back', async () => {
    const clients = new Clients(whole);
    await clients.goOn();
    for (let times = 0; times < 3; times += 1) {
      const out = await forward(balance.url);
      expect(await out.json()).toEqual({ contexts: { balance: balance.url } });
      await clients.goOn();
      expect(await (await forward(null)).json()).toEqual({ contexts: {} });
      await clients.goOn();
    }
    await clients.end();
    expect(clients.wrong).toEqual([]);
    const { code, stderr } = await leftfold(['compare', whole.url, balance.url]);
    expect([code, stderr]).toEqual([0, 'they agree\n']);
  }, 120_000);

  it('is handed over once at a time', async () => {
    const answers = await Promise.all([
      forward(balance.url),
      forward(null),
      forward(balance.url),
      forward(null),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await forward(null)).status).toBe(200);
    expect(await whole.json('/forwarding')).toEqual({ contexts: {} });
  });

  it('has the same entity tags in both processes', async () => {
    const etag = (await whole.fetch('/balance')).headers.get('etag') ?? '';
    await forward(balance.url);
    const answer = await whole.fetch('/balance', { headers: { 'if-none-match': etag } });
    expect(answer.status).toBe(304);
    expect(answer.headers.get('leftfold-position')).not.toBeNull();
  });

  it('is asked for its past, its projection and its errors at the same paths', async () => {
    expect(await whole.json('/balance?at=1')).toMatchObject({ value: '1', position: 1 });
    expect(await whole.json('/projections/balance')).toMatchObject({ name: 'balance', status: 'following' });
    await problemOf(await whole.fetch('/balance?at=x'), 400);
    await problemOf(await whole.fetch('/balance', { method: 'PUT', body: 'x' }), 405);
    const audit = await whole.fetch('/projections/balance/audit', {
      method: 'POST',
      headers: { prefer: 'wait=20', origin: whole.url },
    });
    expect(await audit.json()).toMatchObject({ status: 'done' });
    const foreign = { method: 'POST', headers: { origin: 'https://evil.example' } };
    await problemOf(await whole.fetch('/projections/balance/audit', foreign), 403);
  });

  it('is unavailable while its process is away, and the rest is not', async () => {
    await balance.kill();
    const problem = await problemOf(await whole.fetch('/balance'), 503);
    expect(problem.type).toBe('urn:leftfold:problem:context-unavailable');
    expect((await whole.fetch('/balance')).headers.get('retry-after')).toBe('1');
    expect((await whole.fetch('/factor')).status).toBe(200);
    const back = await problemOf(await forward(null), 409);
    expect(back.detail).toContain('cannot be read');
    balance = await balanceOver(whole, { PORT: new URL(balance.url).port });
    expect((await whole.fetch('/balance')).status).toBe(200);
  }, 60_000);

  it('stays where it is when the other process has folded another log', async () => {
    expect((await forward(null)).status).toBe(200);
    const other = await start('other', {});
    for (let times = 0; times < 2; times += 1) await other.post('/entries', { value: 9 });
    const problem = await problemOf(await forward(other.url), 409);
    expect(problem.type).toBe('urn:leftfold:problem:cannot-forward');
    expect(problem.detail).toContain('leftfold compare');
    expect(await whole.json('/forwarding')).toEqual({ contexts: {} });
  }, 60_000);

  it.each([
    ['an unknown context', { context: 'orders', to: 'http://127.0.0.1:1' }, 409],
    ['a server that is not there', { context: 'balance', to: 'http://127.0.0.1:1' }, 409],
    ['a URL with a path', { context: 'balance', to: 'http://127.0.0.1:1/balance' }, 422],
    ['no URL', { context: 'balance', to: 'localhost:3002' }, 422],
    ['no target', { context: 'balance' }, 422],
    ['something more', { context: 'balance', to: null, soon: true }, 422],
    ['a list', [], 422],
  ])('is not handed over to %s', async (_, body, status) => {
    await problemOf(await whole.post('/forwarding', body), status);
    expect(await whole.json('/forwarding')).toEqual({ contexts: {} });
  });

  it('is left out of a monolith that is started without it', async () => {
    const head = ((await whole.json('/balance')) as { position: number }).position;
    await whole.stop();
    const port = await freePort();
    whole = await monolith({ PORT: String(port), LEFTFOLD_FORWARD: `balance=${balance.url}` });
    // The other process has the old address of the log.
    await balance.stop();
    balance = await balanceOver(whole, { PORT: new URL(balance.url).port });
    expect(await whole.json('/balance')).toMatchObject({ position: head });
    const { projections } = (await whole.json('/projections')) as { projections: { name: string }[] };
    expect(projections.map(({ name }) => name)).not.toContain('balance');
    expect((await problemOf(await forward(null), 409)).detail).toContain('LEFTFOLD_FORWARD');
  }, 60_000);

  it('is pushed over event streams, which bring their clients back once its process is', async () => {
    const first = await StreamClient.open(`${whole.url}/balance`);
    await until(() => first.events.length === 1);
    await whole.post('/entries', { value: 1 });
    await until(() => first.events.length === 2);
    const lastId = String(first.lastEventId);
    await balance.kill(); // without a word
    await until(() => first.isOver);
    // As an EventSource asks, which a 503 would end for good.
    const away = await StreamClient.open(`${whole.url}/balance`, { headers: { 'last-event-id': lastId } });
    await until(() => away.isOver);
    expect([away.response.statusCode, away.reason, away.ids]).toEqual([200, 'unavailable', []]);
    expect(away.retryMs).toBeGreaterThanOrEqual(1_000);
    await whole.post('/entries', { value: 1 });
    balance = await balanceOver(whole, { PORT: new URL(balance.url).port });
    const back = await StreamClient.open(`${whole.url}/balance`, { headers: { 'last-event-id': lastId } });
    await until(() => back.events.length === 1);
    expect(back.lastEventId).toBe(String(Number(lastId) + 1));
    await balance.stop(); // in good order: it says so through the process that hands it on
    await until(() => back.isOver);
    expect(back.reason).toBe('server-stopping');
    balance = await balanceOver(whole, { PORT: new URL(balance.url).port });
  }, 60_000);

  it('cannot be subscribed to over the WebSocket of the process that hands it on, which says where', async () => {
    const socket = await SocketClient.open(`${whole.url}/push`);
    if (typeof socket === 'number') throw new Error(`the upgrade was answered with ${socket}`);
    for (const path of ['/balance', '/nothing', '/factor', '/events'])
      socket.send({ type: 'subscribe', id: path, path });
    await until(() => socket.of('/events', 'subscribed').length === 1);
    expect(socket.problems).toEqual(['served-elsewhere', 'no-such-stream']);
    expect(socket.got.find(({ id }) => id === '/balance')?.problem?.detail).toContain(
      '/push of that process',
    );
    socket.socket.terminate();
  });

  it('is unavailable from the start when its process is not there, and the rest is served', async () => {
    const server = await start('alone', { LEFTFOLD_FORWARD: 'balance=http://127.0.0.1:1' });
    const problem = await problemOf(await server.fetch('/balance'), 503);
    expect(problem.type).toBe('urn:leftfold:problem:context-unavailable');
    expect((await server.post('/entries', { value: 3 })).status).toBe(201);
    expect(await server.json('/factor?after=1', { headers: { prefer: 'wait=20' } })).toMatchObject({
      value: '3',
    });
    await server.kill();
  }, 60_000);

  it.each([
    ['product', 'must name contexts and the servers that have them'],
    ['balance=localhost:3002', 'must name contexts and the servers that have them'],
    ['orders=http://127.0.0.1:3002', 'has "orders"; there are entries, balance, factor'],
  ])('cannot be left out by LEFTFOLD_FORWARD=%s', async (setting, message) => {
    const { code, stderr } = await runToEnd({ LEFTFOLD_STORE: 'memory', LEFTFOLD_FORWARD: setting });
    expect(code).toBe(1);
    expect(stderr).toContain(`LEFTFOLD_FORWARD: ${message}`);
  });
});
