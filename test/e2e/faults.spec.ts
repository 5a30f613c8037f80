/** A projection that stops, over HTTP: what is told of it, and how it goes on. */
import { positionIn, problemOf } from '../support/api.js';
import { AmountsServer } from '../support/amounts-server.js';

const amounts = AmountsServer.ofEachTest();

describe('an event that a machine cannot fold', () => {
  it('leaves the last good state to be served, marked as stale', async () => {
    await amounts.stopAt3();
    const response = await amounts.server.fetch('/total');
    expect(response.status).toBe(200);
    expect(response.headers.get('leftfold-stale')).toBe('3');
    expect(positionIn(response)).toBe(2);
    expect(await response.json()).toEqual({ total: 3, count: 2, state: 'totalling', position: 2 });
  });

  it('does not hold up another projection, nor the log', async () => {
    await amounts.stopAt3();
    const response = await amounts.server.fetch('/other?after=5', { headers: { prefer: 'wait=10' } });
    expect(response.headers.get('leftfold-stale')).toBeNull();
    expect(await response.json()).toMatchObject({ total: 25, count: 5, position: 5 });
  });

  it('is told by health, with the reason', async () => {
    await amounts.stopAt3();
    const response = await amounts.server.fetch('/health/ready');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: 'degraded',
      log: { status: 'available', head: 5, lastAppend: expect.any(String) as unknown },
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
    expect((await amounts.server.fetch('/health/live')).status).toBe(200);
  });

  it('is told by the overview, with the event and what can be done', async () => {
    await amounts.stopAt3();
    expect(await amounts.overview('total')).toMatchObject({
      status: 'faulted',
      position: 2,
      lag: { events: 3 },
      fault: {
        position: 3,
        event: { type: 'amount.added', revision: 1 },
        error: 'RangeError: 13 is too much',
      },
    });
    const { commands } = await amounts.overview('total');
    expect(Object.keys(commands)).toEqual(['resume', 'audit', 'rebuild']);
    expect(commands['resume']).toEqual({ method: 'POST', href: '/projections/total/resume' });
  });

  it('is waited for no longer than need be', async () => {
    await amounts.stopAt3();
    const response = await amounts.server.fetch('/total?after=4', { headers: { prefer: 'wait=60' } });
    expect((await problemOf(response, 503)).detail).toMatch(/stopped at position 3.*resumed/);
  });
});

describe('POST /projections/total/resume', () => {
  it('tries again, with an empty object or no body', async () => {
    await amounts.stopAt3();
    for (const body of [undefined, {}]) {
      const response = await amounts.resume(body);
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
    await amounts.stopAt3();
    const response = await amounts.resume({ skip: 3, reason: 'a slip' }, 'total', {
      'x-correlation-id': 'ticket 7',
    });
    expect(response.status).toBe(201);
    expect(positionIn(response)).toBe(6);
    expect(await response.json()).toMatchObject({ status: 'following', position: 6, skipped: [3] });
    expect(await amounts.server.json(response.headers.get('location') ?? '')).toMatchObject({
      events: [
        {
          position: 6,
          type: 'leftfold.event-skipped',
          tags: ['projection:total'],
          data: { projection: 'total', position: 3, reason: 'a slip' },
          metadata: { correlationId: 'ticket 7' },
        },
      ],
    });
    const total = await amounts.server.fetch('/total');
    expect(total.headers.get('leftfold-stale')).toBeNull();
    expect(await total.json()).toMatchObject({ total: 12, count: 4, position: 6 });
    expect(await amounts.overview('careful')).toMatchObject({ status: 'faulted', skipped: [] });
  });

  it('skips it in every replay, too', async () => {
    await amounts.stopAt3();
    await amounts.resume({ skip: 3, reason: 'a slip' });
    await amounts.server.kill();
    await amounts.start();
    expect(await amounts.overview('total')).toMatchObject({ status: 'following', position: 6, skipped: [3] });
    expect(await amounts.server.json('/total')).toMatchObject({ total: 12, count: 4 });
  });

  it('records one skip when several ask at once, and answers a repetition as the first', async () => {
    await amounts.stopAt3();
    const bodies = ['a slip', 'a slip', 'another reason'].map((reason) => ({ skip: 3, reason }));
    const answers = await Promise.all(bodies.map((body) => amounts.resume(body)));
    answers.push(await amounts.resume(bodies[0]));
    expect(answers.map((each) => [each.status, positionIn(each), each.headers.get('location')])).toEqual(
      Array(4).fill([201, 6, '/events?after=5&limit=1']),
    );
  });

  it('goes on with the event once a new version can fold it', async () => {
    await amounts.stopAt3();
    await amounts.server.stop();
    await amounts.start('');
    expect(await amounts.server.json('/total?after=5', { headers: { prefer: 'wait=10' } })).toMatchObject({
      total: 25,
    });
  });

  it('stops at the next event that it cannot fold', async () => {
    await amounts.add(1, 13, 2, 13, 3);
    await amounts.faulted();
    const response = await amounts.resume({ skip: 2, reason: 'a slip' });
    expect(await response.json()).toMatchObject({ status: 'faulted', position: 3, fault: { position: 4 } });
    await amounts.resume({ skip: 4, reason: 'another one' });
    expect(await amounts.server.json('/total')).toMatchObject({ total: 6, count: 3 });
  });

  it('refuses to skip any other event than that at which it stopped, and names that', async () => {
    await amounts.stopAt3();
    for (const skip of [2, 4, 99]) {
      const problem = await problemOf(await amounts.resume({ skip, reason: 'a slip' }), 409);
      expect(problem).toMatchObject({ type: 'urn:leftfold:problem:event-not-skippable', position: 3 });
      expect(problem.detail).toContain('total stopped at position 3');
    }
    expect((await amounts.overview('total')).lag.events).toBe(3);
  });

  it('refuses when the projection has not stopped', async () => {
    await amounts.add(1);
    for (const body of [undefined, { skip: 1, reason: 'a slip' }]) {
      const problem = await problemOf(await amounts.resume(body, 'other'), 409);
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
    await amounts.stopAt3();
    for (const [body, at] of refused) {
      const problem = await problemOf(await amounts.resume(JSON.stringify(body)), 422);
      expect(problem.errors?.map(({ pointer }) => pointer)).toContain(at);
    }
  });

  it('refuses another media type, and a key that is none', async () => {
    const body = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'skip' };
    await problemOf(await amounts.server.fetch('/projections/total/resume', body), 415);
    await problemOf(await amounts.resume({ skip: 3, reason: 'x' }, 'total', { 'idempotency-key': 'ä' }), 400);
  });
});
