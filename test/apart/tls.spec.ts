/** A log server behind a proxy with TLS: LEFTFOLD_STORE=https://… */
import { join } from 'node:path';
import { leftfold } from '../support/cli.js';
import { Server, TemporaryFolder, runToEnd, type Environment } from '../support/server.js';
import { hasOpenssl, makeCertificate, type Certificate } from '../support/certificates.js';
import { TlsProxy } from '../support/tls-proxy.js';

const describeWithOpenssl = hasOpenssl() ? describe : describe.skip;
const WAIT = { headers: { prefer: 'wait=20' } };

describeWithOpenssl('a context over a log server behind TLS', () => {
  const folder = new TemporaryFolder();
  let certificate: Certificate;
  let log: Server;
  let proxy: TlsProxy;

  const environment = (trusted?: string): Environment => ({
    LEFTFOLD_APP: 'context',
    LEFTFOLD_CONTEXTS: 'balance',
    LEFTFOLD_STORE: proxy.url,
    LEFTFOLD_DATA: join(folder.path, 'balance'),
    ...(trusted !== undefined && { NODE_EXTRA_CA_CERTS: trusted }),
  });

  beforeAll(async () => {
    certificate = makeCertificate(folder.path, 'proxy');
    log = await Server.start({
      LEFTFOLD_APP: 'log',
      LEFTFOLD_CONTEXTS: 'entries',
      LEFTFOLD_DATA: join(folder.path, 'log'),
    });
    proxy = await TlsProxy.to(log.url, certificate);
  }, 30_000);

  afterAll(async () => {
    await log.kill();
    proxy.close();
    folder.remove();
  });

  it('folds what is recorded, waits for it, and records', async () => {
    const balance = await Server.start(environment(certificate.path));
    try {
      expect((await log.post('/entries', [5, 7])).status).toBe(201);
      expect(await balance.json('/balance?after=2', WAIT)).toMatchObject({ value: '12', position: 2 });
      const event = { type: 'entry.recorded', data: { value: '3' } };
      const recorded = await balance.post('/events', { events: [event] });
      expect([recorded.status, await recorded.json()]).toMatchObject([201, { first: 3 }]);
      expect(await balance.json('/balance?after=3', WAIT)).toMatchObject({ value: '15', position: 3 });
    } finally {
      await balance.kill();
    }
  }, 30_000);

  it('does not start when it does not trust the certificate, and says so in one line', async () => {
    const other = makeCertificate(folder.path, 'other');
    for (const trusted of [undefined, other.path]) {
      const { code, stderr } = await runToEnd(environment(trusted));
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^leftfold: LEFTFOLD_STORE: https:\/\/127\.0\.0\.1:\d+ cannot be used: self-signed certificate;.*\n$/,
      );
    }
  }, 30_000);

  it('does not start when the server has no TLS, and says so in one line', async () => {
    const store = log.url.replace('http:', 'https:');
    const { code, stderr } = await runToEnd({ ...environment(certificate.path), LEFTFOLD_STORE: store });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^leftfold: LEFTFOLD_STORE: https:.* cannot be used: .*\n$/);
  }, 30_000);

  it('is not found by the command line without the certificate, which says so', async () => {
    const { code, stderr } = await leftfold(['verify', '--store', proxy.url]);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/^leftfold verify: https:.* cannot be used: self-signed certificate;.*\n$/);
  }, 30_000);
});
