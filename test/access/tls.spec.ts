/** Each app serves TLS by itself, renews its certificate while it runs, and refuses to serve a network without TLS and credentials. */
import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { hasOpenssl, makeCertificate, secureRequest, type Certificate } from '../support/certificates.js';
import { runToEnd, Server, TemporaryFolder, type Environment } from '../support/server.js';

const describeWithOpenssl = hasOpenssl() ? describe : describe.skip;

const folder = new TemporaryFolder();
const inFolder = (name: string): string => join(folder.path, name);

afterAll(() => {
  folder.remove();
});

/** Expects that it does not start, says why in one line, and has opened no log. */
async function refuses(environment: Environment, reason: string): Promise<void> {
  const data = inFolder('unused');
  const { code, stderr, stdout } = await runToEnd({ PORT: '0', LEFTFOLD_DATA: data, ...environment });
  expect([code, stderr]).toEqual([1, `leftfold: ${reason}\n`]);
  expect(stdout).not.toContain('listens on');
  expect(existsSync(data)).toBe(false);
}

/** How many milliseconds it takes until the server closes a connection on which a handshake has begun. */
async function stallHandshake({ url }: Server): Promise<number> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  // The head of a record of 512 bytes, as a ClientHello begins.
  socket.write(Buffer.from([0x16, 3, 1, 2, 0]));
  socket.on('error', () => undefined).resume();
  const began = Date.now();
  await once(socket, 'close');
  return Date.now() - began;
}

