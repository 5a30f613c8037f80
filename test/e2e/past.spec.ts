/** Questions about the past, over HTTP. */
import { allEvents, foldedUpTo, problemOf, record, retract, until } from '../support/api.js';
import { Server, TemporaryFolder } from '../support/server.js';

const folder = new TemporaryFolder();
let server: Server;
let times: readonly string[];

/** 1: 1, 2: 2, 3: 3, 4: 4, 5: 0, 6: the zero is retracted, 7: 10. */
beforeAll(async () => {
  server = await Server.start({ LEFTFOLD_DATA: folder.path });
  await server.ready();
  await record(server, 1, 2, 3);
  await untilNextMillisecond();
  await retract(server, await record(server, 4, 0));
  await untilNextMillisecond();
  await foldedUpTo(server, '/factor', await record(server, 10));
  await foldedUpTo(server, '/balance', 7);
  times = (await allEvents(server)).map(({ time }) => time);
});

afterAll(async () => {
  await server.stop();
  folder.remove();
});

const untilNextMillisecond = (): Promise<void> => {
  const now = Date.now();
  return until(() => Date.now() > now);
};

const at = async (path: string, time: number | string): Promise<unknown> =>
  server.json(`${path}?at=${encodeURIComponent(time)}`);

describe('?at=POSITION', () => {
  it.each([
    [0, '0', 'empty', 0],
    [1, '1', 'counting', 1],
    [3, '6', 'counting', 3],
    [5, '10', 'counting', 5],
    [6, '10', 'counting', 4],
    [7, '20', 'counting', 5],
  ])('is the balance after the event at %i', async (position, value, state, count) => {
    expect(await at('/balance', position)).toEqual({ value, state, count, position });
  });

  it('is the factor as it was, also as text', async () => {
    expect(await at('/factor', 5)).toEqual({ value: '0', state: 'zero', count: 5, position: 5 });
    expect(await at('/factor', 6)).toEqual({ value: '24', state: 'nonzero', count: 4, position: 6 });
    const text = async (path: string): Promise<string> => (await server.fetch(path)).text();
    expect(await text('/factor/value?at=3')).toBe('6');
    expect(await text('/factor/state?at=4')).toBe('\nfactor: 24\n');
    expect(await text('/balance/state?at=2')).toBe('\nbalance: 3\n');
  });

  it('is the same bytes as the answer of then', async () => {
    const now = await (await server.fetch('/balance')).text();
    expect(await (await server.fetch('/balance?at=7')).text()).toBe(now);
  });

  it('tells its position, and an entity tag that saves the fold', async () => {
    const response = await server.fetch('/balance?at=3');
    expect(response.headers.get('leftfold-position')).toBe('3');
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const tag = response.headers.get('etag') ?? '';
    expect(tag).toMatch(/^"3-[\w-]{12}"$/);
    const again = await server.fetch('/balance?at=3', { headers: { 'if-none-match': tag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect((await server.fetch('/balance?at=4', { headers: { 'if-none-match': tag } })).status).toBe(200);
    expect((await server.fetch('/factor?at=3')).headers.get('etag')).not.toBe(tag);
  });

  it('is not found after the head, and the head is named', async () => {
    const problem = await problemOf(await server.fetch('/balance?at=8'), 404);
    expect(problem).toMatchObject({ type: 'urn:leftfold:problem:after-head', position: 7 });
    expect(problem.detail).toBe('Position 8 is after the head of the log, which is at 7.');
  });

  it.each([
    '-1',
    '1.5',
    '01',
    '',
    'yesterday',
    '1e3',
    '99999999999999999999',
    '2026-01-31',
    '2026-01-31T12:00:00',
    '2026-02-30T12:00:00Z',
    '2026-01-31T12:00Z',
    '2026-01-31T25:00:00Z',
  ])('is refused when it is %j', async (time) => {
    const problem = await problemOf(await server.fetch(`/balance?at=${time}`), 400);
    expect(problem.errors).toEqual([
      { parameter: 'at', detail: expect.stringContaining('?at=3') as unknown },
    ]);
  });

  it('does not go together with after', async () => {
    const problem = await problemOf(await server.fetch('/balance?at=3&after=3'), 400);
    expect(problem.errors?.[0]?.parameter).toBe('at');
  });
});

describe('?at=TIME', () => {
  it('is after the last event that was recorded then or before', async () => {
    expect(await at('/balance', times[2] ?? '')).toMatchObject({ position: 3, value: '6' });
    expect(await at('/balance', times[6] ?? '')).toMatchObject({ position: 7, value: '20' });
    const justBefore = new Date(Date.parse(times[6] ?? '') - 1).toISOString();
    expect(await at('/balance', justBefore)).toMatchObject({ position: 6 });
  });

  it('is the beginning before the first, and the head from the last on', async () => {
    expect(await at('/balance', '1970-01-01T00:00:00Z')).toMatchObject({ position: 0, state: 'empty' });
    expect(await at('/balance', '9999-12-31T23:59:59.999Z')).toMatchObject({ position: 7 });
  });

  it('takes any zone, also with a plus sign as it is typed', async () => {
    const [date = '', clock = ''] = new Date(Date.parse(times[2] ?? '') + 5_400_000)
      .toISOString()
      .split(/[TZ]/);
    expect(await at('/balance', `${date}T${clock}+01:30`)).toMatchObject({ position: 3 });
    expect(await server.json(`/balance?at=${date}T${clock}+01:30`)).toMatchObject({ position: 3 });
    expect(await server.json(`/balance?at=${(times[2] ?? '').toLowerCase()}`)).toMatchObject({ position: 3 });
  });
});

describe('GET /balance/history', () => {
  it('is every state from the beginning to the head', async () => {
    const { points } = (await server.json('/balance/history')) as { points: readonly unknown[] };
    expect(points).toHaveLength(8);
    expect(points[0]).toEqual({ position: 0, value: '0', state: 'empty', count: 0 });
    expect(points[6]).toEqual({ position: 6, time: times[5], value: '10', state: 'counting', count: 4 });
  });

  it('is those of a stretch, a step apart', async () => {
    const answer = await server.fetch('/factor/history?from=2&to=7&step=2');
    expect(answer.headers.get('leftfold-position')).toBe('6');
    expect(await answer.json()).toEqual({
      points: [
        { position: 2, time: times[1], value: '2', state: 'nonzero', count: 2 },
        { position: 4, time: times[3], value: '24', state: 'nonzero', count: 4 },
        { position: 6, time: times[5], value: '24', state: 'nonzero', count: 4 },
      ],
    });
  });

  it('takes each point from the same past as ?at=', async () => {
    const { points } = (await server.json('/balance/history?from=1')) as {
      points: readonly { position: number; time: string }[];
    };
    for (const { time, ...point } of points) {
      expect(time).toBe(times[point.position - 1]);
      expect(await at('/balance', point.position)).toEqual(point);
    }
  });

  it.each([
    ['from=5&to=4', 'from'],
    ['step=0', 'step'],
    ['from=-1', 'from'],
    ['points=3', 'points'],
  ])('is refused with %s', async (query, parameter) => {
    const problem = await problemOf(await server.fetch(`/balance/history?${query}`), 400);
    expect(problem.errors?.[0]?.parameter).toBe(parameter);
  });

  it('is not found after the head', async () => {
    const problem = await problemOf(await server.fetch('/balance/history?to=8'), 404);
    expect(problem.position).toBe(7);
    await problemOf(await server.fetch('/balance/history?from=8'), 404);
  });
});

describe('GET /balance/what-if', () => {
  it('answers with the state as it is, and as it would be', async () => {
    const answer = await server.fetch('/balance/what-if?without=7,2');
    expect(answer.headers.get('leftfold-position')).toBe('7');
    expect(await answer.json()).toEqual({
      position: 7,
      without: [2, 7],
      is: { value: '20', state: 'counting', count: 5 },
      wouldBe: { value: '8', state: 'counting', count: 3 },
    });
  });

  it('can be asked of the past, and of every projection', async () => {
    expect(await server.json('/factor/what-if?without=5&at=5')).toEqual({
      position: 5,
      without: [5],
      is: { value: '0', state: 'zero', count: 5 },
      wouldBe: { value: '24', state: 'nonzero', count: 4 },
    });
  });

  it('records nothing and changes nothing', async () => {
    const before = [await server.json('/balance'), await allEvents(server)];
    await server.json('/balance/what-if?without=1,2,3,4,5,6,7');
    expect([await server.json('/balance'), await allEvents(server)]).toEqual(before);
  });

  it('is not found when one of the events is after the head, which is named', async () => {
    const problem = await problemOf(await server.fetch('/balance/what-if?without=3,8'), 404);
    expect(problem.position).toBe(7);
    expect(problem.detail).toContain('Position 8');
    await problemOf(await server.fetch('/balance/what-if?without=3&at=8'), 404);
  });

  it.each([
    '',
    'without=',
    'without=0',
    'without=1,',
    'without=a',
    'without=1&without=2',
    'without=1&after=3',
    'without=5&at=4',
    `without=${Array.from({ length: 1001 }, (_, index) => index + 1).join()}`,
  ])('is refused with %s', async (query) => {
    const problem = await problemOf(await server.fetch(`/balance/what-if?${query}`), 400);
    expect(problem.errors).toHaveLength(1);
  });
});
