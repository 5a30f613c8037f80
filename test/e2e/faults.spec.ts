/** A projection that stops, over HTTP: what is told of it, and how it goes on. */
import { join } from 'node:path';
import { positionIn, problemOf, until } from '../support/api.js';
import { mermaidFaults } from '../support/mermaid.js';
import { Server, TemporaryFolder } from '../support/server.js';

const APP = join(import.meta.dirname, '..', 'support', 'amounts-app.mjs');

interface Overview {
  readonly name: string;
  readonly status: string;
  readonly position: number;
  readonly lag: { readonly events: number; readonly seconds: number };
  readonly eventsPerSecond: number;
  readonly digest: string;
  readonly snapshots: readonly { readonly position: number; readonly bytes: number; readonly time: string }[];
  readonly skipped: readonly number[];
  readonly fault?: {
    readonly position: number;
    readonly event?: unknown;
    readonly error: string;
    readonly since: string;
  };
  readonly links: Readonly<Record<string, string>>;
  readonly commands: { readonly resume?: { readonly method: string; readonly href: string } };
  readonly machine: string;
}

let folder: TemporaryFolder;
let server: Server;

const start = async (BAD = '13'): Promise<void> => {
  server = await Server.start({ LEFTFOLD_DATA: folder.path, BAD }, APP);
  await until(async () => (await overview('total')).status !== 'recovering');
};

const overview = async (name: string): Promise<Overview> =>
  (await server.json(`/projections/${name}`)) as Overview;

async function add(...amounts: readonly number[]): Promise<number> {
  const events = amounts.map((amount) => ({ type: 'amount.added', data: { amount } }));
  const response = await server.post('/events', { events });
  expect(response.status).toBe(201);
  return positionIn(response);
}

const resume = (body?: unknown, name = 'total', headers = {}): Promise<Response> =>
  body === undefined
    ? server.fetch(`/projections/${name}/resume`, { method: 'POST', headers })
    : server.post(`/projections/${name}/resume`, body, headers);

const faulted = (): Promise<void> => until(async () => (await overview('total')).status === 'faulted');

/** Total and careful stop at position 3 of five. */
async function stopAt3(): Promise<void> {
  await add(1, 2, 13, 4, 5);
  await faulted();
}

beforeEach(async () => {
  folder = new TemporaryFolder();
  await start();
});

afterEach(async () => {
  await server.kill();
  folder.remove();
});

describe('an event that a machine cannot fold', () => {
  it('leaves the last good state to be served, marked as stale', async () => {
    await stopAt3();
    const response = await server.fetch('/total');
    expect(response.status).toBe(200);
    expect(response.headers.get('leftfold-stale')).toBe('3');
    expect(positionIn(response)).toBe(2);
    expect(await response.json()).toEqual({ total: 3, count: 2, state: 'totalling', position: 2 });
  });

  it('does not hold up another projection, nor the log', async () => {
    await stopAt3();
    const response = await server.fetch('/other?after=5', { headers: { prefer: 'wait=10' } });
    expect(response.headers.get('leftfold-stale')).toBeNull();
    expect(await response.json()).toMatchObject({ total: 25, count: 5, position: 5 });
  });

  it('is told by health, with the reason', async () => {
    await stopAt3();
    const response = await server.fetch('/health/ready');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: 'degraded',
      projections: {
        total: expect.objectContaining({
          status: 'faulted',
          position: 2,
          faultAt: 3,
          fault: expect.objectContaining({ position: 3, error: 'RangeError: 13 is too much' }) as unknown,
        }) as unknown,
        careful: expect.objectContaining({ status: 'faulted' }) as unknown,
        other: { status: 'following', position: 5 },
      },
    });
    expect((await server.fetch('/health/live')).status).toBe(200);
  });

  it('is told by the overview, with the event and what can be done', async () => {
    await stopAt3();
    expect(await overview('total')).toMatchObject({
      status: 'faulted',
      position: 2,
      lag: { events: 3 },
      fault: {
        position: 3,
        event: { type: 'amount.added', revision: 1 },
        error: 'RangeError: 13 is too much',
      },
      commands: { resume: { method: 'POST', href: '/projections/total/resume' } },
    });
  });

  it('is waited for no longer than need be', async () => {
    await stopAt3();
    const response = await server.fetch('/total?after=4', { headers: { prefer: 'wait=60' } });
    expect((await problemOf(response, 503)).detail).toMatch(/stopped at position 3.*resumed/);
  });
});

