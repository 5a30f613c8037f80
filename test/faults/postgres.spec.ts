import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { StoreUnavailable } from '../../src/runtime/event-log/errors.js';
import { defineEvent } from '../../src/runtime/event-log/contracts/event-contract.js';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import { commitId, type Commit, type RecordedEvent } from '../../src/runtime/event-log/event.js';
import { PostgresStore } from '../../src/runtime/stores/postgres/postgres.store.js';
import { PostgresServer, findPostgres } from '../support/postgres-server.mjs';
import { Random } from '../support/random.js';
import { allEvents } from '../support/reading.js';
import { Server, TemporaryFolder } from '../support/server.js';

/** How often PostgreSQL is killed; on a machine with time to spare, more often. */
const CRASHES = Number(process.env['LEFTFOLD_TEST_POSTGRES_CRASHES'] ?? '4');
const SEED = Number(process.env['LEFTFOLD_TEST_SEED'] ?? String(Date.now() % 1_000_000));
const WRITERS = 16;

/** To kill a server it must be the test's own; a URL is not enough. */
const programs = findPostgres();
const describeWithServer = programs === undefined ? describe.skip : describe;

const counted = defineEvent({ type: 'number.recorded', schema: z.tuple([z.string(), z.int()]) });

/** An append and its answer. */
interface AppendAttempt {
  readonly id: string;
  readonly size: number;
  outcome: Commit | StoreUnavailable | undefined;
}

