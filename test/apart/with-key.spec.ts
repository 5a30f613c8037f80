/** A context process and the command line over a log server that asks for a key. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { leftfold } from '../support/cli.js';
import { GuardedLog } from '../support/guarded-log.js';
import { Server, TemporaryFolder, runToEnd, type Environment } from '../support/server.js';

const KEY = 'lf_abcdefghijkl_cHJvYmFibHktYS1zZWNyZXQtdGhhdC1pcy1rZXB0LWhlcmU';
const SECRET = KEY.slice(16);
const WAIT = { headers: { prefer: 'wait=20' } };

describe('over a log server that asks for a key', () => {
  const folder = new TemporaryFolder();
  const keyFile = join(folder.path, 'key');
  let log: Server;
  let door: GuardedLog;

  const context = (more: Environment): Environment => ({
    LEFTFOLD_APP: 'context',
    LEFTFOLD_CONTEXTS: 'balance',
    LEFTFOLD_STORE: door.url.origin,
    LEFTFOLD_DATA: join(folder.path, 'balance'),
    ...more,
  });

  beforeAll(async () => {
    writeFileSync(keyFile, `${KEY}\n`);
    log = await Server.start({
      LEFTFOLD_APP: 'log',
      LEFTFOLD_CONTEXTS: 'entries',
      LEFTFOLD_DATA: join(folder.path, 'log'),
    });
    door = await GuardedLog.before(log.url);
    door.key = KEY;
    expect((await log.post('/entries', [5, 7])).status).toBe(201);
  }, 30_000);

  afterAll(async () => {
    await log.kill();
    await door.close();
    folder.remove();
  });

  it.each<[string, () => Environment]>([
    ['LEFTFOLD_KEY', () => ({ LEFTFOLD_KEY: KEY })],
    ['LEFTFOLD_KEY_FILE', () => ({ LEFTFOLD_KEY_FILE: keyFile })],
  ])(
    'a context has it from %s, and so have its worker processes',
    async (_, environment) => {
      const balance = await Server.start(context(environment()));
      try {
        expect(await balance.json('/balance?after=2', WAIT)).toMatchObject({ value: '12', position: 2 });
        const audit = await balance.fetch('/projections/balance/audit', {
          method: 'POST',
          headers: { prefer: 'wait=30' },
        });
        expect(await audit.json()).toMatchObject({ status: 'done', position: 2 });
      } finally {
        await balance.kill();
      }
      expect(door.requests.filter(({ authorization }) => authorization !== `Bearer ${KEY}`)).toEqual([]);
    },
    60_000,
  );

  it('a context does not start without one, and says in one line what to set', async () => {
    const { code, stdout, stderr } = await runToEnd(context({}));
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^leftfold: LEFTFOLD_STORE: http:\S+ cannot be used: it asks for a key; set LEFTFOLD_KEY or LEFTFOLD_KEY_FILE to .*\n$/,
    );
  }, 30_000);

  it('a context does not start with a wrong one, and does not show it', async () => {
    const { code, stdout, stderr } = await runToEnd(context({ LEFTFOLD_KEY: `${KEY}x` }));
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(
      'it does not take the key of this process (The key is not known); set LEFTFOLD_KEY',
    );
    expect(stderr).not.toContain(SECRET);
  }, 30_000);

  it('the command line sends it to the log and to servers that are compared', async () => {
    const environment = { LEFTFOLD_KEY_FILE: keyFile };
    const verified = await leftfold(['verify', '--store', door.url.origin, '--quiet'], { environment });
    expect(verified).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^2 [0-9a-f]{64}\n$/) as string,
    });
    const without = await leftfold(['verify', '--store', door.url.origin, '--quiet']);
    expect(without).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('it asks for a key; set ') as string,
    });
    const urls = [door.url.origin, door.url.origin];
    const compared = await leftfold(['compare', ...urls], { environment });
    expect(compared.stderr).toContain('the two have no projection in common');
    const refused = await leftfold(['compare', ...urls]);
    expect(refused).toMatchObject({
      code: 1,
      stderr: `leftfold compare: ${door.url.origin} asks for a key; set LEFTFOLD_KEY or LEFTFOLD_KEY_FILE to one that has the scope operate\n`,
    });
  }, 30_000);
});
