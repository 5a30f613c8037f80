/** The same contexts as processes of their own over one log server: what is recorded in one is folded in the others. */
import { join } from 'node:path';
import { RESERVED } from '../../src/runtime/http/kernel/paths.js';
import { until } from '../support/api.js';
import { freePort } from '../support/readme.js';
import { SocketClient } from '../support/socket-client.js';
import { Server, TemporaryFolder, runToEnd } from '../support/server.js';

const folder = new TemporaryFolder();
const started: Server[] = [];

async function start(name: string, environment: Readonly<Record<string, string>>): Promise<Server> {
  const server = await Server.start({ LEFTFOLD_DATA: join(folder.path, name), ...environment });
  started.push(server);
  return server;
}

const context = (name: string, log: string, data = name): Promise<Server> =>
  start(data, { LEFTFOLD_APP: 'context', LEFTFOLD_CONTEXTS: name, LEFTFOLD_STORE: log });

const WAIT = { headers: { prefer: 'wait=20' } };

afterAll(async () => {
  await Promise.all(started.map((server) => server.kill()));
  folder.remove();
});

describe('a log server, one context that records, and two that fold', () => {
  let port: number;
  let log: Server;
  let entries: Server;
  let balance: Server;
  let factor: Server;

  beforeAll(async () => {
    port = await freePort();
    log = await start('log', { LEFTFOLD_APP: 'log', PORT: String(port) });
    [entries, balance, factor] = (await Promise.all(
      (['entries', 'balance', 'factor'] as const).map((name) => context(name, log.url)),
    )) as [Server, Server, Server];
    await Promise.all([entries, balance, factor].map((server) => server.ready()));
  }, 60_000);

  it('fold what the other process has recorded, and a reader can wait for it', async () => {
    const response = await entries.post('/entries', [5, 7]);
    expect(response.status).toBe(201);
    expect(await balance.json('/balance?after=2', WAIT)).toMatchObject({ value: '12', position: 2 });
    expect(await (await factor.fetch('/factor/value?after=2', WAIT)).text()).toContain('35');
  });

  it('serve the line of their only state at their root, too', async () => {
    const line = await (await balance.fetch('/state')).text();
    expect(line).toBe('\nbalance: 12\n');
    expect(await (await balance.fetch('/balance/state')).text()).toBe(line);
    expect(await (await balance.fetch('/state?after=2', WAIT)).text()).toBe(line);
    expect((await balance.fetch('/state', { method: 'POST' })).status).toBe(405);
  });

  it('show the past, audit, and rebuild from the log server', async () => {
    expect(await balance.json('/balance?at=1')).toMatchObject({ value: '5' });
    const audit = await balance.fetch('/projections/balance/audit', { method: 'POST' });
    expect(audit.status).toBeLessThan(300);
  });

  it('keep the guarantees of commands: one retraction of two is refused', async () => {
    const retract = (): Promise<Response> => entries.post('/entries/1/retraction', { reason: 'test' });
    const statuses = (await Promise.all([retract(), retract()])).map(({ status }) => status).sort();
    expect(statuses).toEqual([201, 409]);
    expect(await balance.json('/balance?after=3', WAIT)).toMatchObject({ value: '7', position: 3 });
  });

  it('see events at the log server as they were recorded, and it takes none at POST /events', async () => {
    expect(await log.json('/events?limit=1')).toMatchObject({
      events: [{ position: 1, type: 'entry.recorded', revision: 1 }],
    });
    const refused = await log.post('/events', { events: [{ type: 'entry.recorded', data: { value: '1' } }] });
    expect(refused.status).toBe(405);
    expect(refused.headers.get('allow')).not.toContain('POST');
    expect((await log.fetch('/commits')).status).toBe(200);
    expect((await entries.fetch('/commits')).status).toBe(404);
    expect(await log.json('/openapi.json')).toMatchObject({ paths: { '/commits': {}, '/head': {} } });
  });

  it('serve nothing at first segments that are neither reserved nor of their contexts', async () => {
    const segments = async (server: Server): Promise<readonly string[]> => {
      const { paths } = (await server.json('/openapi.json')) as { readonly paths: object };
      return [...new Set(Object.keys(paths).map((path) => path.split('/')[1] ?? ''))];
    };
    const others = (of: readonly string[]): readonly string[] => of.filter((each) => !RESERVED.has(each));
    const served = await segments(log);
    expect(served).toEqual(expect.arrayContaining(['events', 'commits', 'head', 'health']));
    expect(others(served)).toEqual([]);
    expect(others(await segments(balance))).toEqual(['balance']);
    expect(others(await segments(entries))).toEqual(['entries', 'values']);
  });

  it('answer from their state while the log server is away, refuse commands, and go on by themselves', async () => {
    const socket = await SocketClient.open(`${balance.url}/push`);
    if (typeof socket === 'number') throw new Error(`the upgrade was answered with ${socket}`);
    socket.send({ type: 'subscribe', id: 'events', path: '/events?after=0' });
    socket.send({ type: 'subscribe', id: 'balance', path: '/balance' });
    await until(() => socket.of('events').length === 3 && socket.of('balance').length === 1);
    await log.kill();
    const stale = async (): Promise<string | null> =>
      (await balance.fetch('/balance')).headers.get('leftfold-stale');
    while ((await stale()) === null) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await balance.json('/balance')).toMatchObject({ value: '7', position: 3 });
    const refused = await entries.post('/entries', { value: 1 });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ type: 'urn:leftfold:problem:store-unavailable' });
    expect(await stale()).toBe('3');
    // It answers queries, and no other process could record anything either.
    const health = await balance.fetch('/health/ready');
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({
      status: 'degraded',
      log: { status: 'unavailable', code: 'store-unavailable' },
    });
    // Without a state there is nothing to answer with.
    const unready = await entries.fetch('/health/ready');
    expect(unready.status).toBe(503);
    expect(await unready.json()).toMatchObject({ status: 'not ready', log: { code: 'store-unavailable' } });

    log = await start('log', { LEFTFOLD_APP: 'log', PORT: String(port) });
    await Promise.all([entries, balance].map((server) => server.ready()));
    expect((await entries.post('/entries', { value: 3 })).status).toBe(201);
    expect(await balance.json('/balance?after=4', WAIT)).toMatchObject({ value: '10', position: 4 });
    while ((await stale()) !== null) await new Promise((resolve) => setTimeout(resolve, 10));
    // What was subscribed to goes on where it was, on the same connection.
    await until(() => socket.of('events').length === 4 && socket.of('balance').length === 2);
    expect(socket.of('events').map(({ position }) => position)).toEqual(['1', '2', '3', '4']);
    expect(socket.of('balance').at(-1)?.data).toMatchObject({ value: '10', position: 4 });
    expect([socket.closed, socket.problems]).toEqual([undefined, []]);
    socket.socket.terminate();
  }, 60_000);

  it('begin from their snapshots, and a context that is added later folds everything', async () => {
    await balance.stop();
    balance = await context('balance', log.url);
    await balance.ready();
    expect(await balance.json('/balance')).toMatchObject({ value: '10', position: 4 });
    const later = await context('balance', log.url, 'later');
    expect(await later.json('/balance?after=4', WAIT)).toMatchObject({ value: '10', position: 4 });
  }, 60_000);

  it('refuse to start over another log with the snapshots of this one', async () => {
    await balance.stop();
    const other = await start('other', { LEFTFOLD_APP: 'log' });
    const { code, stderr } = await runToEnd({
      PORT: '0',
      LEFTFOLD_APP: 'context',
      LEFTFOLD_CONTEXTS: 'balance',
      LEFTFOLD_STORE: other.url,
      LEFTFOLD_DATA: join(folder.path, 'balance'),
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^leftfold: LEFTFOLD_STORE: .* keeps the log .*, but the snapshots in .* are of the log/,
    );
  }, 60_000);
});

