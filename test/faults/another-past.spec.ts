/** A log that goes back under its snapshots, or under a running process: nothing of the past that is gone is answered. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { foldedUpTo, record } from '../support/api.js';
import { TemporaryDatabase, describeWithPostgres } from '../support/postgres.js';
import { Server, TemporaryFolder } from '../support/server.js';

describe('a log that was restored from a copy, while its snapshots are newer', () => {
  const folder = new TemporaryFolder();
  const copy = new TemporaryFolder();
  const log = join(folder.path, 'log');
  const start = async (): Promise<Server> => {
    const server = await Server.start({ LEFTFOLD_DATA: folder.path });
    await server.ready();
    return server;
  };

  afterAll(() => {
    folder.remove();
    copy.remove();
  });

  it('is folded anew, also when it has come to the position of the snapshots again', async () => {
    let server = await start();
    await record(server, 1, 2, 3);
    await server.stop();
    cpSync(log, join(copy.path, 'log'), { recursive: true });

    server = await start();
    await foldedUpTo(server, '/balance', await record(server, 100, 200, 300));
    const tag = (await server.fetch('/balance')).headers.get('etag') ?? '';
    await server.stop();
    rmSync(log, { recursive: true });
    cpSync(join(copy.path, 'log'), log, { recursive: true });

    server = await start();
    const position = await record(server, 4, 5, 6);
    expect(await foldedUpTo(server, '/balance', position)).toMatchObject({ value: '21', position: 6 });
    await server.stop();

    server = await start();
    expect(await foldedUpTo(server, '/balance', position)).toMatchObject({ value: '21', position: 6 });
    const again = await server.fetch('/balance', { headers: { 'if-none-match': tag } });
    expect(again.status).toBe(200);
    await server.stop();
  });
});

describeWithPostgres('a database that goes back under a running process', () => {
  const folder = new TemporaryFolder();
  const servers: Server[] = [];
  let database: TemporaryDatabase;
  let client: pg.Client;

  beforeEach(async () => {
    database = await TemporaryDatabase.create();
  });

  afterEach(async () => {
    await client.end();
    for (const server of servers.splice(0)) await server.stop();
    await database.remove();
  });

  afterAll(() => {
    folder.remove();
  });

  const start = async (name: string): Promise<Server> => {
    const server = await Server.start({
      LEFTFOLD_STORE: database.url,
      LEFTFOLD_DATA: join(folder.path, name),
    });
    servers.push(server);
    await server.ready();
    return server;
  };

  /** What a failover to a replica does that has not got the last commits. */
  const goBackTo = async (head: number): Promise<void> => {
    await client.query(`begin;
      set local search_path to leftfold;
      delete from commits where last > ${head};
      delete from events where position > ${head};
      delete from tags where position > ${head};
      update log set head = ${head}, hash = (select hash from commits where last = ${head});
      commit`);
  };

  const begin = async (name: string): Promise<Server> => {
    const server = await start(name);
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await record(server, 1, 2, 3);
    await foldedUpTo(server, '/balance', await record(server, 100, 200, 300));
    return server;
  };

  it('folds anew when it appends to the past that is left', async () => {
    const server = await begin('one');
    await goBackTo(3);
    const position = await record(server, 4, 5, 6);
    expect(position).toBe(6);
    await eventually(async () => {
      expect(await server.json('/balance')).toMatchObject({ value: '21', position: 6 });
    });
    const { stdout } = await server.stop();
    expect(stdout.match(/folds anew\. The log had come to position 6/g)).toHaveLength(2);
  });

  it('folds anew when nothing is appended', async () => {
    const server = await begin('two');
    await goBackTo(3);
    await eventually(async () => {
      expect(await server.json('/balance')).toMatchObject({ value: '6', position: 3 });
    });
  });

  it('folds anew when others have appended as much as was lost before it looks', async () => {
    const [server, other] = [await begin('three'), await start('four')];
    await foldedUpTo(other, '/balance', 6);
    await goBackTo(3);
    await record(other, 4, 5, 6);
    for (const each of [server, other]) {
      await eventually(async () => {
        expect(await each.json('/balance')).toMatchObject({ value: '21', position: 6 });
      });
    }
  });
});

/** Within ten seconds. */
async function eventually(check: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await pause(100);
  }
}
