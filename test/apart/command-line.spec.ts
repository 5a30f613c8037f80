/** The command line on a log that another process serves. */
import { join } from 'node:path';
import { leftfold } from '../support/cli.js';
import { CONTEXTS, Server, TemporaryFolder } from '../support/server.js';

describe('leftfold on a log server', () => {
  const folder = new TemporaryFolder();
  let log: Server;
  let remote: readonly string[];
  let local: readonly string[];

  beforeAll(async () => {
    log = await Server.start({
      LEFTFOLD_APP: 'log',
      LEFTFOLD_CONTEXTS: 'entries',
      LEFTFOLD_DATA: join(folder.path, 'log'),
    });
    remote = ['--store', log.url, '--data', join(folder.path, 'none'), '--quiet'];
    local = ['--data', join(folder.path, 'log'), '--quiet'];
    for (const values of [[1, 2, 3], [4], [5, 6]])
      expect((await log.post('/entries', values)).status).toBe(201);
    expect((await log.post('/entries/2/retraction', { reason: 'test' })).status).toBe(201);
  }, 30_000);

  afterAll(async () => {
    await log.kill();
    folder.remove();
  });

  const outputOf = async (...words: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await leftfold(words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };

  it.each([
    ['verify'],
    ['export'],
    ['export', '--tag', 'entry:2'],
    ['audit', '--contexts', CONTEXTS],
    ['what-if', 'balance', '--without', '1', '--contexts', CONTEXTS],
  ])(
    'prints what it prints of the log in its folder: %s',
    async (...words) => {
      expect(await outputOf(...words, ...remote)).toBe(await outputOf(...words, ...local));
    },
    60_000,
  );

  it('exports what GET /commits streams', async () => {
    expect(await outputOf('export', ...remote)).toBe(await (await log.fetch('/commits')).text());
  }, 30_000);

  it('backs it up to a folder, with the same positions and hashes', async () => {
    const copy = join(folder.path, 'copy');
    const head = await outputOf('backup', copy, ...remote);
    expect(head).toBe(await outputOf('verify', ...local));
    expect(await outputOf('verify', '--data', copy, '--quiet')).toBe(head);
    expect(await outputOf('export', '--data', copy, '--quiet')).toBe(await outputOf('export', ...local));
  }, 60_000);

  it('says in one line that the server is not there', async () => {
    const { code, stderr } = await leftfold(['verify', '--store', 'http://127.0.0.1:1']);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(
      /^leftfold verify: http:\/\/127\.0\.0\.1:1 cannot be used: connect ECONNREFUSED.*\n$/,
    );
  }, 30_000);
});
