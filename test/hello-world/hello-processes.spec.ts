/** `npm run hello`: the classic session, with the three programs as three processes. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { TemporaryFolder } from '../support/server.js';
import { Subscriber } from './support/subscriber.js';

const ROOT = join(import.meta.dirname, '..', '..');
const folder = new TemporaryFolder();
let first: number;
let hello: ChildProcess;
let output = '';

/** The first of three ports that are free. */
async function threePorts(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 20_000);
    const servers = [port, port + 1, port + 2].map((each) => createServer().listen(each, '127.0.0.1'));
    const listening = await Promise.allSettled(servers.map((server) => once(server, 'listening')));
    await Promise.allSettled(
      servers.filter((server) => server.listening).map((server) => once(server.close(), 'close')),
    );
    if (listening.every(({ status }) => status === 'fulfilled')) return port;
  }
}

async function start(): Promise<void> {
  hello = spawn(process.execPath, [join(ROOT, 'tools', 'hello.mjs')], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      PORT: String(first),
      LEFTFOLD_DATA: folder.path,
      LEFTFOLD_SEED: '1,1,1,1,2',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  output = '';
  hello.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  hello.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  while (!output.includes('multiplier listens on')) {
    if (hello.exitCode !== null) throw new Error(output);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function text(method: string, port: number, path: string, body?: string): Promise<string> {
  const response = await fetch(`http://localhost:${port}${path}`, {
    method,
    ...(body !== undefined && { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
  });
  return response.text();
}

/** What it answers once it answers this, at the latest after ten seconds. */
async function textOnce(expected: string, port: number, path: string): Promise<string> {
  const end = Date.now() + 10_000;
  for (;;) {
    const found = await text('GET', port, path);
    if (found === expected || Date.now() > end) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const adder = (sum: number): string => `\nadder state: ${sum}\n`;
const multiplier = (product: number): string => `\nmultiplier state: ${product}\n`;

beforeAll(async () => {
  first = await threePorts();
  await start();
}, 60_000);

afterAll(async () => {
  if (hello.exitCode === null) {
    hello.kill('SIGTERM'); // it ends the others
    await once(hello, 'exit');
  }
  folder.remove();
});

describe('the hello world as three processes', () => {
  it('answers the classic session to the letter', async () => {
    const [log, sum, product] = [first, first + 1, first + 2];
    expect(await text('POST', log, `/subscribe/${sum}`)).toBe(`["${sum}"]`);
    expect(await text('POST', log, `/subscribe/${product}`)).toBe(`["${sum}","${product}"]`);
    expect(await text('POST', log, `/subscribe/${product}`)).toBe(`["${sum}","${product}"]`);
    expect(await text('GET', log, '/subscribers')).toBe(`["${sum}","${product}"]`);
    expect(await textOnce(adder(6), sum, '/state')).toBe(adder(6));
    expect(await text('POST', log, '/push', 'event=5')).toBe('[1,1,1,1,2,5]');
    expect(await textOnce(adder(11), sum, '/state')).toBe(adder(11));
    expect(await textOnce(multiplier(10), product, '/state')).toBe(multiplier(10));
  });

  it('folds nothing that a message says, but only what is in the log', async () => {
    const sum = first + 1;
    for (const body of ['{"event": 1000}', '{"event": 1000}', 'no JSON', '']) {
      const response = await fetch(`http://localhost:${sum}/receive`, { method: 'POST', body });
      expect(response.status).toBe(204);
    }
    await text('POST', first, '/push', 'event=2');
    expect(await textOnce(adder(13), sum, '/state')).toBe(adder(13));
    expect(await textOnce(multiplier(20), first + 2, '/state')).toBe(multiplier(20));
  });

  it('tells a program that never answers, as the first ones did', async () => {
    const subscriber = await Subscriber.start();
    expect(JSON.parse(await text('GET', first, '/log'))).toEqual([1, 1, 1, 1, 2, 5, 2]);
    await text('POST', first, `/subscribe/${subscriber.port}`);
    await text('POST', first, '/push', 'event=3');
    while (subscriber.heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(subscriber.heard).toEqual([['POST /receive', { event: 3 }]]);
    await subscriber.stop();
  });

  it('ends its processes together, and begins where it was', async () => {
    hello.kill('SIGINT');
    const [code] = (await once(hello, 'exit')) as [number | null];
    expect(code).toBe(0);
    await expect(fetch(`http://localhost:${first + 1}/state`)).rejects.toThrow();
    await start();
    expect(await textOnce(adder(16), first + 1, '/state')).toBe(adder(16));
    expect(output).not.toContain('Warning');
  }, 60_000);

  it.each(['0', 'x', '65534'])('refuses PORT=%s', async (port) => {
    const refused = spawn(process.execPath, [join(ROOT, 'tools', 'hello.mjs')], { env: { PORT: port } });
    const [code] = (await once(refused, 'exit')) as [number | null];
    expect(code).toBe(2);
  });
});
