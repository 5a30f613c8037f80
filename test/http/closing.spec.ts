/** `app.close()` of a foreign application ends, whatever its clients do. */
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import { add } from '../support/amounts.js';
import { PLATFORMS, startForeign } from '../support/foreign-application.js';

describe.each(PLATFORMS)('closing on %s', (platform) => {
  it('ends although clients send one request after the other over kept connections', async () => {
    const { app, url } = await startForeign(platform, { http: { events: true } });
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    let isOver = false;
    const ask = (): Promise<void> =>
      new Promise((resolve) => {
        get(`${url}/total`, { agent }, (answer: IncomingMessage) => {
          answer.resume().once('end', resolve);
        }).once('error', () => {
          isOver = true; // the server no longer listens
          resolve();
        });
      });
    const clients = Array.from({ length: 16 }, async () => {
      while (!isOver) await ask();
    });
    await ask();
    await app.close();
    await Promise.all(clients);
    agent.destroy();
    expect(isOver).toBe(true);
  }, 15_000);

  it('ends although a client has connected beforehand, and has not asked for anything yet', async () => {
    const { app, url } = await startForeign(platform, { http: { events: true } });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const ended = once(socket, 'close');
    socket.on('error', () => undefined);
    socket.resume();
    await once(socket, 'connect');
    await app.close();
    await ended;
  });

  it('ends although a client has stopped reading a stream', async () => {
    const { app, url } = await startForeign(platform, { http: { events: true } });
    const log = app.get(EventLog);
    for (let batch = 0; batch < 30; batch += 1)
      await add(log, ...Array.from({ length: 1000 }, (_, index) => index));
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\nAccept: application/x-ndjson\r\n\r\n');
    await once(socket, 'readable'); // and nothing is read
    await app.close();
    socket.destroy();
  }, 20_000);
});
