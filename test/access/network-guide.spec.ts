/** The commands of docs/network.md work as they are written there, over TLS with the certificate that they make; and its proxy is served. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { createServer, type Server as ProxyServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { hasOpenssl, makeCertificate, secureRequest, type SecureAnswer } from '../support/certificates.js';
import { asShown, blocksOf, PROJECT, stepsOf, type Block } from '../support/readme.js';
import { PROGRAM, Server, TemporaryFolder, type Environment } from '../support/server.js';

const describeWithOpenssl = hasOpenssl() ? describe : describe.skip;

const blocks = blocksOf('docs/network.md');
const folder = new TemporaryFolder();
const started: Server[] = [];

const blockWith = (text: string): Block => {
  const found = blocks.find((block) => block.text.includes(text));
  if (found === undefined) throw new Error(`the guide has no block with ${text}`);
  return found;
};

/** In the folder of the guide's reader, who has the program installed. */
function run(command: string): string {
  const text = command.replaceAll(
    'npx leftfold',
    `${process.execPath} ${join(PROJECT, 'bin', 'leftfold.mjs')}`,
  );
  return execFileSync('bash', ['-ec', text], {
    cwd: folder.path,
    stdio: ['ignore', 'pipe', 'pipe'],
  }).toString();
}

/** Starts what a line of settings before `npm start` says, on a free port. */
async function start(line: string, changes: (value: string) => string = (value) => value): Promise<Server> {
  const settings = [...line.matchAll(/([A-Z_]+)=(\S+)/g)].map(
    ([, name = '', value = '']) => [name, changes(value)] as const,
  );
  // The paths of the guide are relative, and the program is started where its reader is.
  const within = ['env', `--chdir=${folder.path}`];
  const server = await Server.start({ ...Object.fromEntries(settings), PORT: '0' }, PROGRAM, within);
  started.push(server);
  return server;
}

afterAll(async () => {
  for (const server of started.reverse()) await server.kill();
  folder.remove();
});

describeWithOpenssl('the guide to a network', () => {
  const bearer = (file: string): string => `Bearer ${run(`cat ${file}`).trim()}`;
  let server: Server;
  let atServer: (text: string) => string;

  beforeAll(async () => {
    run(blockWith('keys create').text);
    run(blockWith('openssl req').text);
    server = await start(blockWith('HOST=0.0.0.0').text);
    atServer = (text) => text.replaceAll('localhost:3000', `localhost:${new URL(server.url).port}`);
  }, 30_000);

  it('starts a server of the network, with TLS', () => {
    expect(server.url).toMatch(/^https:/);
  });

  it.each(stepsOf(blockWith('$ curl --cacert')).map((step) => [step.command, step.shows]))(
    'shows what is answered: %s',
    (command, shows) => {
      const shown = run(atServer(command.replace('curl', 'curl -sS')));
      expect(shown.trimEnd()).toMatch(asShown(shows));
    },
  );

  it('has a context of its own over the log, with a key', async () => {
    const context = await start(blockWith('LEFTFOLD_APP=context').text, (value) =>
      atServer(value === 'tls.pem' ? join(folder.path, value) : value),
    );
    expect(await context.json('/sum?after=1', { headers: { prefer: 'wait=20' } })).toMatchObject({
      value: '5',
    });
    expect(context.url).toMatch(/^http:/);
  }, 30_000);

  it('does not show keys where it says something', async () => {
    const { stdout, stderr } = await server.stop();
    for (const name of ['till-1.key', 'sum-context.key'])
      expect(stdout + stderr).not.toContain(bearer(name).split('_').at(-1));
  });
});

/** Does what the example for nginx says: ends TLS, leaves Host as it is, and adds the address of the client. */
async function startProxy(target: string, address: () => string): Promise<ProxyServer> {
  const { cert, key } = makeCertificate(folder.path, 'proxy');
  const proxy = createServer({ cert, key }, (received, response) => {
    const forwarded = [received.headers['x-forwarded-for'], address()].filter((each) => each !== undefined);
    const headers = { ...received.headers, 'x-forwarded-for': forwarded.join(', ') };
    const passed = request(target + String(received.url), { method: received.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    received.pipe(passed);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return proxy;
}

describeWithOpenssl('behind a proxy that ends TLS', () => {
  let key: string;
  let server: Server;
  let proxy: ProxyServer;
  let client = '203.0.113.5';

  const ask = (
    path: string,
    { headers = {}, ...options }: { headers?: Environment; method?: string; body?: string } = {},
  ): Promise<SecureAnswer> =>
    secureRequest(`https://127.0.0.1:${(proxy.address() as AddressInfo).port}${path}`, {
      ...options,
      rejectUnauthorized: false,
      headers: { host: 'log.example.com', ...headers },
    });
  const from = (origin: string): Promise<SecureAnswer> =>
    ask('/numbers', {
      method: 'POST',
      headers: { origin, authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: '{"value": 5}',
    });

  beforeAll(async () => {
    key = run("npx leftfold keys create page --scope 'command:*' --data proxied").trim();
    server = await start(`${blockWith('LEFTFOLD_TLS_PROXY=on LEFTFOLD_HOSTS').text} LEFTFOLD_DATA=proxied`);
    proxy = await startProxy(server.url, () => client);
  }, 30_000);

  afterAll(() => {
    proxy.close();
  });

  it('asks those on this machine for credentials, too, since the proxy is one of them', async () => {
    expect((await ask('/sum')).status).toBe(401);
    expect((await server.fetch('/sum')).status).toBe(401);
    expect((await ask('/health/live')).status).toBe(200);
  });

  it('takes changes from its own origin, which is https, and from no other', async () => {
    expect((await from('https://log.example.com')).status).toBe(201);
    expect((await from('http://log.example.com')).status).toBe(403);
    expect((await from('https://evil.example')).status).toBe(403);
  });

  it('counts failed attempts by the address that the proxy adds, whatever the client has put before it', async () => {
    const attempt = async (forged: string, token = 'lf_wrong_wrong'): Promise<number> => {
      const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': forged };
      return (await ask('/events', { headers })).status;
    };
    const answers: number[] = [];
    for (let index = 0; index < 60; index++) answers.push(await attempt(`198.51.100.${index}`));
    expect(answers.slice(0, 30)).toEqual(Array<number>(30).fill(401));
    expect(answers).toContain(429);
    client = '203.0.113.6';
    expect(await attempt('203.0.113.5')).toBe(401);
    expect(await attempt('203.0.113.5', key)).toBe(403);
  });
});
