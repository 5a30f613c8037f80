/** Who has sent a request is recorded with what it records, and logged with what an operator does; credentials are nowhere. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { z } from 'zod';
import { contextApp } from '../../../src/apps/context/context-app.js';
import { logApp } from '../../../src/apps/log/log-app.js';
import { PARTS, monolith } from '../../../src/apps/monolith/monolith.module.js';
import { readSettings, type Environment, type Settings } from '../../../src/apps/settings.js';
import { startApp, type Running } from '../../../src/apps/start-app.js';
import { HelloWorldModule } from '../../../src/contexts/hello-world.module.js';
import { LeftfoldModule, defineEvent } from '../../../src/runtime/index.js';
// The app imports it when it opens the store; Jest loads no built-in modules by then.
import '../../../src/runtime/stores/remote/remote.store.js';
import { writeKeys } from '../../support/api-keys.js';

const open = (type: string): ReturnType<typeof defineEvent> =>
  defineEvent({ type, open: true, schema: z.strictObject({ text: z.string() }) });

@Module({ imports: [LeftfoldModule.forFeature({ contracts: [open('note.taken'), open('memo.taken')] })] })
class NotesModule {}

const parts = { ...PARTS, contexts: [HelloWorldModule, NotesModule] };
const folder = mkdtempSync(join(tmpdir(), 'leftfold-principals-'));
const data = join(folder, 'data');
const keys = writeKeys(join(folder, 'keys.json'), {
  'till-1': { scopes: ['command:number', 'query:sum', 'events:read', 'events:append:note.*'] },
  'till-2': { scopes: ['command:number'] },
  operator: { scopes: ['operate', 'query:product'] },
});

const logged: string[] = [];
const logger = {
  log: (...texts: unknown[]) => logged.push(texts.map(String).join(' ')),
  warn: (...texts: unknown[]) => logged.push(texts.map(String).join(' ')),
  error: (...texts: unknown[]) => logged.push(texts.map(String).join(' ')),
  debug: (...texts: unknown[]) => logged.push(texts.map(String).join(' ')),
  verbose: (...texts: unknown[]) => logged.push(texts.map(String).join(' ')),
};
const answers: string[] = [];

function start(
  define: (settings: Settings, all: typeof parts) => ReturnType<typeof monolith>,
  environment: Environment,
): Promise<Running> {
  const settings = readSettings({
    LEFTFOLD_DATA: data,
    LEFTFOLD_KEYS: join(folder, 'keys.json'),
    PORT: '0',
    ...environment,
  });
  return startApp(settings, logger, '0.0.0', define(settings, parts));
}

interface Sent {
  readonly key?: string;
  readonly idempotencyKey?: string;
  readonly body?: unknown;
  readonly type?: string;
}

async function send(
  url: string,
  { key, idempotencyKey, body, type = 'application/json' }: Sent = {},
): Promise<{ status: number; location: string | null; json: unknown }> {
  const response = await fetch(url, {
    headers: {
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      ...(body !== undefined && { 'content-type': type }),
    },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  const text = await response.text();
  answers.push(text, JSON.stringify([...response.headers]));
  const json: unknown = (response.headers.get('content-type') ?? '').includes('json')
    ? JSON.parse(text)
    : text;
  return { status: response.status, location: response.headers.get('location'), json };
}

const metadataAt = async (url: string, position: number): Promise<unknown> =>
  ((await send(`${url}/events/${position}`, { key: keys['till-1'] })).json as { metadata: unknown }).metadata;

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a log that was written without credentials', () => {
  let running: Running;
  let first: string | null;

  beforeAll(async () => {
    const before = await start(monolith, {});
    const sent = { idempotencyKey: 'a', body: { value: 5 } };
    ({ location: first } = await send(`${before.url}/numbers`, sent));
    await before.app.close();
    running = await start(monolith, { LEFTFOLD_ANONYMOUS: 'none' });
  });

  afterAll(() => running.app.close());

  it('is still known by its idempotency keys', async () => {
    const sent = { key: keys['till-1'], idempotencyKey: 'a', body: { value: 5 } };
    expect(await send(`${running.url}/numbers`, sent)).toMatchObject({ status: 201, location: first });
  });

  it('does not keep a principal from using the same key for something else', async () => {
    const sent = { key: keys['till-1'], idempotencyKey: 'a', body: { value: 6 } };
    const { status, location } = await send(`${running.url}/numbers`, sent);
    expect(status).toBe(201);
    expect(location).not.toBe(first);
    expect(await send(`${running.url}/numbers`, sent)).toMatchObject({ status: 201, location });
  });

  it('each principal has idempotency keys of its own', async () => {
    const sent = { idempotencyKey: 'b', body: { value: 7 } };
    const [one, two] = [
      await send(`${running.url}/numbers`, { ...sent, key: keys['till-1'] }),
      await send(`${running.url}/numbers`, { ...sent, key: keys['till-2'] }),
    ];
    expect(one.location).not.toBe(two.location);
    const again = await send(`${running.url}/numbers`, { ...sent, key: keys['till-1'] });
    expect(again.location).toBe(one.location);
    const other = { ...sent, body: { value: 8 }, key: keys['till-1'] };
    expect((await send(`${running.url}/numbers`, other)).status).toBe(422);
  });

  it('has who recorded an event in its metadata', async () => {
    const { json } = await send(`${running.url}/numbers`, { key: keys['till-2'], body: { value: 1 } });
    const { position } = json as { position: number };
    expect(await metadataAt(running.url, position)).toEqual({ principal: 'key:till-2' });
    expect(await metadataAt(running.url, 1)).toEqual({});
  });

  it('has nobody whom a client makes up', async () => {
    const event = { type: 'note.taken', data: { text: 'x' } };
    const key = keys['till-1'];
    const made = { events: [{ ...event, metadata: { principal: 'key:operator' } }] };
    expect((await send(`${running.url}/events`, { key, body: made })).status).toBe(422);
    const cloudEvent = { specversion: '1.0', id: '1', source: '/x', ...event, principal: 'key:operator' };
    const sent = { key, body: cloudEvent, type: 'application/cloudevents+json' };
    const { status, json } = await send(`${running.url}/events`, sent);
    expect(status).toBe(201);
    expect(await metadataAt(running.url, (json as { first: number }).first)).toEqual({
      principal: 'key:till-1',
    });
  });

  it('takes the types of events only that the principal may append', async () => {
    const bodyOf = (...types: string[]): object => ({
      events: types.map((type) => ({ type, data: { text: 'x' } })),
    });
    const key = keys['till-1'];
    expect((await send(`${running.url}/events`, { key, body: bodyOf('note.taken') })).status).toBe(201);
    const { status, json } = await send(`${running.url}/events`, {
      key,
      body: bodyOf('note.taken', 'memo.taken'),
    });
    expect(status).toBe(403);
    expect(json).toMatchObject({ scope: 'events:append:memo.taken' });
  });

  it.each(['notiz.é', 'memo.€', 'memo"', 'memo\r\nset-cookie: a=b'])(
    'refuses a type that no header can name: %j',
    async (type) => {
      const body = { events: [{ type, data: {} }] };
      const { status, json } = await send(`${running.url}/events`, { key: keys['till-1'], body });
      expect(status).toBe(403);
      expect(json).toMatchObject({ scope: `events:append:${type}` });
    },
  );

  it('tells everybody whether it is ready, and operators why', async () => {
    expect((await send(`${running.url}/health/ready`)).json).toEqual({ status: 'ready' });
    const { json } = await send(`${running.url}/health/ready`, { key: keys.operator });
    expect(json).toMatchObject({ status: 'ready', log: { status: 'available' } });
  });

  it('logs what an operator does with who it was', async () => {
    await send(`${running.url}/projections/sum/audit`, { key: keys.operator, body: {} });
    expect(logged.join('\n')).toContain('audit of sum, asked for by key:operator');
  });
});

describe('a context that another process serves', () => {
  const started: Running[] = [];
  let front: Running;

  beforeAll(async () => {
    const memory = { LEFTFOLD_STORE: 'memory' };
    const log = await start(logApp, { ...memory, LEFTFOLD_CONTEXTS: 'numbers' });
    const own = {
      LEFTFOLD_STORE: log.url,
      LEFTFOLD_CONTEXTS: 'product',
      LEFTFOLD_DATA: join(folder, 'product'),
    };
    const context = await start(contextApp, own);
    front = await start(monolith, {
      LEFTFOLD_STORE: log.url,
      LEFTFOLD_FORWARD: `product=${context.url}`,
      LEFTFOLD_ANONYMOUS: 'none',
      LEFTFOLD_DATA: join(folder, 'front'),
    });
    started.push(log, context, front);
  });

  afterAll(async () => {
    for (const { app } of started.toReversed()) await app.close();
  });

  it.each(['/product', '/product/history', '/projections/product', '/product/nothing'])(
    'is asked for %s by those only who may',
    async (path) => {
      expect((await send(front.url + path)).status).toBe(401);
      expect((await send(front.url + path, { key: 'nonsense' })).status).toBe(401);
      expect((await send(front.url + path, { key: keys['till-2'] })).status).toBe(403);
    },
  );

  it('answers those who may', async () => {
    expect((await send(`${front.url}/product`, { key: keys.operator })).status).toBe(200);
    expect((await send(`${front.url}/projections/product`, { key: keys.operator })).status).toBe(200);
  });
});

describe('a key', () => {
  it('is in no log line, no answer and no file', () => {
    const secrets = Object.values(keys).map((text) => text.replace(/^lf_[^_]*_/, ''));
    const texts = [...logged, ...answers, ...filesIn(folder)];
    expect(texts.length).toBeGreaterThan(20);
    for (const secret of secrets) expect(texts.filter((text) => text.includes(secret))).toEqual([]);
  });
});

function filesIn(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [readFileSync(path, 'latin1')];
  return readdirSync(path).flatMap((name) => filesIn(join(path, name)));
}
