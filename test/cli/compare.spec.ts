/** `leftfold compare`, on two running servers. */
import { foldedUpTo } from '../support/api.js';
import { leftfold } from '../support/cli.js';
import { Server } from '../support/server.js';

const SAME = Array.from({ length: 40 }, (_, index) => index + 1);

async function serverOf(values: readonly number[]): Promise<Server> {
  const server = await Server.start({ LEFTFOLD_STORE: 'memory' });
  for (const value of values) expect((await server.post('/entries', { value })).status).toBe(201);
  for (const path of ['/balance', '/factor']) await foldedUpTo(server, path, values.length);
  return server;
}

describe('compare', () => {
  const servers: Server[] = [];
  let [one, same, ahead, other]: readonly Server[] = [];

  beforeAll(async () => {
    servers.push(
      ...(await Promise.all([
        serverOf(SAME),
        serverOf(SAME),
        serverOf([...SAME, 7]),
        serverOf(SAME.with(16, 99)),
      ])),
    );
    [one, same, ahead, other] = servers;
  }, 120_000);

  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  const compare = (to: Server | undefined, ...rest: readonly string[]): ReturnType<typeof leftfold> =>
    leftfold(['compare', one?.url ?? '', to?.url ?? '', ...rest]);

  it('prints position and digest of every projection when they agree', async () => {
    const { code, stdout, stderr } = await compare(same);
    expect([code, stderr]).toEqual([0, 'they agree\n']);
    expect(stdout).toMatch(/^balance 40 40-\w{16}-\w{16}\nfactor 40 40-\w{16}-\w{16}\n$/);
  });

  it('compares at the last position that both have folded', async () => {
    const { code, stdout } = await compare(ahead, 'factor');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^factor 40 40-/)]);
  });

  it('names the first position at which they part, and fails', async () => {
    const { code, stdout, stderr } = await compare(other);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      'leftfold compare: balance parts at 17; up to 16 it agrees; factor parts at 17; up to 16 it agrees\n',
    );
  });

  it.each([
    ['what is no URL', 'localhost:3000', 2, 'is not the URL of a server, as in http://localhost:3000'],
    ['what does not listen', 'http://127.0.0.1:1', 1, 'http://127.0.0.1:1 cannot be reached'],
  ])('refuses %s', async (_, url, code, message) => {
    const ended = await leftfold(['compare', one?.url ?? '', url]);
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(message);
  });

  it('refuses a projection that not both have', async () => {
    const ended = await compare(same, 'none');
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('not both have none');
    expect(ended.stderr).toContain('has balance, factor');
  });
});

describe('GET /projections/:name/digest', () => {
  it('is that of the projection now, or at a position', async () => {
    const server = await serverOf([1, 2, 3]);
    const now = (await server.json('/projections/balance')) as { readonly digest: string };
    expect(await server.json('/projections/balance/digest')).toEqual({ position: 3, digest: now.digest });
    expect(await server.json('/projections/balance/digest?at=3')).toEqual({
      position: 3,
      digest: now.digest,
    });
    expect(await server.json('/projections/balance/digest?at=0')).toMatchObject({ position: 0 });
    expect((await server.fetch('/projections/balance/digest?at=4')).status).toBe(404);
    expect((await server.fetch('/projections/balance/digest?at=x')).status).toBe(400);
    expect((await server.fetch('/projections/none/digest')).status).toBe(404);
    await server.stop();
  });
});