describe('a log server with a context', () => {
  it('serves that context, and takes events of its open types', async () => {
    const log = await start('both', { LEFTFOLD_APP: 'log', LEFTFOLD_CONTEXTS: 'entries,balance' });
    await log.ready();
    expect((await log.post('/entries', { value: 4 })).status).toBe(201);
    expect(await log.json('/balance?after=1', WAIT)).toMatchObject({ value: '4' });
    expect((await log.fetch('/factor')).status).toBe(404);
  }, 30_000);
});

describe('settings that cannot be', () => {
  it.each<readonly [what: string, environment: Readonly<Record<string, string>>, message: RegExp]>([
    ['an unknown app', { LEFTFOLD_APP: 'both' }, /LEFTFOLD_APP: must be one of monolith, log, context/],
    [
      'a context app without contexts',
      { LEFTFOLD_APP: 'context' },
      /LEFTFOLD_CONTEXTS: must name at least one/,
    ],
    [
      'a context that there is not',
      { LEFTFOLD_APP: 'log', LEFTFOLD_CONTEXTS: 'orders' },
      /LEFTFOLD_CONTEXTS: has "orders"; there are entries, balance, factor/,
    ],
    [
      'a context app over a log of its own',
      { LEFTFOLD_APP: 'context', LEFTFOLD_CONTEXTS: 'balance' },
      /LEFTFOLD_STORE: must be the URL of a log server/,
    ],
    [
      'a monolith with some contexts',
      { LEFTFOLD_CONTEXTS: 'balance' },
      /LEFTFOLD_CONTEXTS: is for LEFTFOLD_APP=log and LEFTFOLD_APP=context/,
    ],
    [
      'a log server that is not there',
      { LEFTFOLD_APP: 'context', LEFTFOLD_CONTEXTS: 'balance', LEFTFOLD_STORE: 'http://127.0.0.1:1' },
      /LEFTFOLD_STORE: http:\/\/127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/,
    ],
    [
      'a log server with credentials',
      { LEFTFOLD_APP: 'context', LEFTFOLD_CONTEXTS: 'balance', LEFTFOLD_STORE: 'http://a:secret@localhost' },
      /LEFTFOLD_STORE: must be lmdb, memory(?!.*secret)/s,
    ],
  ])(
    'end the start in one line: %s',
    async (_what, environment, message) => {
      const { code, stderr } = await runToEnd({ LEFTFOLD_DATA: join(folder.path, 'none'), ...environment });
      expect(code).toBe(1);
      expect(stderr).toMatch(message);
    },
    30_000,
  );
});
