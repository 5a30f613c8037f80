/** A server on PostgreSQL, under load: the server is killed, or the database, or both. */
import { setTimeout as pause } from 'node:timers/promises';
import { PostgresStore } from '../../src/runtime/stores/postgres/postgres.store.js';
import { leftfold } from '../support/cli.js';
import {
  brokenConditions,
  expectedStates,
  gaps,
  halfCommits,
  readFound,
  recordedRefusals,
  statesOf,
  unasked,
  unfulfilledAcknowledgements,
  type Found,
} from '../support/entries-found.js';
import { Connection, acknowledged } from '../support/entries-load.js';
import { PostgresServer, findPostgres } from '../support/postgres-server.mjs';
import { Random } from '../support/random.js';
import { Server, TemporaryFolder } from '../support/server.js';

/** How often something is killed: a quarter as often as in crash.spec.ts. */
const CRASHES = Math.ceil(Number(process.env['LEFTFOLD_TEST_CRASHES'] ?? '25') / 4);
const SEED = Number(process.env['LEFTFOLD_TEST_SEED'] ?? String(Date.now() % 1_000_000));
const CONNECTIONS = 16;
/** A log is used for so many crashes: every round reads it all. */
const CRASHES_A_LOG = 25;
const VICTIMS = ['the server', 'the database', 'both'] as const;

/** To kill a database it must be the test's own; a URL is not enough. */
const programs = findPostgres();
// eslint-disable-next-line no-console -- a skipped spec says so
if (programs === undefined) console.warn('skipped: PostgreSQL (initdb) is not installed');
const describeWithServer = programs === undefined ? describe.skip : describe;

const logs = Array.from({ length: Math.ceil(CRASHES / CRASHES_A_LOG) }, (_, index) => ({
  seed: SEED + index * CONNECTIONS,
  crashes: Array.from({ length: Math.min(CRASHES_A_LOG, CRASHES - index * CRASHES_A_LOG) }, (_each, nth) => ({
    nth: nth + 1,
    victim: VICTIMS[nth % VICTIMS.length] ?? 'both',
  })),
}));

describeWithServer.each(logs)('a log in PostgreSQL under load (LEFTFOLD_TEST_SEED=$seed)', (each) => {
  const folder = new TemporaryFolder();
  const random = new Random(each.seed);
  const connections = Array.from(
    { length: CONNECTIONS },
    (_, index) => new Connection(index + 1, new Random(each.seed + index + 1)),
  );
  let postgres: PostgresServer;
  let server: Server;
  let found: Found;

  const start = async (): Promise<void> => {
    server = await Server.start({
      LEFTFOLD_STORE: postgres.url,
      LEFTFOLD_DATA: folder.path,
      LEFTFOLD_SNAPSHOT_EVERY: '50',
    });
    await server.ready();
  };

  beforeAll(async () => {
    postgres = await PostgresServer.start(programs ?? '');
    await start();
  }, 60_000);

  afterAll(async () => {
    await server.kill();
    await postgres.remove();
    folder.remove();
  });

  const kill = async (victim: (typeof VICTIMS)[number], stop: AbortController): Promise<void> => {
    await acknowledged(connections, random.integer(1, 120));
    await pause(random.integer(0, 50));
    if (victim !== 'the database') await server.kill();
    if (victim !== 'the server') {
      await postgres.end('SIGKILL');
      await postgres.begin();
    }
    // A server whose database was killed takes up its work again.
    if (victim === 'the database') await acknowledged(connections, random.integer(1, 20));
    stop.abort();
  };

  describe.each(each.crashes)('where $victim is killed ($nth)', ({ victim }) => {
    beforeAll(async () => {
      const stop = new AbortController();
      const loads = connections.map((connection) => connection.load(server, stop.signal));
      await Promise.all([kill(victim, stop), ...loads]);
      if (victim === 'the database') await server.ready();
      else await start();
      found = await readFound(
        server,
        connections.flatMap(({ asked }) => asked),
      );
    }, 60_000);

    it('has everything that was ever acknowledged, once, at its position', () => {
      expect(unfulfilledAcknowledgements(found)).toEqual([]);
    });

    it('has no half of a commit, and nothing that nobody asked for', () => {
      expect(halfCommits(found)).toEqual([]);
      expect(unasked(found)).toEqual([]);
    });

    it('has nothing of what was refused, and nothing whose condition did not hold', () => {
      expect(recordedRefusals(found)).toEqual([]);
      expect(brokenConditions(found)).toEqual([]);
    });

    it('has positions from 1 on without a gap, and a chain of hashes through them', async () => {
      expect(gaps(found)).toEqual([]);
      const log = await PostgresStore.open({ url: postgres.url });
      let through = 0;
      for await (const commits of log.commits()) through = commits.at(-1)?.last ?? through;
      await log.close();
      expect(through).toBe(found.events.length);
    });

    it('has the states that a full fold of its log gives', async () => {
      expect(await statesOf(server, found.events.length)).toEqual(expectedStates(found));
    });
  });

  it('passes `leftfold verify`', async () => {
    const { code, stdout, stderr } = await leftfold(['verify', '--quiet'], {
      environment: { LEFTFOLD_STORE: postgres.url },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^${found.events.length} [0-9a-f]{64}\n$`));
  });
});
