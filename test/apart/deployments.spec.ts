/** One list of cases, run against each way to deploy the same contexts: what a client sees is the same in all of them. */
import { join } from 'node:path';
import { foldedUpTo, positionIn, problemOf, until } from '../support/api.js';
import { freePort } from '../support/readme.js';
import { TemporaryDatabase, hasPostgres } from '../support/postgres.js';
import { Server, TemporaryFolder, type Environment } from '../support/server.js';

/** Where each context is served, and the log as it is stored. */
interface Served {
  readonly entries: Server;
  readonly balance: Server;
  readonly factor: Server;
}

interface Deployment {
  readonly name: string;
  readonly start: (folder: string) => Promise<Served>;
  readonly remove: () => Promise<void>;
}

const WAIT = { headers: { prefer: 'wait=20' } };
/** Worker processes have a low priority, so a busy machine delays them. */
const LONG_WAIT = { prefer: 'wait=60' };
const PROJECTIONS = ['balance', 'factor'] as const;
const COMMITS_TYPE = 'application/vnd.leftfold.new-commits';

const contextOver = (store: string, folder: string, name: string, more: Environment = {}): Promise<Server> =>
  Server.start({
    LEFTFOLD_APP: 'context',
    LEFTFOLD_CONTEXTS: name,
    LEFTFOLD_STORE: store,
    LEFTFOLD_DATA: join(folder, name),
    ...more,
  });

const nothing = (): Promise<void> => Promise.resolve();

const monolith: Deployment = {
  name: 'the monolith',
  async start(folder) {
    const server = await Server.start({ LEFTFOLD_COMMITS: 'on', LEFTFOLD_DATA: join(folder, 'monolith') });
    return { entries: server, balance: server, factor: server };
  },
  remove: nothing,
};

const overLogServer: Deployment = {
  name: 'three processes, one of them with the log',
  async start(folder) {
    const entries = await Server.start({
      LEFTFOLD_APP: 'log',
      LEFTFOLD_CONTEXTS: 'entries',
      LEFTFOLD_DATA: join(folder, 'log'),
      PORT: String(await freePort()),
    });
    const [balance, factor] = await Promise.all([
      contextOver(entries.url, folder, 'balance'),
      contextOver(entries.url, folder, 'factor'),
    ]);
    return { entries, balance, factor };
  },
  remove: nothing,
};

function overPostgres(): Deployment {
  let database: TemporaryDatabase | undefined;
  return {
    name: 'three processes over PostgreSQL',
    async start(folder) {
      database ??= await TemporaryDatabase.create();
      const { url } = database;
      const [entries, balance, factor] = await Promise.all([
        contextOver(url, folder, 'entries', { LEFTFOLD_COMMITS: 'on' }),
        contextOver(url, folder, 'balance'),
        contextOver(url, folder, 'factor'),
      ]);
      return { entries, balance, factor };
    },
    remove: async () => database?.remove(),
  };
}

const processesOf = (served: Served): readonly Server[] => [...new Set(Object.values(served) as Server[])];

const post = (server: Server, path: string, headers: Environment = {}): Promise<Response> =>
  server.fetch(path, { method: 'POST', headers });

const statusOf = async (served: Served, name: (typeof PROJECTIONS)[number]): Promise<string> =>
  ((await served[name].json(`/projections/${name}`)) as { readonly status: string }).status;

