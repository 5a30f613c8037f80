/** Audits and rebuilds of entities fold in a worker process, beside the server that answers. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { Servers } from '../support/servers.js';
import { Server } from '../support/server.js';

const MAIN = join(import.meta.dirname, '..', 'support', 'operations', 'digit-main.mjs');
/** Worker processes have a low priority, so a busy machine delays them. In milliseconds. */
const LONG = 120_000;

jest.setTimeout(LONG);

const servers = Servers.ofEachTest();
const VALUES = Array.from({ length: 600 }, (_, index) => index + 1);

type Json = Readonly<Record<string, unknown>>;

async function started(environment: Readonly<Record<string, string>> = {}): Promise<Server> {
  const server = await Server.start({ LEFTFOLD_DATA: servers.path, ...environment }, MAIN);
  await server.ready();
  return server;
}

async function recorded(server: Server): Promise<void> {
  const events = VALUES.map((value) => ({
    type: 'entry.recorded',
    data: { value: String(value) },
    tags: [`digit:${value % 10}`],
  }));
  const answer = await server.fetch('/events', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ events }),
  });
  expect(answer.status).toBe(201);
  await server.json(`/digits/0?after=${VALUES.length}`, { headers: { prefer: 'wait=30' } });
}

async function done(server: Server, path: string): Promise<Json> {
  const response = await server.fetch(path, { method: 'POST', headers: { prefer: 'wait=60' } });
  expect(response.status).toBe(200);
  return (await response.json()) as Json;
}

/** Without those that SQLite has beside each while it is open. */
const databaseFiles = (): readonly string[] =>
  readdirSync(join(servers.path, 'projections', 'digits')).filter((name) =>
    /^entities-.*(?<!-wal|-shm)$/.test(name),
  );

describe('entities beside the server', () => {
  it('are audited and rebuilt to the same, and go on being folded', async () => {
    const server = await started();
    await recorded(server);
    const before = await server.json('/digits');
    expect(await done(server, '/projections/digits/audit')).toMatchObject({
      status: 'done',
      position: VALUES.length,
      checked: 10,
    });
    expect(await done(server, '/projections/digits/rebuild')).toMatchObject({
      status: 'done',
      equal: true,
      position: VALUES.length,
    });
    expect(await server.json('/digits')).toEqual(before);
    await server.stop();
    const again = await started();
    expect(await again.json('/digits')).toEqual(before);
    await again.stop();
  });

  it('are folded by a process of its own, which may be slow and whose difference an audit names', async () => {
    const server = await started({
      LEFTFOLD_TEST_IN_WORKER: '1',
      // All of them are of one page, which takes longer than the process may be silent.
      LEFTFOLD_TEST_SLOW_IN_WORKER: '150',
      LEFTFOLD_TEST_WORKER_TIMEOUT_MS: '1500',
    });
    await recorded(server);
    const audit = await done(server, '/projections/digits/audit');
    expect(audit).toMatchObject({
      status: 'done',
      drift: { entities: VALUES.slice(0, 10).map((_, index) => String(index)) },
    });
    await server.stop();
  });

  it('are left as they are when that process ends', async () => {
    const server = await started({ LEFTFOLD_TEST_IN_WORKER: 'killed' });
    await recorded(server);
    const before = await server.json('/digits');
    const files = databaseFiles();
    expect(files).toHaveLength(1);
    for (const kind of ['rebuild', 'audit']) {
      const job = await done(server, `/projections/digits/${kind}`);
      expect(job).toMatchObject({ status: 'failed' });
      expect(job['reason']).toContain('SIGKILL');
      expect(databaseFiles()).toEqual(files);
    }
    expect(await server.json('/digits')).toEqual(before);
    expect(await server.json('/health/ready')).toMatchObject({ status: 'ready' });
    await server.stop();
  });
});