describe('POST /projections/total/resume', () => {
  it('tries again, with an empty object or no body', async () => {
    await stopAt3();
    for (const body of [undefined, {}]) {
      const response = await resume(body);
      expect(response.status).toBe(200);
      expect(positionIn(response)).toBe(2);
      expect(await response.json()).toMatchObject({
        name: 'total',
        status: 'faulted',
        fault: { position: 3 },
      });
    }
  });

  it('skips the event for good, with a reason, and records that', async () => {
    await stopAt3();
    const response = await resume({ skip: 3, reason: 'a slip' }, 'total', { 'x-correlation-id': 'ticket 7' });
    expect(response.status).toBe(201);
    expect(positionIn(response)).toBe(6);
    expect(await response.json()).toMatchObject({ status: 'following', position: 6, skipped: [3] });
    expect(await server.json(response.headers.get('location') ?? '')).toMatchObject({
      events: [
        {
          position: 6,
          type: 'event.skipped',
          tags: ['projection:total'],
          data: { projection: 'total', position: 3, reason: 'a slip' },
          metadata: { correlationId: 'ticket 7' },
        },
      ],
    });
    const total = await server.fetch('/total');
    expect(total.headers.get('leftfold-stale')).toBeNull();
    expect(await total.json()).toMatchObject({ total: 12, count: 4, position: 6 });
    expect(await overview('careful')).toMatchObject({ status: 'faulted', skipped: [] });
  });

  it('skips it in every replay, too', async () => {
    await stopAt3();
    await resume({ skip: 3, reason: 'a slip' });
    await server.kill();
    await start();
    expect(await overview('total')).toMatchObject({ status: 'following', position: 6, skipped: [3] });
    expect(await server.json('/total')).toMatchObject({ total: 12, count: 4 });
  });

  it('records one skip when several ask at once, and answers a repetition as the first', async () => {
    await stopAt3();
    const bodies = ['a slip', 'a slip', 'another reason'].map((reason) => ({ skip: 3, reason }));
    const answers = await Promise.all(bodies.map((body) => resume(body)));
    answers.push(await resume(bodies[0]));
    expect(answers.map((each) => [each.status, positionIn(each), each.headers.get('location')])).toEqual(
      Array(4).fill([201, 6, '/events?after=5&limit=1']),
    );
  });

  it('goes on with the event once a new version can fold it', async () => {
    await stopAt3();
    await server.stop();
    await start('');
    expect(await server.json('/total?after=5', { headers: { prefer: 'wait=10' } })).toMatchObject({
      total: 25,
    });
  });

  it('stops at the next event that it cannot fold', async () => {
    await add(1, 13, 2, 13, 3);
    await faulted();
    const response = await resume({ skip: 2, reason: 'a slip' });
    expect(await response.json()).toMatchObject({ status: 'faulted', position: 3, fault: { position: 4 } });
    await resume({ skip: 4, reason: 'another one' });
    expect(await server.json('/total')).toMatchObject({ total: 6, count: 3 });
  });

  it('refuses to skip any other event than that at which it stopped, and names that', async () => {
    await stopAt3();
    for (const skip of [2, 4, 99]) {
      const problem = await problemOf(await resume({ skip, reason: 'a slip' }), 409);
      expect(problem).toMatchObject({ type: 'urn:leftfold:problem:event-not-skippable', position: 3 });
      expect(problem.detail).toContain('total stopped at position 3');
    }
    expect((await overview('total')).lag.events).toBe(3);
  });

  it('refuses when the projection has not stopped', async () => {
    await add(1);
    for (const body of [undefined, { skip: 1, reason: 'a slip' }]) {
      const problem = await problemOf(await resume(body, 'other'), 409);
      expect(problem.type).toBe('urn:leftfold:problem:projection-not-faulted');
    }
  });

  it('refuses what is no such request, and says where', async () => {
    const refused: readonly (readonly [body: unknown, at: string])[] = [
      [{ skip: 3 }, '#/reason'],
      [{ skip: 3, reason: '' }, '#/reason'],
      [{ skip: 3, reason: 'x'.repeat(1001) }, '#/reason'],
      [{ skip: 3, reason: 7 }, '#/reason'],
      [{ reason: 'a slip' }, '#/skip'],
      [{ skip: '3', reason: 'a slip' }, '#/skip'],
      [{ skip: 0, reason: 'a slip' }, '#/skip'],
      [{ skip: 3, reason: 'a slip', force: true }, '#/force'],
      [[], '#'],
      [null, '#'],
    ];
    await stopAt3();
    for (const [body, at] of refused) {
      const problem = await problemOf(await resume(JSON.stringify(body)), 422);
      expect(problem.errors?.map(({ pointer }) => pointer)).toContain(at);
    }
  });

  it('refuses another media type, and a key that is none', async () => {
    const body = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'skip' };
    await problemOf(await server.fetch('/projections/total/resume', body), 415);
    await problemOf(await resume({ skip: 3, reason: 'x' }, 'total', { 'idempotency-key': 'ä' }), 400);
  });
});

