/** Audits and rebuilds of a running server, in worker processes. */
import { cpSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { foldedUpTo, problemOf, record, until } from '../support/api.js';
import { Server, TemporaryFolder } from '../support/server.js';
import { Servers } from '../support/servers.js';
import { snapshotFiles, tamper } from '../support/tampering.js';

const ODD = join(import.meta.dirname, '..', 'support', 'operations', 'main.mjs');
const ONES = Array.from({ length: 1000 }, () => 1);

/** Worker processes have a low priority, so a busy machine delays them. In milliseconds. */
const LONG = 120_000;

jest.setTimeout(LONG);

type Json = Readonly<Record<string, unknown>>;

const servers = Servers.ofEachTest();

/** Asks for an audit or a rebuild and waits for its end. */
async function done(server: Server, path: string): Promise<Json> {
  const response = await server.fetch(path, { method: 'POST', headers: { prefer: 'wait=60' } });
  expect(response.status).toBe(200);
  return (await response.json()) as Json;
}

const model = new TemporaryFolder();

/** A log of 1, 1, 1 with snapshots at 1, 2 and 3. */
beforeAll(async () => {
  for (let runs = 1; runs <= 3; runs += 1) {
    const server = await Server.start({ LEFTFOLD_DATA: model.path });
    await foldedUpTo(server, '/balance', await record(server, 1));
    await server.stop();
  }
  expect(snapshotFiles(model.path, 'balance')).toHaveLength(3);
}, LONG);

afterAll(() => {
  model.remove();
});

function threeSnapshots(): void {
  cpSync(model.path, servers.path, { recursive: true });
}

describe('POST /projections/:name/audit', () => {
  it('finds that all is well, and tells where', async () => {
    threeSnapshots();
    const server = await servers.start();
    const response = await server.fetch('/projections/balance/audit', {
      method: 'POST',
      headers: { prefer: 'wait=60' },
    });
    expect(response.headers.get('location')).toBe('/projections/balance/audit');
    const audit = (await response.json()) as Json;
    expect(audit).toMatchObject({ projection: 'balance', status: 'done', position: 3, checked: 4 });
    expect(audit).not.toHaveProperty('drift');
    expect(await server.json('/projections/balance/audit')).toEqual(audit);
    expect(await server.json('/health/ready')).toMatchObject({ status: 'ready' });
  });

  it.each([
    [0, { after: 0, upTo: 1, of: 'snapshot' }],
    [1, { after: 1, upTo: 2, of: 'snapshot' }],
    [2, { after: 2, upTo: 3, of: 'snapshot' }],
  ])('finds the drift of snapshot %d, and rebuilding ends it', async (index, drift) => {
    threeSnapshots();
    tamper(snapshotFiles(servers.path, 'balance')[index] ?? '', ({ context }) => {
      context['total'] = 1000n;
    });
    const server = await servers.start();

    expect(await done(server, '/projections/balance/audit')).toMatchObject({ drift });
    const ready = await server.fetch('/health/ready');
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ status: 'degraded', projections: { balance: { drift } } });
    expect(await server.json('/projections/balance')).toMatchObject({ status: 'following', drift });
    expect(await server.json('/projections')).toMatchObject({
      projections: [{ name: 'balance', drift }, {}],
    });

    // The newest one is what the server has come back from.
    const isLive = index === 2;
    expect(await done(server, '/projections/balance/rebuild')).toMatchObject({
      status: 'done',
      equal: !isLive,
    });
    expect(await server.json('/balance')).toMatchObject({ value: '3' });
    expect(await server.json('/projections/balance')).not.toHaveProperty('drift');
    expect(await done(server, '/projections/balance/audit')).not.toHaveProperty('drift');
    expect(await server.json('/health/ready')).toMatchObject({ status: 'ready' });
    await server.stop();
    expect(await (await servers.start()).json('/balance')).toMatchObject({ value: '3' });
  });

  it('is answered at once without Prefer, and refused for what is no projection', async () => {
    const server = await servers.start();
    expect((await server.fetch('/projections/balance/audit', { method: 'POST' })).status).toBe(202);
    expect(await server.json('/projections/factor/audit')).toEqual({
      projection: 'factor',
      status: 'never',
    });
    const problem = await problemOf(await server.fetch('/projections/none/audit', { method: 'POST' }), 404);
    expect(problem.type).toBe('urn:leftfold:problem:projection-not-found');
    expect((await server.fetch('/projections/balance/audit', { method: 'DELETE' })).status).toBe(405);
  });
});

