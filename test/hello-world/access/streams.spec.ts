/** A stream asks as any request does, and ends once the key that it was begun with does not count any more. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as elapsed } from 'node:timers/promises';
import { PARTS } from '../../../src/apps/monolith/monolith.module.js';
import { startMonolith } from '../../../src/apps/monolith/start-monolith.js';
import { readSettings } from '../../../src/apps/settings.js';
import type { Running } from '../../../src/apps/start-app.js';
import { HelloWorldModule } from '../../../src/contexts/hello-world.module.js';
import { PushStreams } from '../../../src/runtime/http/push/push-streams.js';
import { PushGateway } from '../../../src/runtime/http/push/websocket/push-gateway.js';
import { writeKeys } from '../../support/api-keys.js';
import { SocketClient } from '../../support/socket-client.js';
import { until } from '../../support/api.js';
import { SILENT } from '../../support/documented-requests.js';

const folder = mkdtempSync(join(tmpdir(), 'leftfold-streams-'));
const file = join(folder, 'keys.json');
const both = ['query:sum', 'events:read'];
const keys = writeKeys(file, { reader: { scopes: both }, other: { scopes: ['query:product'] } });

let running: Running;

beforeAll(async () => {
  const settings = readSettings({
    LEFTFOLD_STORE: 'memory',
    LEFTFOLD_ANONYMOUS: 'none',
    LEFTFOLD_KEYS: file,
    PORT: '0',
  });
  running = await startMonolith(settings, SILENT, '0.0.0', { ...PARTS, contexts: [HelloWorldModule] });
});

afterAll(async () => {
  await running.app.close();
  rmSync(folder, { recursive: true, force: true });
});

function streamOf(path: string, key?: string): Promise<Response> {
  return fetch(running.url + path, {
    headers: {
      accept: 'text/event-stream',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
  });
}

it.each(['/sum', '/events'])('%s is for those who may', async (path) => {
  expect((await streamOf(path)).status).toBe(401);
  expect((await streamOf(path, keys.other)).status).toBe(403);
  const allowed = await streamOf(path, keys.reader);
  expect(allowed.status).toBe(200);
  await allowed.body?.cancel();
});

it('a WebSocket may what its key may, given in a header or as a subprotocol', async () => {
  const url = `${running.url}/push`;
  expect(await SocketClient.open(url, { headers: { authorization: 'Bearer nonsense' } })).toBe(401);
  expect(await SocketClient.open(url, { protocols: ['leftfold', 'bearer.nonsense'] })).toBe(401);
  const clients = await Promise.all([
    SocketClient.open(url),
    SocketClient.open(url, { headers: { authorization: `Bearer ${keys.other}` } }),
    SocketClient.open(url, { protocols: ['leftfold', `bearer.${keys.reader}`] }),
  ]);
  const answers = [];
  for (const client of clients) {
    if (typeof client === 'number') throw new Error('refused');
    client.send({ type: 'subscribe', id: 'a', path: '/sum' });
    await until(() => client.got.length > 0);
    answers.push(client.problems[0] ?? client.socket.protocol);
    client.socket.terminate();
  }
  expect(answers).toEqual(['credentials-required', 'scope-missing', 'leftfold']);
});

it('ends when its key was revoked', async () => {
  const socket = await SocketClient.open(`${running.url}/push`, {
    protocols: ['leftfold', `bearer.${keys.reader}`],
  });
  if (typeof socket === 'number') throw new Error('refused');
  socket.send({ type: 'subscribe', id: 'a', path: '/sum' });
  await until(() => socket.of('a', 'subscribed').length === 1);
  const [sum, events] = [await streamOf('/sum', keys.reader), await streamOf('/events', keys.reader)];
  const streams = running.app.get(PushStreams);
  await elapsed(1_100); // the file is looked at once a second at most
  streams.check();
  expect(streams.count).toBeGreaterThanOrEqual(2);
  writeKeys(file, { somebody: { scopes: both } });
  await elapsed(1_100);
  streams.check();
  running.app.get(PushGateway).check();
  await until(() => socket.closed !== undefined);
  expect(socket.of('a', 'end')[0]?.reason).toBe('no-longer-allowed');
  expect(socket.closed).toEqual({ code: 1008, reason: 'no-longer-allowed' });
  for (const stream of [sum, events]) expect(await stream.text()).toContain('no-longer-allowed');
  expect((await streamOf('/sum', keys.reader)).status).toBe(401);
});
