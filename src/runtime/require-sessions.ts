/** Refuses a pooler that gives each transaction another session: what a connection sets, listens to or prepares would be lost. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';

/** A pool of one session makes a second connection wait for as long as the first is in a transaction. */
const MAX_WAIT_MS = 5_000;
const UNREFERENCED = { ref: false };

const POOLED =
  'a pooler in transaction mode is between, as PgBouncer with pool_mode = transaction, and whole sessions are needed: ' +
  'connect to PostgreSQL directly, or through a pool with pool_mode = session';

/**
 * Makes a setting on one connection, has another begin a transaction, and looks whether the setting is still there. A pooler
 * in transaction mode has given the first one's session to the other.
 *
 * @throws Error that tells what to do instead
 */
export async function requireSessions(connect: () => Promise<pg.Client>): Promise<void> {
  const clients: pg.Client[] = [];
  const open = async (): Promise<pg.Client> => {
    const client = await connect();
    clients.push(client);
    return client;
  };
  try {
    const first = await open();
    const mark = randomUUID();
    await first.query(`select set_config('leftfold.session', $1, false)`, [mark]);
    await (await open()).query('begin');
    if ((await Promise.race([markOf(first), pause(MAX_WAIT_MS, undefined, UNREFERENCED)])) !== mark)
      throw new Error(POOLED);
  } finally {
    // A connection that waits for a session is not waited for.
    await Promise.race([
      Promise.allSettled(clients.map((client) => client.end())),
      pause(MAX_WAIT_MS, undefined, UNREFERENCED),
    ]);
  }
}

async function markOf(client: pg.Client): Promise<string | null | undefined> {
  const { rows } = await client.query<{ mark: string | null }>(
    `select current_setting('leftfold.session', true) as mark`,
  );
  return rows[0]?.mark;
}