/** Each begins where the one before it has ended. */
const CASES: readonly (readonly [what: string, check: (served: Served) => Promise<void>])[] = [
  [
    'numbers are recorded, one or many, as JSON, as digits, as a form and as lines',
    async ({ entries }) => {
      const one = await entries.post('/entries', { value: 5 });
      expect([one.status, one.headers.get('location'), positionIn(one)]).toEqual([201, '/entries/1', 1]);
      const many = await entries.post('/entries', [7, '12345678901234567890']);
      expect(await many.json()).toMatchObject({ first: 2, last: 3 });
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      expect(positionIn(await entries.post('/entries', 'value=-3', form))).toBe(4);
      const lines = { 'content-type': 'application/x-ndjson' };
      expect(positionIn(await entries.post('/entries', '2\n4\n', lines))).toBe(6);
    },
  ],
  [
    'a number that is none records nothing, and the problem names where it is',
    async ({ entries, balance }) => {
      for (const value of ['five', 1.5, null, '007']) {
        const { errors } = await problemOf(await entries.post('/entries', { value }), 422);
        expect(errors).toMatchObject([{ pointer: '#/value' }]);
      }
      await problemOf(await entries.post('/entries', '{"value":'), 400);
      await problemOf(await entries.post('/entries', '5', { 'content-type': 'text/plain' }), 415);
      await foldedUpTo(balance, '/balance', 6);
      await problemOf(await balance.fetch('/balance?after=7'), 503);
    },
  ],
  [
    'both states are folded from them',
    async ({ balance, factor }) => {
      expect(await balance.json('/balance?after=6', WAIT)).toMatchObject({
        value: '12345678901234567905',
        state: 'counting',
        count: 6,
        position: 6,
      });
      expect(await (await balance.fetch('/balance/state')).text()).toBe('\nbalance: 12345678901234567905\n');
      const product = String(5n * 7n * 12345678901234567890n * -3n * 2n * 4n);
      expect(await (await factor.fetch('/factor/value?after=6', WAIT)).text()).toBe(product);
    },
  ],
  [
    'an answer that a client has is not sent again',
    async ({ balance }) => {
      const etag = (await balance.fetch('/balance')).headers.get('etag') ?? '';
      const again = await balance.fetch('/balance', { headers: { 'if-none-match': etag } });
      expect([again.status, positionIn(again)]).toEqual([304, 6]);
    },
  ],
  [
    'a retry under its key is recorded once, and with another number refused',
    async ({ entries }) => {
      const key = { 'idempotency-key': 'a-key' };
      for (let times = 0; times < 2; times += 1)
        expect(positionIn(await entries.post('/entries', { value: 10 }, key))).toBe(7);
      await problemOf(await entries.post('/entries', { value: 11 }, key), 422);
      expect(positionIn(await entries.post('/entries', { value: 1 }))).toBe(8);
    },
  ],
  [
    'a number is retracted once',
    async ({ entries }) => {
      expect(await entries.json('/entries/2')).toMatchObject({ value: '7', commands: ['retract'] });
      const retract = (): Promise<Response> => entries.post('/entries/2/retraction', { reason: 'a slip' });
      const statuses = (await Promise.all([retract(), retract()])).map(({ status }) => status);
      expect(statuses.sort()).toEqual([201, 409]);
      await problemOf(await entries.post('/entries/99/retraction', { reason: 'a slip' }), 404);
      expect(await entries.json('/entries/2')).toMatchObject({ state: 'retracted', commands: [] });
    },
  ],
  [
    'a reader that waits is answered as soon as the number is folded',
    async ({ entries, balance, factor }) => {
      const waiting = Promise.all([
        balance.fetch('/balance?after=10', WAIT),
        factor.fetch('/factor?after=10', WAIT),
      ]);
      expect(positionIn(await entries.post('/entries', { value: 3 }))).toBe(10);
      for (const response of await waiting) {
        expect(response.status).toBe(200);
        expect(response.headers.get('preference-applied')).toBe('wait=20');
        expect(positionIn(response)).toBeGreaterThanOrEqual(10);
      }
      expect(await balance.json('/balance')).toMatchObject({ value: '12345678901234567912', position: 10 });
    },
  ],
  [
    'a reader that waits in vain is told so, and where the state stands',
    async ({ balance }) => {
      for (const init of [{}, { headers: { prefer: 'wait=1' } }]) {
        const response = await balance.fetch('/balance?after=11', init);
        expect(response.headers.get('retry-after')).toBe('1');
        expect(await problemOf(response, 503)).toMatchObject({
          type: 'urn:leftfold:problem:not-yet',
          position: 10,
        });
      }
    },
  ],
  [
    'the past is there by position and by time',
    async ({ entries, balance, factor }) => {
      expect(await balance.json('/balance?at=2')).toMatchObject({ value: '12', position: 2 });
      expect(await balance.json('/balance?at=0')).toMatchObject({ value: '0', state: 'empty' });
      expect(await (await factor.fetch('/factor/value?at=2')).text()).toBe('35');
      const { time } = (await entries.json('/events/10')) as { readonly time: string };
      expect(await balance.json(`/balance?at=${time}`)).toMatchObject({ position: 10 });
      await problemOf(await balance.fetch('/balance?at=11'), 404);
      await problemOf(await balance.fetch('/balance?at=-1'), 400);
    },
  ],
  [
    'the history and the what-if of a state',
    async ({ balance }) => {
      const { points } = (await balance.json('/balance/history?from=1&to=10&step=4')) as {
        readonly points: readonly object[];
      };
      expect(points).toMatchObject([
        { position: 1, value: '5' },
        { position: 5, value: '12345678901234567901' },
        { position: 9, value: '12345678901234567909' },
      ]);
      expect(await balance.json('/balance/what-if?without=1')).toMatchObject({
        is: { value: '12345678901234567912' },
        wouldBe: { value: '12345678901234567907' },
      });
    },
  ],
  [
    'an audit finds nothing, and a rebuild leaves the same state',
    async ({ balance, factor }) => {
      // Each takes a worker process, so one of each will do.
      const audit = await post(balance, '/projections/balance/audit', LONG_WAIT);
      expect(await audit.json()).toMatchObject({ projection: 'balance', status: 'done', position: 10 });
      expect(await balance.json('/projections/balance')).not.toHaveProperty('drift');
      const before = await factor.json('/projections/factor/digest?at=10');
      const rebuild = await post(factor, '/projections/factor/rebuild', LONG_WAIT);
      expect(await rebuild.json()).toMatchObject({ projection: 'factor', status: 'done' });
      expect(await factor.json('/projections/factor/digest?at=10')).toEqual(before);
    },
  ],
  [
    'an event that cannot be folded stops the projections at it, and the rest goes on',
    async (served) => {
      // As another program could have recorded it, which has no such contract.
      const commit = {
        id: 'not-a-number',
        time: '2026-01-31T12:00:00.000Z',
        metadata: {},
        events: [{ type: 'entry.recorded', revision: 1, tags: [], data: { value: 'x' } }],
      };
      const headers = { 'content-type': COMMITS_TYPE };
      const recorded = await served.entries.post('/commits', `${JSON.stringify(commit)}\n`, headers);
      expect(await recorded.json()).toMatchObject({ commit: { first: 11 } });
      expect(positionIn(await served.entries.post('/entries', { value: 100 }))).toBe(12);
      for (const name of PROJECTIONS) {
        await until(async () => (await statusOf(served, name)) === 'faulted');
        const response = await served[name].fetch(`/${name}`);
        expect([response.status, positionIn(response)]).toEqual([200, 10]);
        expect(response.headers.get('leftfold-stale')).toBe('11');
        const { detail } = await problemOf(await served[name].fetch(`/${name}?after=12`, WAIT), 503);
        expect(detail).toContain('stopped at position 11');
        const health = await served[name].fetch('/health/ready');
        expect(health.status).toBe(503);
        expect(await health.json()).toMatchObject({
          status: 'degraded',
          projections: { [name]: { status: 'faulted', faultAt: 11 } },
        });
      }
    },
  ],
  [
    'a resume tries again, and refuses to skip anything else',
    async ({ balance }) => {
      const again = await post(balance, '/projections/balance/resume');
      expect(again.status).toBe(200);
      expect(await again.json()).toMatchObject({ status: 'faulted', fault: { position: 11 } });
      const wrong = await balance.post('/projections/balance/resume', { skip: 10, reason: 'a slip' });
      expect((await problemOf(wrong, 409)).detail).toContain('11');
    },
  ],
  [
    'a skip is recorded, and holds for one projection',
    async (served) => {
      const { entries, balance } = served;
      const skipped = await balance.post('/projections/balance/resume', { skip: 11, reason: 'a slip' });
      expect([skipped.status, positionIn(skipped)]).toEqual([201, 13]);
      expect(await balance.json('/balance?after=13', WAIT)).toMatchObject({
        value: '12345678901234568012',
        position: 13,
      });
      expect(await statusOf(served, 'factor')).toBe('faulted');
      expect(await entries.json('/events/13')).toMatchObject({
        type: 'leftfold.event-skipped',
        data: { projection: 'balance', position: 11, reason: 'a slip' },
      });
      expect(
        (await served.factor.post('/projections/factor/resume', { skip: 11, reason: 'a slip' })).status,
      ).toBe(201);
      expect(await served.factor.json('/factor?after=14', WAIT)).toMatchObject({ position: 14 });
      await Promise.all(processesOf(served).map((server) => server.ready()));
    },
  ],
];

