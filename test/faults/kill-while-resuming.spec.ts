/** A process that is killed while its projections recover, resume and skip: nothing is lost, nothing is skipped twice. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { allEvents, until, type EventJson } from '../support/api.js';
import { Random } from '../support/random.js';
import { Server, TemporaryFolder } from '../support/server.js';

/** How often it is killed; on a machine with time to spare, more often. */
const KILLS = Math.ceil(Number(process.env['LEFTFOLD_TEST_CRASHES'] ?? '25') / 4);
const SEED = Number(process.env['LEFTFOLD_TEST_SEED'] ?? String(Date.now() % 1_000_000));
const APP = join(import.meta.dirname, '..', 'support', 'amounts-app.mjs');
const EVENTS = 5_000;
const BAD = 1_000;

interface Overview {
  readonly status: string;
  readonly position: number;
  readonly digest: string;
  readonly skipped: readonly number[];
  readonly fault?: { readonly position: number };
}

const amountIn = ({ data }: EventJson): number => Number(data['amount']);

/** What the log itself says is to be skipped. */
const skipsIn = (events: readonly EventJson[]): readonly number[] =>
  events.filter(({ type }) => type === 'leftfold.event-skipped').map(({ data }) => Number(data['position']));

describe(`projections that are killed while they recover and resume (LEFTFOLD_TEST_SEED=${SEED})`, () => {
  const folder = new TemporaryFolder();
  const random = new Random(SEED);
  const acknowledged = new Set<number>();
  let server: Server;

  const start = async (): Promise<void> => {
    const environment = { LEFTFOLD_DATA: folder.path, BAD: String(BAD), LEFTFOLD_SNAPSHOT_EVERY: '100' };
    server = await Server.start(environment, APP);
  };

  const total = async (): Promise<Overview> => (await server.json('/projections/total')) as Overview;

  /** Skips what total stops at, until it follows or the server is gone. */
  const resumeOn = async (): Promise<void> => {
    for (;;) {
      const { status, fault } = await total();
      if (status === 'following') return;
      if (fault === undefined) continue;
      const response = await server.post('/projections/total/resume', {
        skip: fault.position,
        reason: 'a slip',
      });
      if (response.status === 201) acknowledged.add(fault.position);
    }
  };

  beforeAll(async () => {
    await start();
    const amounts = Array.from({ length: EVENTS }, () =>
      random.onceIn(EVENTS / 400) ? BAD : random.integer(1, 99),
    );
    for (let index = 0; index < EVENTS; index += 1000) {
      const events = amounts
        .slice(index, index + 1000)
        .map((amount) => ({ type: 'amount.added', data: { amount } }));
      expect((await server.post('/events', { events })).status).toBe(201);
    }
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const gone = resumeOn().catch(() => undefined); // the server is killed under it
      await pause(random.integer(0, 600));
      await server.kill();
      await gone;
      await start(); // the next kill may come before it has recovered
    }
  }, 300_000);

  afterAll(async () => {
    await server.kill();
    folder.remove();
  });

  it('has every skip that was acknowledged in the log, and none twice', async () => {
    const skips = skipsIn(await allEvents(server));
    expect(new Set(skips).size).toBe(skips.length);
    expect([...acknowledged].filter((each) => !skips.includes(each))).toEqual([]);
    expect(acknowledged.size).toBeGreaterThan(0);
  });

  it('skips only what could not be folded', async () => {
    const events = await allEvents(server);
    const good = events.filter((event) => event.type === 'amount.added' && amountIn(event) !== BAD);
    const skips = new Set(skipsIn(events));
    expect(good.filter(({ position }) => skips.has(position))).toEqual([]);
  });

  it('comes to the state that the log gives without the skipped events', async () => {
    await resumeOn();
    const events = await allEvents(server);
    await until(async () => (await total()).position === events.length);
    const good = events.filter((event) => event.type === 'amount.added' && amountIn(event) !== BAD);
    expect(await server.json('/total')).toMatchObject({
      total: good.reduce((sum, event) => sum + amountIn(event), 0),
      count: good.length,
      position: events.length,
    });
  }, 120_000);

  it('has the same digest when all of it is folded anew', async () => {
    const { digest, skipped } = await total();
    await server.kill();
    rmSync(join(folder.path, 'projections'), { recursive: true });
    await start();
    await until(async () => (await total()).status === 'following');
    expect(await total()).toMatchObject({ digest, skipped });
  }, 60_000);
});