describeWithOpenssl('an app with a certificate', () => {
  let authority: Certificate;
  let first: Certificate;
  let second: Certificate;
  const paths = { LEFTFOLD_TLS_CERT: inFolder('served.pem'), LEFTFOLD_TLS_KEY: inFolder('served.key') };

  /** Replaces the files as a renewal does: in one step each. */
  const serve = ({ path, keyPath }: Pick<Certificate, 'path' | 'keyPath'>): void => {
    for (const [from, to] of [
      [keyPath, paths.LEFTFOLD_TLS_KEY],
      [path, paths.LEFTFOLD_TLS_CERT],
    ] as const) {
      copyFileSync(from, `${to}.new`);
      renameSync(`${to}.new`, to);
    }
  };
  const shown = async ({ url }: Server): Promise<string> =>
    (await secureRequest(`${url}/health/live`, { ca: authority.cert })).certificate;
  const shows = async (server: Server, name: string): Promise<void> => {
    for (;;) {
      if ((await shown(server)) === name) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  beforeAll(() => {
    authority = makeCertificate(folder.path, 'authority');
    first = makeCertificate(folder.path, 'first', authority);
    second = makeCertificate(folder.path, 'second', authority);
  });

  beforeEach(() => {
    serve(first);
  });

  it('is served by each of the three apps, which say so where they print an address', async () => {
    const log = await Server.start({
      LEFTFOLD_APP: 'log',
      LEFTFOLD_CONTEXTS: 'entries',
      LEFTFOLD_DATA: inFolder('log'),
      ...paths,
    });
    const context = await Server.start({
      LEFTFOLD_APP: 'context',
      LEFTFOLD_CONTEXTS: 'balance',
      LEFTFOLD_STORE: log.url,
      LEFTFOLD_DATA: inFolder('balance'),
      NODE_EXTRA_CA_CERTS: authority.path,
      ...paths,
    });
    const monolith = await Server.start({ LEFTFOLD_STORE: 'memory', HOST: 'localhost', ...paths });
    try {
      const ca = authority.cert;
      const recorded = await secureRequest(`${log.url}/entries`, {
        ca,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"value": 5}',
      });
      expect(recorded.status).toBe(201);
      const headers = { prefer: 'wait=20' };
      const balance = await secureRequest(`${context.url}/balance?after=1`, { ca, headers });
      expect(JSON.parse(balance.body)).toMatchObject({ value: '5', position: 1 });
      for (const server of [log, context, monolith]) {
        expect(server.url).toMatch(/^https:/);
        expect(await secureRequest(`${server.url}/health/live`, { ca })).toMatchObject({
          status: 200,
          certificate: 'first',
          protocol: 'TLSv1.3',
        });
      }
      const { stdout } = await monolith.stop();
      expect(stdout).toContain(`curl ${monolith.url}/events`);
      expect(stdout).not.toContain('http://');
    } finally {
      for (const server of [monolith, context, log]) await server.kill();
    }
  });

  describe('without being renewed', () => {
    let server: Server;
    let stalled: Promise<number>;

    beforeAll(async () => {
      serve(first);
      server = await Server.start({ LEFTFOLD_STORE: 'memory', ...paths });
      stalled = stallHandshake(server);
    });

    afterAll(async () => {
      await server.kill();
    });

    it('speaks TLS 1.2, nothing older, and no HTTP without TLS', async () => {
      const ask = (version: 'TLSv1.1' | 'TLSv1.2'): ReturnType<typeof secureRequest> =>
        secureRequest(`${server.url}/health/live`, {
          ca: authority.cert,
          ciphers: 'DEFAULT:@SECLEVEL=0',
          minVersion: version,
          maxVersion: version,
        });
      expect(await ask('TLSv1.2')).toMatchObject({ status: 200, protocol: 'TLSv1.2' });
      await expect(ask('TLSv1.1')).rejects.toThrow(/alert|protocol|ECONNRESET/i);
      await expect(fetch(server.url.replace('https:', 'http:'))).rejects.toThrow('fetch failed');
      expect(await shown(server)).toBe('first');
    });

    it('takes a change from a page of its own origin, which is https, and of no other', async () => {
      const statusFrom = async (origin: string): Promise<number> => {
        const headers = { origin, 'content-type': 'application/json' };
        const options = { ca: authority.cert, method: 'POST', headers, body: '{"value": 5}' };
        return (await secureRequest(`${server.url}/entries`, options)).status;
      };
      expect(await statusFrom(server.url)).toBe(201);
      expect(await statusFrom(server.url.replace('https:', 'http:'))).toBe(403);
      expect(await statusFrom('https://evil.example')).toBe(403);
    });

    it('ends a handshake that does not come to its end', async () => {
      const took = await stalled;
      expect(took).toBeGreaterThan(5_000);
      expect(took).toBeLessThan(20_000);
      expect(await shown(server)).toBe('first');
    });
  });

  it('serves a renewed certificate without a restart, and keeps the old one while the new is broken', async () => {
    const server = await Server.start({ LEFTFOLD_STORE: 'memory', ...paths });
    try {
      const open = secureRequest(`${server.url}/values?after=1`, { ca: authority.cert });
      expect(await shown(server)).toBe('first');

      serve(second);
      await shows(server, 'second');
      expect((await open).certificate).toBe('first');

      serve({ path: first.path, keyPath: second.keyPath });
      server.process.kill('SIGHUP');
      const logged = await new Promise((resolve) =>
        server.process.stderr?.once('data', (chunk: Buffer) => {
          resolve(chunk.toString());
        }),
      );
      expect(logged).toContain(
        `the certificate stays as it is: LEFTFOLD_TLS_KEY: the key in ${paths.LEFTFOLD_TLS_KEY} does not belong to the certificate in ${paths.LEFTFOLD_TLS_CERT}`,
      );
      expect(await shown(server)).toBe('second');

      serve(first);
      server.process.kill('SIGHUP');
      await shows(server, 'first');
      const { code, stdout } = await server.stop();
      expect(code).toBe(0);
      expect(stdout).toMatch(/the certificate was read again; it is valid from .* to /);
    } finally {
      await server.kill();
    }
  });

  it('does not start with a key of another certificate', async () => {
    await refuses(
      { LEFTFOLD_TLS_CERT: first.path, LEFTFOLD_TLS_KEY: second.keyPath },
      `LEFTFOLD_TLS_KEY: the key in ${second.keyPath} does not belong to the certificate in ${first.path}`,
    );
  });

  it('serves no network without credentials', async () => {
    await refuses(
      { HOST: '0.0.0.0', LEFTFOLD_TLS_CERT: first.path, LEFTFOLD_TLS_KEY: first.keyPath },
      'HOST: must be a loopback address (127.0.0.1, ::1 or localhost), unless there are credentials and TLS: make a key with ' +
        '"leftfold keys create", or set LEFTFOLD_JWT_ISSUER, LEFTFOLD_JWT_AUDIENCE and LEFTFOLD_JWT_JWKS (it is "0.0.0.0")',
    );
  });
});
