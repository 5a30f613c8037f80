/** A context with a key, over a log server that asks for credentials: it folds, appends, says why it cannot, and goes on with another key. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { contextApp } from '../../../src/apps/context/context-app.js';
import { logApp } from '../../../src/apps/log/log-app.js';
import type { monolith } from '../../../src/apps/monolith/monolith.module.js';
import { PARTS } from '../../../src/apps/monolith/monolith.module.js';
import { readSettings, type Environment, type Settings } from '../../../src/apps/settings.js';
import { startApp, type Running } from '../../../src/apps/start-app.js';
import { HelloWorldModule } from '../../../src/contexts/hello-world.module.js';
import { formatKeyFile, readKeyFile } from '../../../src/runtime/access/keys/key-file.js';
// The app imports it when it opens the store; Jest loads no built-in modules by then.
import '../../../src/runtime/stores/remote/remote.store.js';
import { writeKeys } from '../../support/api-keys.js';

const parts = { ...PARTS, contexts: [HelloWorldModule] };
const folder = mkdtempSync(join(tmpdir(), 'leftfold-log-with-keys-'));
const keyFile = join(folder, 'keys.json');
const clientKey = join(folder, 'client.key');

const given = {
  context: { scopes: ['log'] },
  other: { scopes: ['log'] },
  small: { scopes: ['query:*', 'events:read', 'operate'] },
  revoked: { scopes: ['log'], revoked: '2026-01-02T00:00:00.000Z' },
  reader: { scopes: ['events:read'] },
};
const keys = writeKeys(keyFile, given);

function revoke(name: keyof typeof given): void {
  const kept = (readKeyFile(keyFile)?.keys ?? []).map((key) =>
    key.name === name ? { ...key, revoked: '2026-01-02T00:00:00.000Z' } : key,
  );
  writeFileSync(keyFile, formatKeyFile(kept));
}

const logged: string[] = [];
const write = (...texts: unknown[]): void => {
  logged.push(texts.map(String).join(' '));
};
const logger = { log: write, warn: write, error: write, debug: write, verbose: write };

let log: Running;

function start(
  define: (settings: Settings, all: typeof parts) => ReturnType<typeof monolith>,
  environment: Environment,
): Promise<Running> {
  const settings = readSettings({ PORT: '0', ...environment });
  return startApp(settings, logger, '0.0.0', define(settings, parts));
}

const startContext = (environment: Environment): Promise<Running> =>
  start(contextApp, {
    LEFTFOLD_CONTEXTS: 'numbers,sum',
    LEFTFOLD_STORE: log.url,
    LEFTFOLD_DATA: mkdtempSync(join(folder, 'context-')),
    ...environment,
  });

beforeAll(async () => {
  log = await start(logApp, {
    LEFTFOLD_STORE: 'memory',
    LEFTFOLD_ANONYMOUS: 'none',
    LEFTFOLD_KEYS: keyFile,
  });
});

afterAll(async () => {
  await log.app.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly json: unknown;
}

async function ask(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  return { status: response.status, json: JSON.parse(await response.text()) };
}

/** Of all that was recorded. */
let total = 0;

async function record({ url }: Running, value: number): Promise<Answer> {
  const answer = await ask(`${url}/numbers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ value }),
  });
  if (answer.status === 201) total += value;
  return answer;
}

async function recordAndFold(context: Running, value: number): Promise<void> {
  const { status, json } = await record(context, value);
  expect(status).toBe(201);
  const { position } = json as { position: number };
  const sum = await ask(`${context.url}/sum?after=${position}`, { headers: { prefer: 'wait=20' } });
  expect(sum).toMatchObject({ status: 200, json: { value: String(total), position } });
}

it.each<[string, () => Environment]>([
  ['LEFTFOLD_KEY', () => ({ LEFTFOLD_KEY: keys.context })],
  ['LEFTFOLD_KEY_FILE', () => ({ LEFTFOLD_KEY_FILE: clientKey })],
])('folds and appends with the key in %s', async (_, environment) => {
  writeFileSync(clientKey, `${keys.context}\n`);
  const context = await startContext(environment());
  try {
    await recordAndFold(context, 5);
  } finally {
    await context.app.close();
  }
  expect((await ask(`${log.url}/events`)).status).toBe(401);
  const headers = { authorization: `Bearer ${keys.reader}` };
  expect((await ask(`${log.url}/events`, { headers })).status).toBe(200);
});

it.each<[string, () => Environment, string]>([
  ['no key', () => ({}), 'it asks for a key; set LEFTFOLD_KEY or LEFTFOLD_KEY_FILE'],
  ['a wrong key', () => ({ LEFTFOLD_KEY: keys.context.slice(0, -4) + 'aaaa' }), '(The key is not known)'],
  ['a key that was revoked', () => ({ LEFTFOLD_KEY: keys.revoked }), '(The key has been revoked)'],
  [
    'a key that may do too little',
    () => ({ LEFTFOLD_KEY: keys.small }),
    '(key:small does not have the scope log)',
  ],
])('does not start with %s, and says why', async (_, environment, reason) => {
  const error: unknown = await startContext(environment()).catch((refused: unknown) => refused);
  expect((error as Error).message).toContain(reason);
  expect((error as Error).message).toContain('set LEFTFOLD_KEY or LEFTFOLD_KEY_FILE');
  expect((error as Error).message).not.toMatch(/lf_/);
});

it('waits while its key does not count, says so, and goes on with another one', async () => {
  writeFileSync(clientKey, keys.context);
  const context = await startContext({ LEFTFOLD_KEY_FILE: clientKey });
  try {
    await recordAndFold(context, 3);
    revoke('context');
    logged.length = 0;
    let answer = await record(context, 1);
    for (let tries = 0; answer.status === 201 && tries < 200; tries += 1) {
      await pause(50);
      answer = await record(context, 1);
    }
    expect(answer).toMatchObject({ status: 503, json: { type: 'urn:leftfold:problem:store-denied' } });
    expect((await ask(`${context.url}/health/live`)).status).toBe(200);
    const said = (): readonly string[] => logged.filter((line) => line.includes('LEFTFOLD_KEY'));
    for (let tries = 0; said().length === 0 && tries < 400; tries += 1) await pause(50);
    expect(said()).toEqual([
      expect.stringContaining('it does not take the key of this process (The key has been revoked); set '),
    ]);

    writeFileSync(clientKey, keys.other);
    for (let tries = 0; answer.status !== 201 && tries < 300; tries += 1) {
      await pause(100);
      answer = await record(context, 1);
    }
    expect(answer.status).toBe(201);
    await recordAndFold(context, 2);
    expect(logged.join('\n')).not.toMatch(/lf_/);
  } finally {
    await context.app.close();
  }
}, 60_000);