/** Of each projection at each position, by the name of the deployment. */
const digests = new Map<string, readonly unknown[]>();

const HEAD = 15;

async function digestsOf(served: Served): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for (const name of PROJECTIONS)
    for (let at = 0; at <= HEAD; at += 1)
      all.push([name, await served[name].json(`/projections/${name}/digest?at=${at}`)]);
  return all;
}

// eslint-disable-next-line no-console -- a skipped deployment says so
if (!hasPostgres) console.warn('skipped: PostgreSQL (initdb) is not installed');
const DEPLOYMENTS = [monolith, overLogServer, ...(hasPostgres ? [overPostgres()] : [])];

describe.each(DEPLOYMENTS)('in $name', ({ name, start, remove }) => {
  const folder = new TemporaryFolder();
  let served: Served;

  beforeAll(async () => {
    served = await start(folder.path);
    await Promise.all(processesOf(served).map((server) => server.ready()));
  }, 60_000);

  afterAll(async () => {
    await Promise.all(processesOf(served).map((server) => server.kill()));
    await remove();
    folder.remove();
  });

  it.each(CASES)('%s', (_what, check) => check(served), 150_000);

  it('all of it is there after a restart', async () => {
    await Promise.all(processesOf(served).map((server) => server.stop()));
    served = await start(folder.path);
    expect(positionIn(await served.entries.post('/entries', { value: 1 }))).toBe(HEAD);
    expect(await served.balance.json(`/balance?after=${HEAD}`, WAIT)).toMatchObject({
      value: '12345678901234568013',
      count: 10,
    });
    expect(await served.factor.json(`/factor?after=${HEAD}`, WAIT)).toMatchObject({ count: 10 });
    digests.set(name, await digestsOf(served));
  }, 60_000);
});

describe('the digests of every projection at every position', () => {
  it('are the same in all of them', () => {
    const [first, ...others] = DEPLOYMENTS.map(({ name }) => digests.get(name));
    expect(first).toHaveLength(PROJECTIONS.length * (HEAD + 1));
    for (const other of others) expect(other).toEqual(first);
  });
});
