/** What pages of events hold in memory while their clients do not read them. */
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import { MAX_PAGE_BYTES } from '../../src/runtime/http/events/read-page.js';
import { DEFAULT_MAX_CHUNK_BYTES, threadTurns } from '../../src/runtime/http/kernel/thread-turns.js';
import { noteTaken } from '../support/amounts.js';
import { until } from '../support/api.js';
import { PLATFORMS, startForeign } from '../support/foreign-application.js';

const MAX_BYTES = 8 * 1024 * 1024;
const CLIENTS = 20;
const PAGES = 5;
/** Of pages that are collected at a time, and escapes and brackets of JSON. */
const ABOVE = 6 * MAX_PAGE_BYTES;

/** Asks for pages one after the other over one connection, before any answer, and reads nothing. */
function askForPages(url: string): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write('GET /events?limit=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(PAGES));
  return socket;
}

const ANSWER = 'HTTP/1.1 200';

/** Reads until all answers have begun. */
async function pagesIn(socket: Socket): Promise<number> {
  let [seen, rest] = [0, ''];
  socket.setEncoding('latin1').on('data', (part: string) => {
    const text = rest + part;
    seen += text.split(ANSWER).length - 1;
    rest = text.slice(1 - ANSWER.length);
  });
  await until(() => seen === PAGES);
  return seen;
}

describe.each(PLATFORMS)('pages of events on %s', (platform) => {
  afterEach(() => {
    threadTurns.maxBytes = DEFAULT_MAX_CHUNK_BYTES;
  });

  it('are bounded in bytes over all clients, and all of them are answered once they read', async () => {
    threadTurns.maxBytes = MAX_BYTES;
    const { app, url } = await startForeign(platform, { http: { events: true } });
    const log = app.get(EventLog);
    const note = noteTaken.create({ text: 'x'.repeat(50_000) });
    for (let batch = 0; batch < 10; batch += 1) await log.append(Array.from({ length: 10 }, () => note));
    const sockets = Array.from({ length: CLIENTS }, () => askForPages(url));
    let most = 0;
    const sampling = setInterval(() => {
      most = Math.max(most, threadTurns.heldBytes);
    }, 1);
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    await until(() => most > MAX_BYTES / 2);
    const pages = await Promise.all(sockets.map(pagesIn));
    clearInterval(sampling);
    expect(pages).toEqual(Array(CLIENTS).fill(PAGES));
    expect(most).toBeLessThan(MAX_BYTES + ABOVE);
    for (const socket of sockets) socket.destroy();
    await until(() => threadTurns.heldBytes === 0);
    await app.close();
  }, 90_000);
});
