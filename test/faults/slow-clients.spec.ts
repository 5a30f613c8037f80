/** Clients that send a byte a second neither slow the server for others nor keep their connections. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Server } from '../support/server.js';

const CLIENTS = 1_000;
const HEAD = `POST /entries HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-Slow: ${'x'.repeat(200)}`;
/** What the issue of slow clients asks for. A machine that is busy with something else takes longer without any client, too. */
const MAX_MS = 100;

/** Sends the bytes of a request, one a second, until the server ends the connection. */
class SlowClient {
  answer = '';
  readonly ended: Promise<unknown>;
  #sent = 0;

  constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => (this.answer += chunk.toString()));
    socket.on('error', () => undefined);
    this.ended = once(socket, 'close');
  }

  static async of({ url }: Server): Promise<SlowClient> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new SlowClient(socket);
  }

  send(): void {
    if (!this.socket.destroyed && this.socket.writable) this.socket.write(HEAD[this.#sent++] ?? 'x');
  }

  close(): void {
    this.socket.destroy();
  }
}

async function medianOf(server: Server, requests: number): Promise<number> {
  const took: number[] = [];
  for (let index = 0; index < requests; index++) {
    const began = performance.now();
    const response = await server.fetch('/health/live');
    await response.arrayBuffer();
    took.push(performance.now() - began);
    expect(response.status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  return took.sort((one, other) => one - other)[requests >> 1] ?? Infinity;
}

describe(`${CLIENTS} clients that send a byte a second`, () => {
  const clients: SlowClient[] = [];
  let server: Server;
  let sending: NodeJS.Timeout;

  beforeAll(async () => {
    server = await Server.start({ LEFTFOLD_STORE: 'memory' });
    await server.ready();
  });

  afterAll(async () => {
    clearInterval(sending);
    for (const client of clients) client.close();
    await server.stop();
  });

  it('leave /health/live answering, and are ended with 408', async () => {
    const before = await medianOf(server, 30);
    for (let index = 0; index < CLIENTS; index += 100)
      clients.push(...(await Promise.all(Array.from({ length: 100 }, () => SlowClient.of(server)))));
    // A hundredth of them each ten milliseconds, so that this process is not what is slow.
    let turn = 0;
    sending = setInterval(() => {
      for (let index = turn++ % 100; index < CLIENTS; index += 100) clients[index]?.send();
    }, 10);
    const during = await medianOf(server, 80);
    expect(during).toBeLessThan(Math.max(MAX_MS, 4 * before));

    await Promise.all(clients.map(({ ended }) => ended));
    const answered = clients.filter(({ answer }) => answer.startsWith('HTTP/1.1 408 '));
    expect(answered).toHaveLength(CLIENTS);
    expect(answered[0]?.answer).toContain('urn:leftfold:problem:request-timeout');
    expect((await server.fetch('/health/live')).status).toBe(200);
  }, 30_000);
});

describe('more clients than LEFTFOLD_CONNECTIONS', () => {
  it('are told so at once, and others are served again when some have gone', async () => {
    const server = await Server.start({ LEFTFOLD_STORE: 'memory', LEFTFOLD_CONNECTIONS: '3' });
    try {
      const held = await Promise.all([1, 2, 3].map(() => SlowClient.of(server)));
      const refused = await SlowClient.of(server);
      await refused.ended;
      expect(refused.answer).toMatch(/^HTTP\/1\.1 503 .*too-many-connections/s);
      for (const client of held) client.close();
      await Promise.all(held.map(({ ended }) => ended));
      for (;;) if ((await server.fetch('/health/live')).status === 200) break;
    } finally {
      await server.kill();
    }
  });
});
