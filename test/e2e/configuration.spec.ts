import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { runToEnd, Server, TemporaryFolder, type Environment } from '../support/server.js';

const folder = new TemporaryFolder();
const file = join(folder.path, 'file');
const data = join(folder.path, 'data');

beforeAll(() => {
  writeFileSync(file, 'not a folder');
});

afterAll(() => {
  folder.remove();
});

/** Expects that it does not start, and says why in one line. */
async function refuses(environment: Environment, setting: string, reason: RegExp): Promise<void> {
  const { code, signal, stderr, stdout } = await runToEnd({
    PORT: '0',
    LEFTFOLD_DATA: data,
    ...environment,
  });
  expect({ signal, stderr }).toEqual({
    signal: null,
    stderr: expect.stringMatching(/^[^\n]+\n$/) as unknown,
  });
  expect(stderr).toMatch(new RegExp(`\\b${setting}\\b`));
  expect(stderr).toMatch(reason);
  expect(code).toBeGreaterThan(0);
  expect(stdout).not.toContain('listens on');
}

describe('a setting that cannot be', () => {
  it.each([
    ['PORT', 'abc', /whole number from 0 to 65535.*"abc"/],
    ['PORT', '70000', /whole number from 0 to 65535.*"70000"/],
    ['PORT', '-1', /whole number/],
    ['PORT', ' 80', /whole number/],
    ['HOST', '0.0.0.0', /loopback.*credentials/],
    ['HOST', '::', /loopback/],
    ['HOST', 'nonsense', /loopback/],
    ['LEFTFOLD_STORE', 'nope', /lmdb.*memory.*postgres:.*"nope"/],
    ['LEFTFOLD_SNAPSHOT_EVERY', '0', /whole number from 1/],
  ])('stops the start: %s=%s', async (setting, value, reason) => {
    await refuses({ [setting]: value }, setting, reason);
    expect(existsSync(data)).toBe(false);
  });
});

describe('a data folder that cannot be used', () => {
  it('stops the start: it is a file', async () => {
    await refuses({ LEFTFOLD_DATA: file }, 'LEFTFOLD_DATA', /cannot be used/);
  });

  it('stops the start: it is under a file', async () => {
    await refuses(
      { LEFTFOLD_DATA: join(file, 'data') },
      'LEFTFOLD_DATA',
      /cannot be used: .* is a file where a folder is needed/,
    );
  });

  it('stops the start: its log is no log', async () => {
    const broken = join(folder.path, 'broken');
    mkdirSync(join(broken, 'log'), { recursive: true });
    writeFileSync(join(broken, 'log', 'data.mdb'), 'garbage '.repeat(4096));
    await refuses({ LEFTFOLD_DATA: broken }, 'LEFTFOLD_DATA', /cannot be used/);
  });

  it('stops the start: a file stands where the projections keep their snapshots', async () => {
    const broken = join(folder.path, 'no-projections');
    mkdirSync(broken);
    writeFileSync(join(broken, 'projections'), 'not a folder');
    await refuses({ LEFTFOLD_DATA: broken }, 'LEFTFOLD_DATA', /cannot be used/);
  });
});

describe('a port in use', () => {
  it('stops the start, and leaves the data folder to the next one', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const port = String((other.address() as AddressInfo).port);
    const own = { LEFTFOLD_DATA: join(folder.path, 'port-in-use') };

    try {
      await refuses({ ...own, PORT: port }, 'PORT', new RegExp(`${port}.*in use`));
    } finally {
      other.close();
      await once(other, 'close');
    }
    const server = await Server.start({ ...own, PORT: port });
    expect(server.url).toBe(`http://127.0.0.1:${port}`);
    expect((await server.stop()).code).toBe(0);
  });
});

describe('an empty variable', () => {
  it('counts as one that is not set', async () => {
    const server = await Server.start({
      HOST: '',
      LEFTFOLD_DATA: join(folder.path, 'empty'),
      LEFTFOLD_STORE: '',
      LEFTFOLD_SNAPSHOT_EVERY: '',
    });
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await server.json('/values')).toEqual([]);
    expect((await server.stop()).code).toBe(0);
    expect(existsSync(join(folder.path, 'empty', 'log', 'data.mdb'))).toBe(true);
  });
});

describe('a host', () => {
  it.each(['localhost', '127.0.0.2'])('may be another name of the loopback: %s', async (host) => {
    const server = await Server.start({ HOST: host, LEFTFOLD_STORE: 'memory' });
    expect((await server.fetch('/health/live')).status).toBe(200);
    expect((await server.stop()).code).toBe(0);
  });
});

describe('the store in memory', () => {
  it('works, leaves no files, and forgets', async () => {
    const environment = { LEFTFOLD_STORE: 'memory', LEFTFOLD_DATA: join(folder.path, 'memory') };
    mkdirSync(environment.LEFTFOLD_DATA);
    const first = await Server.start(environment);
    await first.post('/entries', [1, 2, 3]);
    expect(await first.json('/balance?after=3', { headers: { prefer: 'wait=10' } })).toMatchObject({
      value: '6',
    });
    expect((await first.stop()).code).toBe(0);
    expect(readdirSync(environment.LEFTFOLD_DATA)).toEqual([]);

    const second = await Server.start(environment);
    expect(await second.json('/values')).toEqual([]);
    await second.stop();
  });

  it('does not even look at the data folder', async () => {
    const server = await Server.start({ LEFTFOLD_STORE: 'memory', LEFTFOLD_DATA: file });
    expect((await server.post('/entries', { value: 5 })).status).toBe(201);
    expect((await server.stop()).code).toBe(0);
  });
});

describe('what it says when it has started', () => {
  it('is where it listens, where its data is, and lines to try', async () => {
    const own = join(folder.path, 'greeting');
    const server = await Server.start({ LEFTFOLD_DATA: own });
    const { stdout, stderr } = await server.stop();
    expect(stdout).toContain(`listens on ${server.url}\n`);
    expect(stdout).toContain(own);
    expect(stdout.match(/^ +curl .*$/gm)).toEqual([
      `  curl ${server.url}/events`,
      `  curl ${server.url}/projections`,
    ]);
    expect(stderr).toBe('');
  });
});
