import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { allEvents, foldedUpTo, record, retract, until, wholeLog } from '../support/api.js';
import { runToEnd, type Server } from '../support/server.js';
import { Servers } from '../support/servers.js';

const servers = Servers.ofEachTest();

const snapshotAt = (projection: string, position: number): string =>
  join(servers.path, 'projections', projection, `${String(position).padStart(16, '0')}.snapshot`);

const portOf = (server: Server): number => Number(new URL(server.url).port);

/** Sends part of a request; resolves once the server has begun to answer it with `100 Continue`. */
async function halfSent(server: Server, length: number): Promise<Socket> {
  const socket = connect(portOf(server), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    'POST /entries HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
      `Content-Length: ${length}\r\nExpect: 100-continue\r\n\r\n`,
  );
  const [continued] = (await once(socket, 'data')) as [Buffer];
  expect(continued.toString()).toMatch(/^HTTP\/1\.1 100 /);
  return socket;
}

async function stopsAccepting(server: Server): Promise<void> {
  await until(async () => {
    const socket = connect(portOf(server), '127.0.0.1');
    const [outcome] = await Promise.race([
      once(socket, 'connect').then(() => ['connected']),
      once(socket, 'error').then(() => ['refused']),
    ]).catch(() => ['refused']);
    socket.destroy();
    return outcome === 'refused';
  });
}

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  it('ends it with exit code 0, with snapshots at the head', async () => {
    const server = await servers.start();
    await record(server, 1, 1, 1, 1, 2);
    const { code, stderr } = await server.stop(signal);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(existsSync(snapshotAt('balance', 5))).toBe(true);
    expect(existsSync(snapshotAt('factor', 5))).toBe(true);
  });

  it('lets nothing be recorded that is not answered, and nothing be answered that is not recorded', async () => {
    const server = await servers.start();
    const requests = Array.from({ length: 200 }, async (_, index) => {
      const response = await server.post('/entries', { value: index });
      return response.status === 201 ? index : undefined;
    });

    await Promise.any(requests);
    const ended = await server.stop(signal);

    expect(ended.code).toBe(0);
    const acknowledged = (await Promise.allSettled(requests)).flatMap((outcome) =>
      outcome.status === 'fulfilled' && outcome.value !== undefined ? [String(outcome.value)] : [],
    );
    const recorded = (await allEvents(await servers.start())).map(({ data }) => String(data['value']));
    expect(recorded.toSorted()).toEqual(acknowledged.toSorted());
  });
});

describe('a restart in good order', () => {
  it('folds no event, and has the same state', async () => {
    const first = await servers.start();
    const head = await retract(first, await record(first, 1, 0, 3, '12345678901234567890'));
    const before = await Promise.all(['/balance', '/factor'].map((path) => foldedUpTo(first, path, head)));
    const log = await wholeLog(first);
    await first.stop();

    const second = await servers.start();

    expect(await Promise.all(['/balance', '/factor'].map((path) => second.json(path)))).toEqual(before);
    expect(await wholeLog(second)).toBe(log);
    const { stdout } = await second.stop();
    for (const name of ['balance', 'factor']) {
      expect(stdout).toMatch(new RegExp(`${name}: folded 0 events from the snapshot at 5 to 5 in \\d+ ms`));
    }
  });
});

describe('a request that was accepted before the end', () => {
  it('is answered, even if its body comes only then', async () => {
    const server = await servers.start();
    const body = '{"value": 5}';
    const socket = await halfSent(server, body.length);

    server.process.kill('SIGTERM');
    await stopsAccepting(server);
    socket.write(body);

    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 201 /);
    expect((await server.ended).code).toBe(0);
    expect(await (await servers.start()).json('/values')).toEqual([5]);
  });

  it('is answered, and the next one over the same connection is told that the log is closing', async () => {
    const server = await servers.start();
    const body = '{"value": 5}';
    const socket = await halfSent(server, body.length);

    server.process.kill('SIGTERM');
    await stopsAccepting(server);
    socket.write(`${body}GET /values HTTP/1.1\r\nHost: localhost\r\n\r\n`);

    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await once(socket, 'close');
    const [first = '', second = ''] = text.split(/(?<!^)(?=HTTP\/1\.1 )/);
    expect(first).toMatch(/^HTTP\/1\.1 201 /);
    expect(second).toMatch(/^HTTP\/1\.1 503 /);
    expect(second).toMatch(/\r\ncontent-type: application\/problem\+json/i);
    expect(second).toMatch(/\r\nretry-after: 1\r\n/i);
    expect(second).toContain('urn:leftfold:problem:log-closed');
    expect((await server.ended).code).toBe(0);
  });

  it('does not go on waiting for a position', async () => {
    const server = await servers.start();
    const head = await record(server, 1);
    const waiting = server.fetch(`/balance?after=${head + 1}`, { headers: { prefer: 'wait=60' } });
    await foldedUpTo(server, '/balance', head);

    const ended = await server.stop();

    expect((await waiting).status).toBe(503);
    expect(ended.code).toBe(0);
  });
});

describe('a client that stalls', () => {
  it('in the middle of its request, does not keep the server from ending', async () => {
    const server = await servers.start();
    await halfSent(server, 100);
    expect((await server.stop()).code).toBe(0);
  }, 15_000);

  it('in the middle of the answer, does not keep the server from ending', async () => {
    const server = await servers.start();
    const socket = connect(portOf(server), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'readable'); // and nothing is read
    expect((await server.stop()).code).toBe(0);
  }, 15_000);

  it('between two requests, does not keep the server from ending', async () => {
    const server = await servers.start();
    const socket = connect(portOf(server), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'data');
    expect((await server.stop()).code).toBe(0);
  }, 15_000);
});

describe('SIGKILL', () => {
  it('loses nothing that was acknowledged, and needs no tidying up', async () => {
    const first = await servers.start();
    await record(first, 1, 1, 1, 1, 2);
    await first.kill();

    const second = await servers.start();

    expect(await second.json('/values')).toEqual([1, 1, 1, 1, 2]);
    expect(await second.json('/balance')).toMatchObject({ value: '6', position: 5 });
    expect(await record(second, 5)).toBe(6);
  });
});

describe('a second server on the same data folder', () => {
  it('refuses to start, says which process has it, and leaves the first one in peace', async () => {
    const first = await servers.start();
    await record(first, 5);

    const { code, signal, stderr, stdout } = await runToEnd({ PORT: '0', LEFTFOLD_DATA: servers.path });

    expect(signal).toBeNull();
    expect(code).toBeGreaterThan(0);
    expect(stdout).not.toContain('listens on');
    expect(stderr).toMatch(/^[^\n]*LEFTFOLD_DATA[^\n]*\n$/);
    expect(stderr).toMatch(new RegExp(`\\b${String(first.process.pid)}\\b`));
    expect(await record(first, 6)).toBe(2);
    expect(await first.json('/values')).toEqual([5, 6]);
    expect((await first.stop()).code).toBe(0);
  });
});
