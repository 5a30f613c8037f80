/** A pooler between the store and its server: works in session mode, is refused in a sentence in transaction mode. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { TemporarySchema, hasPostgres } from '../../../../test/support/postgres.js';
import { postgresDriver } from './postgres.driver.js';
import { PostgresStore } from './postgres.store.js';

const program = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  .map((folder) => join(folder, 'pgbouncer'))
  .find((path) => existsSync(path));
// eslint-disable-next-line no-console -- a skipped spec says so
if (program === undefined) console.warn('skipped: pgbouncer is not installed');
const describeWithPooler = hasPostgres && program !== undefined ? describe : describe.skip;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listensOn(port: number): Promise<boolean> {
  const socket = createConnection(port, '127.0.0.1');
  const isThere = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isThere;
}

/** PgBouncer refuses to run as root. */
const unprivileged = process.getuid?.() === 0 ? ['-u', 'postgres'] : [];

describeWithPooler('a log behind PgBouncer', () => {
  let schema: TemporarySchema;
  let folder: string;
  let pooler: ChildProcess;
  let url: string;

  const begin = async (mode: string, poolSize: number): Promise<void> => {
    const { hostname, port, username, password, pathname } = new URL(schema.url);
    const listen = await freePort();
    const settings = {
      listen_addr: '127.0.0.1',
      listen_port: listen,
      unix_socket_dir: '',
      auth_type: 'any',
      pool_mode: mode,
      default_pool_size: poolSize,
    };
    const file = join(folder, 'pgbouncer.ini');
    const login = `user=${decodeURIComponent(username)} password=${decodeURIComponent(password)}`;
    writeFileSync(
      file,
      `[databases]\nlog = host=${hostname} port=${port} dbname=${pathname.slice(1)} ${login}\n[pgbouncer]\n` +
        Object.entries(settings)
          .map(([name, value]) => `${name} = ${value}\n`)
          .join(''),
    );
    chmodSync(file, 0o644);
    pooler = spawn(String(program), [...unprivileged, file], { stdio: 'ignore' });
    const giveUpAt = performance.now() + 10_000;
    while (!(await listensOn(listen))) {
      if (performance.now() > giveUpAt) throw new Error('pgbouncer did not start');
      await pause(20);
    }
    url = `postgres://anyone@127.0.0.1:${listen}/log`;
  };

  beforeEach(async () => {
    schema = await TemporarySchema.create();
    folder = mkdtempSync(join(tmpdir(), 'leftfold-pooler-'));
    chmodSync(folder, 0o755);
  });

  afterEach(async () => {
    const ended = once(pooler, 'exit');
    pooler.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true });
    await schema.remove();
  });

  it.each([
    ['many sessions', 20],
    ['one session', 1],
  ])(
    'is refused in transaction mode with %s, with what to do instead',
    async (_what, poolSize) => {
      await begin('transaction', poolSize);
      await expect(PostgresStore.open({ url, schema: schema.name })).rejects.toThrow(
        /pooler in transaction mode.*connect to PostgreSQL directly.*pool_mode = session/,
      );
      const driven = postgresDriver.open(url, {});
      await expect(driven).rejects.toThrow(/cannot be used: a pooler in transaction mode/);
    },
    60_000,
  );

  it('works in session mode', async () => {
    await begin('session', 20);
    const store = await PostgresStore.open({ url, schema: schema.name });
    expect(await store.head()).toBe(0);
    await store.close();
  });
});