describe('POST /projections/:name/rebuild', () => {
  it('never lets a read fail, or go back, while entries are recorded', async () => {
    const server = await servers.start();
    for (let commits = 0; commits < 20; commits += 1) await record(server, ...ONES);
    await foldedUpTo(server, '/balance', 20_000);
    const over = new AbortController();
    const positions: number[] = [];
    const wrong: unknown[] = [];
    const reading = (async (): Promise<void> => {
      while (!over.signal.aborted) {
        const response = await server.fetch('/balance');
        const { position, value } = (await response.json()) as { position: number; value: string };
        if (response.status !== 200 || value !== String(position)) wrong.push([response.status, value]);
        positions.push(position);
      }
    })();
    const writing = (async (): Promise<void> => {
      while (!over.signal.aborted) await record(server, 1);
    })();
    for (let times = 0; times < 3; times += 1)
      expect(await done(server, '/projections/balance/rebuild')).toMatchObject({ equal: true });
    over.abort();
    await Promise.all([reading, writing]);
    expect(wrong).toEqual([]);
    expect(positions).toEqual(positions.toSorted((one, other) => one - other));
    expect(positions.length).toBeGreaterThan(10);
  });

  it('goes on where it was when the process is killed half way', async () => {
    const slow = { LEFTFOLD_TEST_MACHINE: 'slow', LEFTFOLD_SNAPSHOT_EVERY: '500' };
    const first = await servers.start(slow, ODD);
    for (let commits = 0; commits < 4; commits += 1) await record(first, ...ONES);
    await foldedUpTo(first, '/odd', 4000);
    // On a busy machine one may end before it has taken two snapshots: then it is begun again.
    await until(async () => {
      await first.fetch('/projections/odd/rebuild', { method: 'POST' });
      return snapshotFiles(servers.path, 'odd', 'rebuild').length > 1;
    });
    await first.kill();

    const second = await servers.start(slow, ODD);
    let status: Json = {};
    await until(async () => {
      status = (await second.json('/projections/odd/rebuild')) as Json;
      return status['status'] === 'done';
    });
    expect(status).toMatchObject({ position: 4000, equal: true });
    expect(status['resumedFrom']).toBeGreaterThan(0);
    expect(snapshotFiles(servers.path, 'odd', 'rebuild')).toEqual([]);
  });

  it.each([
    ['endless', /no event was folded for 4 s after position 1000/],
    ['hungry', /it needed more than 64 MiB of memory after position 1000/],
  ])('takes no more than its process with it when a machine is %s', async (machine, reason) => {
    const server = await servers.start({ LEFTFOLD_TEST_MACHINE: machine }, ODD);
    for (let commits = 0; commits < 2; commits += 1) await record(server, ...ONES);
    await foldedUpTo(server, '/odd', 2000);
    for (const kind of ['rebuild', 'audit']) {
      const status = await done(server, `/projections/odd/${kind}`);
      expect(status).toMatchObject({ status: 'failed', reason: expect.stringMatching(reason) as unknown });
    }
    expect(await foldedUpTo(server, '/odd', await record(server, 1))).toEqual({
      total: '2001',
      position: 2001,
    });
  });
});

describe('a worker', () => {
  const onLinux = process.platform === 'linux' ? it : it.skip;

  onLinux('has a lower priority than its server from its start', async () => {
    const server = await servers.start({ LEFTFOLD_TEST_MACHINE: 'slow' }, ODD);
    await foldedUpTo(server, '/odd', await record(server, ...ONES));
    await server.fetch('/projections/odd/rebuild', { method: 'POST' });
    await until(() => childrenOf(server.process.pid).length > 0);
    const [worker] = childrenOf(server.process.pid);
    // By now the server's turn that forked the worker is over, and the worker is still loading its modules.
    await server.fetch('/health/live');
    expect(getPriority(worker)).toBeGreaterThan(getPriority(server.process.pid));
  });

  onLinux.each(['slow', 'endless'])(
    'does not outlive its server, also with a machine that is %s',
    async (machine) => {
      const server = await servers.start({ LEFTFOLD_TEST_MACHINE: machine }, ODD);
      for (let commits = 0; commits < 20; commits += 1) await record(server, ...ONES);
      await foldedUpTo(server, '/odd', 20_000);
      await server.fetch('/projections/odd/rebuild', { method: 'POST' });
      await until(async () => ((await server.json('/projections/odd/rebuild')) as Json)['position'] !== 0);
      const [worker] = childrenOf(server.process.pid);
      expect(isAlive(worker)).toBe(true);
      await server.kill();
      await until(() => !isAlive(worker));
    },
  );
});

function childrenOf(parent = NaN): readonly number[] {
  const path = `/proc/${parent}/task/${parent}/children`;
  return readFileSync(path, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

/** A process that has ended stays listed as a zombie until its parent reaps it. */
function isAlive(id = NaN): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${id}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
