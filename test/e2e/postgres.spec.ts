import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { TemporaryDatabase, describeWithPostgres } from '../support/postgres.js';
import { Server, TemporaryFolder, runToEnd, type Environment } from '../support/server.js';

const WAIT = { headers: { prefer: 'wait=20' } };

describeWithPostgres('a server whose log is in PostgreSQL', () => {
  let database: TemporaryDatabase;
  let folder: TemporaryFolder;
  const servers: Server[] = [];

  beforeEach(async () => {
    database = await TemporaryDatabase.create();
    folder = new TemporaryFolder();
  });

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
    await database.remove();
    folder.remove();
  });

  /** Each process has a folder of its own for its snapshots. */
  const start = async (name: string, more: Environment = {}): Promise<Server> => {
    const environment = { LEFTFOLD_STORE: database.url, LEFTFOLD_DATA: join(folder.path, name), ...more };
    const server = await Server.start(environment);
    servers.push(server);
    return server;
  };

  it('has everything again after a restart', async () => {
    const first = await start('one');
    expect((await first.post('/entries', [1, 2, '12345678901234567890'])).status).toBe(201);
    expect((await first.stop()).code).toBe(0);
    const second = await start('one');
    expect(await second.json('/balance?after=3', WAIT)).toMatchObject({
      value: '12345678901234567893',
      position: 3,
    });
  });

  it('shares its log with other processes', async () => {
    const [one, other] = [await start('one'), await start('other')];
    await one.post('/entries', { value: 5 });
    expect(await other.json('/balance?after=1', WAIT)).toMatchObject({ value: '5' });
    await other.post('/entries', { value: 7 });
    expect(await one.json('/balance?after=2', WAIT)).toMatchObject({ value: '12' });
    expect(await one.json('/values')).toEqual([5, 7]);
  });

  it('lets one of several processes retract an entry', async () => {
    const both = [await start('one'), await start('other')];
    await both[0]?.post('/entries', { value: 5 });
    const retractions = both.map((server) => server.post('/entries/1/retraction', { reason: 'a slip' }));
    const statuses = (await Promise.all(retractions)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 409]);
  });

  it('knows a key that another process was given', async () => {
    const [one, other] = [await start('one'), await start('other')];
    const key = { 'idempotency-key': 'k' };
    const first = await one.post('/entries', { value: 5 }, key);
    const again = await other.post('/entries', { value: 5 }, key);
    expect(await again.json()).toEqual(await first.json());
    expect(await other.json('/values')).toEqual([5]);
  });

  it('audits and rebuilds a state in a process of its own, up to what another process recorded', async () => {
    const [one, other] = [await start('one'), await start('other')];
    const thousand = Array.from({ length: 1000 }, () => 1);
    for (const server of [one, other, one])
      expect((await server.post('/entries', thousand)).status).toBe(201);
    await one.json('/balance?after=3000', WAIT);
    for (const kind of ['rebuild', 'audit']) {
      const response = await one.fetch(`/projections/balance/${kind}`, {
        method: 'POST',
        headers: { prefer: 'wait=60' },
      });
      const found = (await response.json()) as object;
      expect(found).toMatchObject({ projection: 'balance', status: 'done', position: 3000 });
      expect(found).not.toHaveProperty('drift');
      if (kind === 'rebuild') expect(found).toMatchObject({ equal: true });
    }
    await other.post('/entries', { value: 5 });
    expect(await one.json('/balance?after=3001', WAIT)).toMatchObject({ value: '3005', position: 3001 });
  }, 120_000);

  it('says where its log is, without the password', async () => {
    const { password } = new URL(database.url);
    const server = await start('one');
    const { stdout, stderr } = await server.stop();
    expect(stdout).toMatch(
      new RegExp(`Its log is in postgres://[^ ]+/${database.name}, its snapshots are in `),
    );
    expect(stdout + stderr).not.toContain(password);
  });

  it('can be read with SQL', async () => {
    const server = await start('one');
    await server.post('/entries', [1, 2, '12345678901234567890']);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query(`
      select date_trunc('day', commits.time) = date_trunc('day', now()) as today,
        count(*)::integer as numbers, sum((events.data ->> 'value')::numeric)::text as sum
      from leftfold.events join leftfold.commits on commits.last = events.commit_last
      where events.type = 'entry.recorded'
      group by 1`);
    await client.end();
    expect(rows).toEqual([{ today: true, numbers: 3, sum: '12345678901234567893' }]);
  });
});

describeWithPostgres('a database that cannot be used', () => {
  const folder = new TemporaryFolder();
  let database: TemporaryDatabase;

  beforeAll(async () => {
    database = await TemporaryDatabase.create(`encoding 'SQL_ASCII' template template0`);
  });

  afterAll(async () => {
    await database.remove();
    folder.remove();
  });

  /** Expects that it does not start, and says why in one line without the password. */
  const refuses = async (change: (url: URL) => void, reason: RegExp): Promise<void> => {
    const url = new URL(database.url);
    url.password ||= 'secret-of-nobody'; // where none is asked for, any will do
    change(url);
    const { code, stderr, stdout } = await runToEnd({
      PORT: '0',
      LEFTFOLD_DATA: folder.path,
      LEFTFOLD_STORE: url.href,
    });
    expect(stderr).toMatch(/^leftfold: LEFTFOLD_STORE: postgres:\/\/[^\n]+ cannot be used: [^\n]+\n$/);
    expect(stderr).toMatch(reason);
    expect(stderr).not.toContain(url.password);
    expect(code).toBeGreaterThan(0);
    expect(stdout).not.toContain('listens on');
  };

  it('stops the start: nobody listens there', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    other.close();
    await once(other, 'close');
    await refuses((url) => {
      url.port = String(port);
    }, /ECONNREFUSED/);
  });

  it('stops the start: one is nobody to it', async () => {
    await refuses((url) => {
      url.username = 'leftfold_nobody';
      url.password = 'secret-of-nobody';
    }, /authentication failed|does not exist/);
  });

  it('stops the start: there is no such database', async () => {
    await refuses((url) => {
      url.pathname = '/leftfold_nowhere';
    }, /database "leftfold_nowhere" does not exist/);
  });

  it('stops the start: it cannot hold every text', async () => {
    await refuses(() => undefined, /encoding SQL_ASCII.*UTF8/);
  });
});
