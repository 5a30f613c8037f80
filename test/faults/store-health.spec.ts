/**
 * What a server tells while its PostgreSQL is away, read-only, full, or denies access: by name, in readiness and in what it refuses.
 * While it can answer queries, and no other process over the same database could do more, readiness stays 200.
 */
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { PostgresStore } from '../../src/runtime/stores/postgres/postgres.store.js';
import { PostgresServer, findPostgres } from '../support/postgres-server.mjs';
import { Server, TemporaryFolder } from '../support/server.js';

const programs = findPostgres();
// eslint-disable-next-line no-console -- a skipped spec says so
if (programs === undefined) console.warn('skipped: PostgreSQL (initdb) is not installed');
const describeWithServer = programs === undefined ? describe.skip : describe;

const ROLE = 'application';
const PASSWORD = 'application';
const ALL = 'select, insert, update on all tables in schema leftfold';

interface Readiness {
  readonly status: string;
  readonly log: { readonly status: string; readonly head?: number; readonly code?: string };
}

describeWithServer('a server whose PostgreSQL is in trouble', () => {
  let postgres: PostgresServer;
  let server: Server;
  const folder = new TemporaryFolder();

  /** As the database's administrator, who may write whatever the default is. */
  const sql = async (...statements: readonly string[]): Promise<void> => {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    try {
      await client.query('set default_transaction_read_only = off');
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };

  const ready = async (): Promise<readonly [number, Readiness]> => {
    const response = await server.fetch('/health/ready');
    return [response.status, (await response.json()) as Readiness];
  };

  /** Resolves with the first answer that says so. */
  const readyWith = async (wanted: number, said: string): Promise<Readiness> => {
    for (const giveUpAt = performance.now() + 20_000; ;) {
      const [status, body] = await ready();
      if (body.status === said) {
        expect(status).toBe(wanted);
        return body;
      }
      if (performance.now() > giveUpAt) throw new Error(`still ${status}: ${JSON.stringify(body)}`);
      await pause(50);
    }
  };

  const refusal = async (): Promise<unknown> => (await server.post('/entries', { value: 7 })).json();

  const stale = async (): Promise<string | null> => {
    const response = await server.fetch('/balance');
    expect(await response.json()).toMatchObject({ value: '5' });
    return response.headers.get('leftfold-stale');
  };

  beforeAll(async () => {
    postgres = await PostgresServer.start(programs ?? '');
    await (await PostgresStore.open({ url: postgres.url })).close();
    await sql(
      `create role ${ROLE} login password '${PASSWORD}'`,
      `grant usage on schema leftfold to ${ROLE}`,
      `grant ${ALL} to ${ROLE}`,
      `create function leftfold.no_room() returns trigger language plpgsql as
        $$ begin raise exception 'no space left on device' using errcode = 'disk_full'; end $$`,
    );
    const url = new URL(postgres.url);
    [url.username, url.password] = [ROLE, PASSWORD];
    server = await Server.start({ LEFTFOLD_STORE: url.href, LEFTFOLD_DATA: folder.path });
    expect((await server.post('/entries', { value: 5 })).status).toBe(201);
    await server.ready();
  }, 60_000);

  afterAll(async () => {
    await server.stop();
    await postgres.remove();
    folder.remove();
  });

  it('is ready before, and its answers are not marked', async () => {
    const body = await readyWith(200, 'ready');
    expect(body).toMatchObject({ status: 'ready', log: { status: 'available', head: 1 } });
    expect(await stale()).toBeNull();
  });

  it('is degraded while it is read-only, says so, and reads on', async () => {
    await sql('alter system set default_transaction_read_only = on', 'select pg_reload_conf()');
    expect(await readyWith(200, 'degraded')).toMatchObject({
      status: 'degraded',
      log: { status: 'read-only', head: 1, code: 'store-read-only' },
    });
    expect(await refusal()).toMatchObject({
      type: 'urn:leftfold:problem:store-read-only',
      status: 503,
      detail: expect.stringMatching(/read-only.*Nothing was recorded/) as unknown,
    });
    expect(await stale()).toBeNull();
    await sql('alter system reset default_transaction_read_only', 'select pg_reload_conf()');
    await readyWith(200, 'ready');
  }, 60_000);

  it('is degraded while its role may not read the tables, and marks its answers', async () => {
    await sql(`revoke ${ALL} from ${ROLE}`);
    expect(await readyWith(200, 'degraded')).toMatchObject({
      status: 'degraded',
      log: { status: 'unavailable', code: 'store-denied' },
    });
    expect(await refusal()).toMatchObject({ type: 'urn:leftfold:problem:store-denied', status: 503 });
    expect(await stale()).toBe('1');
    await sql(`grant ${ALL} to ${ROLE}`);
    await readyWith(200, 'ready');
  }, 60_000);

  it('is degraded while its role may only read', async () => {
    await sql(`revoke insert, update on all tables in schema leftfold from ${ROLE}`);
    expect(await readyWith(200, 'degraded')).toMatchObject({
      status: 'degraded',
      log: { status: 'read-only', code: 'store-read-only' },
    });
    expect(await refusal()).toMatchObject({ type: 'urn:leftfold:problem:store-denied' });
    await sql(`grant ${ALL} to ${ROLE}`);
    await readyWith(200, 'ready');
  }, 60_000);

  it('is degraded once an append found the disk full, until one succeeds', async () => {
    await sql('create trigger no_room before insert on leftfold.commits execute function leftfold.no_room()');
    expect(await refusal()).toMatchObject({ type: 'urn:leftfold:problem:storage-full', status: 507 });
    expect(await readyWith(503, 'degraded')).toMatchObject({
      status: 'degraded',
      log: { status: 'read-only', code: 'storage-full' },
    });
    await sql('drop trigger no_room on leftfold.commits');
    expect((await server.post('/entries', { value: 0 })).status).toBe(201);
    await readyWith(200, 'ready');
  }, 60_000);

  it('is degraded while it is away, marks its answers, and is ready again afterwards', async () => {
    await postgres.end('SIGKILL');
    expect(await readyWith(200, 'degraded')).toMatchObject({
      status: 'degraded',
      log: { status: 'unavailable', code: 'store-unavailable' },
    });
    expect(await refusal()).toMatchObject({ type: 'urn:leftfold:problem:store-unavailable', status: 503 });
    expect(await stale()).toBe('2');
    await postgres.begin();
    await readyWith(200, 'ready');
    expect(await stale()).toBeNull();
  }, 60_000);

  it('is degraded once the schema is gone', async () => {
    await sql('alter schema leftfold rename to elsewhere');
    expect(await readyWith(200, 'degraded')).toMatchObject({
      status: 'degraded',
      log: { status: 'unavailable', code: 'store-missing' },
    });
    expect(await refusal()).toMatchObject({ type: 'urn:leftfold:problem:store-missing', status: 503 });
    expect(await stale()).toBe('2');
    await sql('alter schema elsewhere rename to leftfold');
    await readyWith(200, 'ready');
  }, 60_000);
});