describe('GET /projections', () => {
  it('tells of every projection', async () => {
    const head = await add(1, 2, 3);
    await until(async () => (await overview('total')).position === head);
    const response = await server.fetch('/projections');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(positionIn(response)).toBe(head);
    const { projections } = (await response.json()) as { projections: readonly Overview[] };
    expect(projections.map(({ name }) => name)).toEqual(['total', 'careful', 'other']);
    expect(projections[0]).toEqual({
      name: 'total',
      status: 'following',
      position: 3,
      lag: { events: 0, seconds: 0 },
      eventsPerSecond: expect.any(Number) as number,
      digest: expect.stringMatching(/^3-[0-9a-f]{16}$/) as string,
      snapshots: [],
      skipped: [],
      links: { self: '/projections/total', state: '/total', machine: '/projections/total/machine' },
      commands: {},
    });
    expect(projections[0]?.eventsPerSecond).toBeGreaterThan(0);
  });

  it('names the projections that there are when asked for another', async () => {
    for (const path of ['/projections/sum', '/projections/sum/machine']) {
      const problem = await problemOf(await server.fetch(path), 404);
      expect(problem.detail).toBe('There is no projection sum; there are total, careful, other.');
    }
    await problemOf(await resume({}, 'sum'), 404);
  });

  it('has a digest of what was folded and of the state, the same whenever that is folded again', async () => {
    await stopAt3();
    await resume({ skip: 3, reason: 'a slip' });
    const { digest } = await overview('total');
    expect(digest).toMatch(/^6-[0-9a-f]{16}-[0-9a-f]{16}$/);
    await server.kill();
    await start();
    expect((await overview('total')).digest).toBe(digest);
    expect((await overview('other')).digest).not.toBe(digest);
  });

  it('tells of the snapshots', async () => {
    await add(1, 2, 3);
    await until(async () => (await overview('other')).position === 3);
    await server.stop();
    await start();
    const [snapshot] = (await overview('other')).snapshots;
    expect(snapshot).toMatchObject({ position: 3, bytes: expect.any(Number) as number });
    expect(Date.parse(snapshot?.time ?? '')).toBeGreaterThan(Date.now() - 60_000);
  });

  it('tells how old the first event is that is not folded', async () => {
    await stopAt3();
    await until(async () => (await overview('total')).lag.seconds > 0.05);
    expect((await overview('total')).lag.seconds).toBeLessThan(60);
    expect((await overview('other')).lag).toEqual({ events: 0, seconds: 0 });
  });
});

describe('the machine of a projection', () => {
  it('is Mermaid text, with an entity tag', async () => {
    const response = await server.fetch('/projections/total/machine');
    expect(response.headers.get('content-type')).toBe('text/vnd.mermaid; charset=utf-8');
    const text = await response.text();
    expect(mermaidFaults(text)).toEqual([]);
    expect(text).toContain('empty --> totalling : amount.added');
    expect((await overview('total')).machine).toBe(text);
    const headers = { 'if-none-match': response.headers.get('etag') ?? '' };
    expect((await server.fetch('/projections/total/machine', { headers })).status).toBe(304);
  });

  it('is plain text for who wants that', async () => {
    const plain = await server.fetch('/projections/total/machine', { headers: { accept: 'text/plain' } });
    expect(plain.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    await problemOf(
      await server.fetch('/projections/total/machine', { headers: { accept: 'image/png' } }),
      406,
    );
  });
});
