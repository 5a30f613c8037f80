import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { request, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { createHttpServer, listenOnEach } from './http-server.js';

async function listening(server: Server, host = '127.0.0.1'): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** All that a server sends until it closes the connection. */
async function allOf(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('error', () => undefined);
  await once(socket, 'close');
  return text;
}

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

describe('the most connections', () => {
  const server = createHttpServer((_, response) => response.end('here'), { connections: 2 });
  let port: number;

  beforeAll(async () => {
    port = await listening(server);
  });

  afterEach(async () => {
    const count = promisify(server.getConnections.bind(server));
    while ((await count()) > 0) await new Promise(setImmediate);
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('are served; one more is told why it is not, and its connection ends', async () => {
    const first = await connected(port);
    const held = [first, await connected(port)];
    const answer = await allOf(await connected(port));
    expect(answer).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
    expect(answer).toContain('Retry-After: 1\r\n');
    expect(answer).toContain('Connection: close\r\n');
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({
      type: 'urn:leftfold:problem:too-many-connections',
      status: 503,
    });
    first.write(GET);
    expect(String((await once(first, 'data'))[0])).toContain('200 OK');
    for (const socket of held) socket.destroy();
  });

  it('are those that are open: after one has closed, the next is served', async () => {
    const held = [await connected(port), await connected(port)];
    expect(await allOf(await connected(port))).toContain('too-many-connections');
    held[0]?.destroy();
    for (;;) {
      const next = await connected(port);
      next.write(GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
      if ((await allOf(next)).endsWith('here')) break;
    }
    held[1]?.destroy();
  });

  it('are closed without an answer once a hundred others are being refused', async () => {
    const held = [await connected(port), await connected(port)];
    // They neither read their answer to its end nor close.
    const stubborn = await Promise.all(
      Array.from({ length: 100 }, () => {
        const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
        return once(
          socket.on('error', () => undefined),
          'connect',
        ).then(() => socket);
      }),
    );
    expect(await allOf(connect(port, '127.0.0.1'))).toBe('');
    // The server closes these by itself.
    await Promise.all(stubborn.map((socket) => once(socket.resume(), 'end')));
    for (const socket of [...held, ...stubborn]) socket.destroy();
  });
});

describe('a server on localhost', () => {
  it('is reached by each of its addresses, and closes all of them', async () => {
    const addresses = (await lookup('localhost', { all: true })).map(({ address }) => address);
    const server = createHttpServer((_, response) => response.end('here'), {});
    const port = await listening(server, 'localhost');
    await listenOnEach('localhost', server);
    for (const host of addresses) {
      const [response] = (await once(request({ host, port, agent: false }).end(), 'response')) as [
        { statusCode: number; resume: () => void },
      ];
      expect(response.statusCode).toBe(200);
      response.resume();
    }
    server.close();
    await once(server, 'close');
    for (const host of addresses) {
      const [error] = (await once(connect(port, host), 'error')) as [NodeJS.ErrnoException];
      expect(error.code).toMatch(/ECONNREFUSED|EADDRNOTAVAIL/);
    }
  });
});