describeWithServer(`PostgreSQL that is killed under load (LEFTFOLD_TEST_SEED=${SEED})`, () => {
  const random = new Random(SEED);
  const asked: AppendAttempt[] = [];
  const followed: RecordedEvent[][] = [];
  let server: PostgresServer;
  let logs: readonly EventLog[];
  let recorded: readonly RecordedEvent[];

  const openLog = async (): Promise<EventLog> => {
    const log = new EventLog(await PostgresStore.open({ url: server.url }));
    log.contracts.register([counted]);
    return log;
  };

  const eventsOf = (id: string, size: number): ReturnType<typeof counted.create>[] =>
    Array.from({ length: size }, (_, index) => counted.create([id, index]));

  /** Appends until it is told to stop, one after the other, and goes on after a failure. */
  const write = async (
    writer: number,
    log: EventLog | undefined,
    stop: AbortSignal,
    size: Random,
  ): Promise<void> => {
    while (log !== undefined && !stop.aborted) {
      const one: AppendAttempt = {
        id: `${writer}/${asked.length}`,
        size: size.onceIn(10) ? 100 : size.integer(1, 4),
        outcome: undefined,
      };
      asked.push(one);
      try {
        one.outcome = await log.append(eventsOf(one.id, one.size), { commitId: commitId(one.id) });
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        one.outcome = error;
        await pause(20);
      }
    }
  };

  const crash = async (signal: 'SIGKILL' | 'SIGQUIT' | 'SIGINT'): Promise<void> => {
    await pause(random.integer(50, 400));
    await server.end(signal);
    await server.begin();
  };

  beforeAll(
    async () => {
      server = await PostgresServer.start(programs ?? '');
      logs = [await openLog(), await openLog()];
      for (const log of logs) {
        const seen: RecordedEvent[] = [];
        followed.push(seen);
        log.follow().subscribe((page) => seen.push(...page));
      }
      const stop = new AbortController();
      const writing = Array.from({ length: WRITERS }, (_, writer) =>
        write(writer, logs[writer % logs.length], stop.signal, new Random(SEED + writer)),
      );
      for (let nth = 0; nth < CRASHES; nth += 1) {
        await crash((['SIGKILL', 'SIGQUIT', 'SIGINT'] as const)[nth % 3] ?? 'SIGKILL');
      }
      await pause(100);
      stop.abort();
      await Promise.all(writing);
      const [log] = logs;
      if (log === undefined) throw new Error('there is no log');
      recorded = await allEvents(log);
    },
    60_000 + CRASHES * 20_000,
  );

  afterAll(async () => {
    for (const log of logs) await log.close();
    await server.remove();
  });

  /** The positions of each append's events, as they are in the log. */
  const positionsOf = (id: string): readonly number[] =>
    recorded.filter(({ commit }) => commit === id).map(({ position }) => position);

  it('has everything that was acknowledged, once, at its position', () => {
    const broken = asked.filter(({ id, size, outcome }) => {
      if (outcome === undefined || outcome instanceof StoreUnavailable) return false;
      const promised = Array.from({ length: size }, (_, index) => outcome.first + index);
      return JSON.stringify(positionsOf(id)) !== JSON.stringify(promised);
    });
    expect(broken).toEqual([]);
  });

  it('has nothing that was reported as not recorded', () => {
    const refused = asked.filter(
      ({ outcome }) =>
        outcome instanceof StoreUnavailable && outcome.message.includes('Nothing was recorded'),
    );
    expect(refused.filter(({ id }) => positionsOf(id).length > 0)).toEqual([]);
    expect(refused.length).toBeGreaterThan(0);
  });

  it('has each append with an unknown outcome wholly, once, or not at all', () => {
    for (const { id, size } of asked) {
      const positions = positionsOf(id);
      if (positions.length === 0) continue;
      expect(positions).toEqual(Array.from({ length: size }, (_, index) => (positions[0] ?? 0) + index));
    }
  });

  it('has positions from 1 on without a gap', () => {
    expect(recorded.filter(({ position }, index) => position !== index + 1)).toEqual([]);
  });

  it('was followed in every process without a gap or a repeat', async () => {
    const [log] = logs;
    const last = await log?.append(eventsOf('last', 1));
    for (const seen of followed) {
      while ((seen.at(-1)?.position ?? 0) < (last?.last ?? 0)) await pause(10);
      expect(seen.slice(0, -1).map(({ position }) => position)).toEqual(
        recorded.map(({ position }) => position),
      );
    }
  });

  it('records a repeated append once', async () => {
    const [log] = logs;
    for (const { id, size, outcome } of asked.filter((one) => one.outcome instanceof StoreUnavailable)) {
      const before = positionsOf(id);
      const again = await log?.append(eventsOf(id, size), { commitId: commitId(id) });
      expect(again?.repeated).toBe(before.length > 0);
      expect(outcome).toBeInstanceOf(StoreUnavailable);
    }
  });

  it('fits its hashes', async () => {
    let last = 0;
    for await (const commits of logs[0]?.commits() ?? []) last = commits.at(-1)?.last ?? last;
    expect(last).toBe(await logs[0]?.head());
  });
});

describeWithServer('a server that loses its PostgreSQL', () => {
  let postgres: PostgresServer;
  let server: Server;
  const folder = new TemporaryFolder();

  beforeAll(async () => {
    postgres = await PostgresServer.start(programs ?? '');
    server = await Server.start({ LEFTFOLD_STORE: postgres.url, LEFTFOLD_DATA: folder.path });
    await server.post('/entries', { value: 5 });
    await server.ready();
  }, 60_000);

  afterAll(async () => {
    await server.stop();
    await postgres.remove();
    folder.remove();
  });

  it('refuses appends with the reason meanwhile, and works again once it is back', async () => {
    await postgres.end('SIGKILL');
    const refused = await server.post('/entries', { value: 7 });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({
      type: 'urn:leftfold:problem:store-unavailable',
      status: 503,
    });

    await postgres.begin();
    expect((await server.post('/entries', { value: 7 })).status).toBe(201);
    const sum = await server.json('/balance?after=2', { headers: { prefer: 'wait=20' } });
    expect(sum).toMatchObject({ value: '12', position: 2 });
    // Each projection follows again by itself, some a moment later than the others.
    await server.ready();
    expect((await server.fetch('/health/ready')).status).toBe(200);
  });
});
