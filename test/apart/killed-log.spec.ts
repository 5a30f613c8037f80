/** A log server that is killed under the load of context processes: nothing acknowledged is lost or doubled, and every process goes on. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Random } from '../support/random.js';
import { freePort } from '../support/readme.js';
import { Server, TemporaryFolder } from '../support/server.js';

/** How often it is killed; on a machine with time to spare, 25 times and more. */
const KILLS = Number(process.env['LEFTFOLD_TEST_LOG_KILLS'] ?? '3');
const SEED = Number(process.env['LEFTFOLD_TEST_SEED'] ?? String(Date.now() % 1_000_000));
const CLIENTS = 8;

interface LoggedEvent {
  readonly position: number;
  readonly type: string;
  readonly data: { readonly value: string };
  readonly metadata: { readonly correlationId: string };
}

/** What a client was told of one request, after as many attempts as it took. */
interface Acknowledged {
  readonly id: string;
  readonly value: number;
  readonly at: number;
}

describe(`a log server that is killed (LEFTFOLD_TEST_SEED=${SEED})`, () => {
  const folder = new TemporaryFolder();
  const random = new Random(SEED);
  const acknowledged: Acknowledged[] = [];
  const refusals: number[] = [];
  let port: number;
  let log: Server;
  let contexts: readonly Server[];
  let isOver = false;

  const startLog = (): Promise<Server> =>
    Server.start({ LEFTFOLD_APP: 'log', PORT: String(port), LEFTFOLD_DATA: join(folder.path, 'log') });

  /** Asks until it is answered with a position; a request that failed is repeated under its key. */
  async function record(server: Server, id: string, value: number): Promise<void> {
    while (!isOver) {
      const headers = { 'idempotency-key': id, 'x-correlation-id': id };
      const response = await server.post('/entries', { value }, headers);
      const body = (await response.json()) as { readonly position: number };
      if (response.status === 201) {
        acknowledged.push({ id, value, at: body.position });
        return;
      }
      refusals.push(response.status);
      await pause(20);
    }
  }

  beforeAll(
    async () => {
      port = await freePort();
      log = await startLog();
      contexts = await Promise.all(
        ['entries', 'entries,balance', 'entries,factor'].map((names, index) =>
          Server.start({
            LEFTFOLD_APP: 'context',
            LEFTFOLD_CONTEXTS: names,
            LEFTFOLD_STORE: log.url,
            LEFTFOLD_DATA: join(folder.path, `context-${index}`),
          }),
        ),
      );
      const clients = Array.from({ length: CLIENTS }, async (_, client) => {
        for (let nth = 0; !isOver; nth += 1) {
          const server = contexts[(client + nth) % contexts.length];
          if (server !== undefined) await record(server, `client-${client}-${nth}`, client * 1_000_000 + nth);
        }
      });
      for (let kill = 0; kill < KILLS; kill += 1) {
        const before = acknowledged.length;
        while (acknowledged.length < before + 20) await pause(5);
        await pause(random.integer(0, 100));
        await log.kill();
        await pause(random.integer(0, 300));
        log = await startLog();
      }
      const before = acknowledged.length;
      while (acknowledged.length < before + 20) await pause(5);
      isOver = true;
      await Promise.all(clients);
    },
    60_000 + KILLS * 20_000,
  );

  afterAll(async () => {
    await Promise.all([log, ...contexts].map((server) => server.kill()));
    folder.remove();
  });

  async function events(): Promise<readonly LoggedEvent[]> {
    const response = await log.fetch('/events', { headers: { accept: 'application/x-ndjson' } });
    const lines = (await response.text()).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as LoggedEvent);
  }

  it('has everything that was acknowledged, once, where it was acknowledged', async () => {
    const all = await events();
    const found = acknowledged.map(({ id, at }) => ({
      id,
      at: all.filter(({ metadata }) => metadata.correlationId === id).map(({ position }) => position),
      acknowledgedAt: at,
    }));
    expect(found.filter(({ at, acknowledgedAt }) => at.length !== 1 || at[0] !== acknowledgedAt)).toEqual([]);
  });

  it('has nothing twice, and positions without a gap', async () => {
    const all = await events();
    expect(new Set(all.map(({ metadata }) => metadata.correlationId)).size).toBe(all.length);
    expect(all.filter(({ position }, index) => position !== index + 1)).toEqual([]);
  });

  it('was away to its clients only with 503', () => {
    expect([...new Set(refusals)].filter((status) => status !== 503)).toEqual([]);
  });

  it('is followed again by every process, to the states that its events give', async () => {
    await Promise.all(contexts.map((server) => server.ready()));
    const all = await events();
    const sum = all.reduce((total, { data }) => total + BigInt(data.value), 0n);
    const answer = await contexts[1]?.json(`/balance?after=${all.length}`, {
      headers: { prefer: 'wait=30' },
    });
    expect(answer).toMatchObject({ value: String(sum), position: all.length });
    const factor = await contexts[2]?.fetch(`/factor?after=${all.length}`, {
      headers: { prefer: 'wait=30' },
    });
    expect(factor?.status).toBe(200);
  }, 60_000);
});
