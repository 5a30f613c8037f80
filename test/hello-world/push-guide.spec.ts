/** The examples of `docs/push.md` do what it says, as they stand there: in a shell, in a browser, and message by message. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Browser, Page } from 'playwright-core';
import { PARTS } from '../../src/apps/monolith/monolith.module.js';
import { startMonolith } from '../../src/apps/monolith/start-monolith.js';
import { readSettings } from '../../src/apps/settings.js';
import { HelloWorldModule } from '../../src/contexts/hello-world.module.js';
import { createClient, type Client } from '../../src/runtime/client/index.js';
import { until } from '../support/api.js';
import { hasBrowser, launchBrowser } from '../support/browser.js';
import { SILENT } from '../support/documented-requests.js';
import { PROJECT, asShown, blocksOf } from '../support/readme.js';
import { SocketClient } from '../support/socket-client.js';

const GUIDE = 'docs/push.md';
const [command, shown, eventSource, webSocket, ...more] = blocksOf(GUIDE);

let app: NestFastifyApplication;
let url: string;
let client: Client;

/** Where the guide's addresses are in this test. */
const here = (text = ''): string => text.replaceAll('127.0.0.1:3000', new URL(url).host);

beforeAll(async () => {
  const settings = readSettings({ LEFTFOLD_STORE: 'memory', PORT: '0' });
  const running = await startMonolith(settings, SILENT, '0.0.0', { ...PARTS, contexts: [HelloWorldModule] });
  ({ app, url } = running);
  client = createClient({ url });
  await client.decider('numbers').create(['5', '2', '4', '1', '1'].map((value) => ({ value })));
  for (const number of [4, 5])
    await client.decider('numbers').execute(number, 'retraction', { reason: 'a slip' });
});

afterAll(() => app.close());

it('has four examples, all of which are run here', () => {
  expect([command, shown, eventSource, webSocket].map((block) => block?.language)).toEqual([
    'sh',
    'text',
    'js',
    'js',
  ]);
  expect(more).toEqual([]);
});

it('shows what the command prints', async () => {
  const shell = spawn('bash', ['-c', `exec ${here(command?.text)}`], { stdio: ['ignore', 'pipe', 'ignore'] });
  let printed = '';
  shell.stdout.setEncoding('utf8').on('data', (part: string) => (printed += part));
  const anyRetry = new RegExp(asShown(shown?.text.replace(/(?<=retry: )\d+/, '…') ?? ''));
  try {
    await until(() => printed.endsWith('}\n\n'));
  } finally {
    shell.kill();
    await once(shell, 'close');
  }
  expect(printed.trimEnd()).toMatch(anyRetry);
});

(hasBrowser ? describe : describe.skip)('in a browser', () => {
  let browser: Browser;
  let page: Page;
  let said: unknown[];

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  afterAll(() => browser.close());

  beforeEach(async () => {
    const context = await browser.newContext({ bypassCSP: true });
    page = await context.newPage();
    await page.goto(`${url}/asyncapi.json`);
    said = [];
    await page.exposeFunction('hear', (...heard: readonly unknown[]) => said.push(heard));
    await page.addScriptTag({ content: 'const show = hear; console.info = hear;' });
  });

  it('EventSource shows all that was recorded, and then what is', async () => {
    await page.addScriptTag({ content: here(eventSource?.text) });
    await until(() => said.length === 5);
    const { position } = await client.decider('numbers').create({ value: '8' });
    await until(() => said.length === 6);
    expect(said.at(-1)).toEqual([
      expect.objectContaining({ position, data: { value: '8' } }),
      String(position),
    ]);
    await client.decider('numbers').execute(position, 'retraction', { reason: 'tried out' });
  });

  it('WebSocket gets the events and the state', async () => {
    await page.addScriptTag({ content: here(webSocket?.text) });
    const { value } = (await (await fetch(`${url}/sum`)).json()) as { readonly value: string };
    await until(() => said.length >= 9);
    const heard = said.flat();
    expect(heard).toContainEqual({ type: 'subscribed', id: 'a', position: '0' });
    expect(heard).toContainEqual(expect.objectContaining({ type: 'next', id: 'a', position: '1' }));
    expect(heard).toContainEqual(
      expect.objectContaining({ type: 'next', id: 'b', data: expect.objectContaining({ value }) as unknown }),
    );
  });
});

it('has each message of a client answered with what it says', async () => {
  const socket = await SocketClient.open(`${url}/push`);
  if (typeof socket === 'number') throw new Error(`the upgrade was answered with ${socket}`);
  const text = readFileSync(join(PROJECT, GUIDE), 'utf8');
  const [, rows = ''] = /^\| the client sends[^\n]*\n\|[^\n]*\n((?:\|[^\n]*\n)+)/m.exec(text) ?? [];
  const messages = [...rows.matchAll(/^\| `([^`]+)` \| `(\w+)`/gm)];
  expect(messages).toHaveLength(3);
  for (const [, message, answer] of messages) {
    socket.send(message);
    await until(() => socket.got.some(({ type }) => type === answer));
  }
  expect(socket.problems).toEqual([]);
  socket.socket.terminate();
});
