/** A connection that the server closes while it is idle, just as the client uses it again. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ConnectionBroken, LogClient, type ClientRequestOptions } from './log-client.js';

describe('a request over a connection that the server has just closed', () => {
  let server: Server;
  let client: LogClient;
  let arrived: number;

  beforeEach(async () => {
    arrived = 0;
    const used = new Set<Socket>();
    server = createServer((request, response) => {
      if (used.has(request.socket)) {
        request.socket.destroy();
        return;
      }
      used.add(request.socket);
      arrived += 1;
      request.resume().once('end', () => response.end('answer'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    client = new LogClient(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
    await client.text(await client.answer('/head'));
  });

  afterEach(() => {
    client.close();
    server.closeAllConnections();
    server.close();
  });

  it.each<[string, ClientRequestOptions]>([
    ['a GET', {}],
    ['a query in a body', { method: 'POST', body: '{}', recordsNothing: true }],
  ])('is sent again: %s', async (_, options) => {
    expect(await client.text(await client.answer('/commits', options))).toBe('answer');
    expect(arrived).toBe(2);
  });

  it('is not when it may have recorded something: its sender asks under the same id', async () => {
    const sent = client.answer('/commits', { method: 'POST', body: '{}' });
    await expect(sent).rejects.toThrow(ConnectionBroken);
    await expect(sent).rejects.toMatchObject({ mayHaveArrived: true });
  });
});
