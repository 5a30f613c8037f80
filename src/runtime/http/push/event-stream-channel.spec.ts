/** What is written of a stream when its client or the server ends it. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { EventStreamChannel } from './event-stream-channel.js';

let server: Server;
let client: Socket;
let raw: ServerResponse;

/** Its client reads nothing yet. */
beforeEach(async () => {
  const begun = new Promise<ServerResponse>((resolve) => {
    server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' });
      resolve(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  raw = await begun;
});

afterEach(async () => {
  client.destroy();
  await new Promise((resolve) => server.close(resolve));
});

async function received(): Promise<string> {
  let text = '';
  client.on('error', () => undefined).setEncoding('utf8');
  for await (const chunk of client) text += String(chunk);
  return text;
}

const message = (id: string, length: number): { id: string; data: string } => ({
  id,
  data: 'x'.repeat(length),
});

it('has its reason after whole messages', async () => {
  const channel = new EventStreamChannel(raw, 1_000);
  expect(channel.send([message('1', 10)])).toBeUndefined();
  channel.end('server-stopping');
  expect(await received()).toMatch(/data: x{10}\n\n.*event: end\ndata: \{"reason":"server-stopping"\}/s);
});

it('that is ended within a message is cut, so that the message is asked for again', async () => {
  const channel = new EventStreamChannel(raw, 1_000);
  const sending = channel.send([message('1', 10)]);
  await sending;
  const long = channel.send([message('2', 32 * 1024 * 1024)]);
  expect(long).toBeDefined();
  channel.end('server-stopping');
  const text = await received().catch(() => '');
  expect(text).not.toContain('event: end');
  expect(text.slice(-2)).not.toBe('\n\n');
});

it('of a client that has gone before it began is over', async () => {
  const closed = new Promise((resolve) => raw.once('close', resolve));
  client.destroy();
  await closed;
  const channel = new EventStreamChannel(raw, 1_000);
  let isOver = false;
  channel.onClose(() => {
    isOver = true;
  });
  expect(isOver).toBe(true);
});
