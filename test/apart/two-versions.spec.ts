/** Two versions of the program over one log: the older one meets events that only the newer one knows. */
import { join } from 'node:path';
import { problemOf, until } from '../support/api.js';
import { Server, TemporaryFolder } from '../support/server.js';

const WAIT = { headers: { prefer: 'wait=20' } };

describe('a process of an older version over a log server', () => {
  const folder = new TemporaryFolder();
  let log: Server;
  let balance: Server;

  /** As the newer version records them. */
  const record = async (
    id: string,
    event: { readonly type: string; readonly revision: number },
  ): Promise<void> => {
    const commit = {
      id,
      time: '2026-01-31T12:00:00.000Z',
      metadata: {},
      events: [{ tags: [], data: { value: '5', currency: 'EUR' }, ...event }],
    };
    const response = await log.post('/commits', `${JSON.stringify(commit)}\n`, {
      'content-type': 'application/vnd.leftfold.new-commits',
    });
    expect(await response.json()).toMatchObject({ commit: { id } });
  };

  beforeAll(async () => {
    log = await Server.start({ LEFTFOLD_APP: 'log', LEFTFOLD_DATA: join(folder.path, 'log') });
    balance = await Server.start({
      LEFTFOLD_APP: 'context',
      LEFTFOLD_CONTEXTS: 'entries,balance',
      LEFTFOLD_STORE: log.url,
      LEFTFOLD_DATA: join(folder.path, 'balance'),
    });
    expect((await balance.post('/entries', { value: 7 })).status).toBe(201);
  }, 30_000);

  afterAll(async () => {
    await Promise.all([log, balance].map((server) => server.kill()));
    folder.remove();
  });

  it('passes over types that it has no contract for', async () => {
    await record('a', { type: 'currency.chosen', revision: 1 });
    expect(await balance.json('/balance?after=2', WAIT)).toMatchObject({ value: '7', position: 2 });
  }, 30_000);

  it('stops before a newer revision of a type that it folds, says so, and answers with its last state', async () => {
    await record('b', { type: 'entry.recorded', revision: 2 });
    const overview = async (): Promise<{
      readonly status: string;
      readonly fault?: { readonly error: string };
    }> => (await balance.json('/projections/balance')) as Awaited<ReturnType<typeof overview>>;
    await until(async () => (await overview()).status === 'faulted');
    expect((await overview()).fault).toMatchObject({
      position: 3,
      error: expect.stringContaining('this version knows revision 1') as unknown,
    });
    const answer = await balance.fetch('/balance');
    expect(answer.headers.get('leftfold-stale')).toBe('3');
    expect(await answer.json()).toMatchObject({ value: '7', position: 2 });
    const problem = await problemOf(await balance.fetch('/events?after=2'), 503);
    expect(problem.detail).toContain('revision 2');
  }, 30_000);

  it('goes on recording, and the log server shows all of it as it was recorded', async () => {
    expect((await balance.post('/entries', { value: 1 })).status).toBe(201);
    const { events } = (await log.json('/events?after=1')) as { readonly events: readonly object[] };
    expect(events).toMatchObject([
      { position: 2, type: 'currency.chosen', revision: 1 },
      { position: 3, type: 'entry.recorded', revision: 2, data: { currency: 'EUR' } },
      { position: 4, type: 'entry.recorded', revision: 1, data: { value: '1' } },
    ]);
  }, 30_000);
});
