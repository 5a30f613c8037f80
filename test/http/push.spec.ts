/** Server-sent events of the log and of projections, on both platforms. */
import { jest } from '@jest/globals';
import { EventLog } from '../../src/runtime/event-log/event-log.js';
import { PushStreams } from '../../src/runtime/http/index.js';
import { add } from '../support/amounts.js';
import { problemOf, until } from '../support/api.js';
import { StreamClient } from '../support/event-stream.js';
import { PLATFORMS, startForeign, type Foreign } from '../support/foreign-application.js';

const STREAM = { accept: 'text/event-stream' };

describe.each(PLATFORMS)('event streams on %s', (platform) => {
  let foreign: Foreign;
  let url: string;
  let log: EventLog;
  const clients: StreamClient[] = [];

  const open = async (path: string, headers: object = {}): Promise<StreamClient> => {
    const client = await StreamClient.open(url + path, { headers });
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    foreign = await startForeign(platform, { http: { events: true } });
    ({ url } = foreign);
    log = foreign.app.get(EventLog);
    await add(log, 1, 2, 3);
  });

  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  afterAll(() => foreign.app.close());

  describe('of events', () => {
    it('give everything after a position, then everything new', async () => {
      const client = await open('/events?after=1');
      await until(() => client.ids.length === 2);
      const { last } = await add(log, 4);
      await until(() => client.ids.length === last - 1);
      expect(client.ids).toEqual(Array.from({ length: last - 1 }, (_, index) => String(index + 2)));
      const [first] = client.events;
      const event: unknown = await (await fetch(`${url}/events/2`)).json();
      expect(JSON.parse(first?.data ?? '')).toEqual(event);
    });

    it('begin now without a position, and tell where that is', async () => {
      const client = await open('/events');
      const head = await log.head();
      await until(() => client.lastEventId !== undefined);
      expect(client.lastEventId).toBe(String(head));
      const { last } = await add(log, 5);
      await until(() => client.ids.length > 0);
      expect(client.ids).toEqual([String(last)]);
    });

    it('are only those that are searched for, of what was and of what comes', async () => {
      const { last: before } = await add(log, 4711);
      const client = await open(`/events?after=0&text=4711`);
      await until(() => client.ids.length === 1);
      await add(log, 1);
      const { last } = await add(log, 4711);
      await until(() => client.ids.length === 2);
      expect(client.ids).toEqual([String(before), String(last)]);
    });

    it('begin at a time, and cannot end at one', async () => {
      const { last, time } = await add(log, 6);
      const client = await open(`/events?since=${time}`);
      await until(() => client.ids.includes(String(last)));
      const refused = await fetch(`${url}/events?until=${time}`, { headers: STREAM });
      const { errors } = await problemOf(refused, 400);
      expect(errors?.[0]).toMatchObject({ parameter: 'until' });
    });

    it('resume after Last-Event-ID, whatever after says', async () => {
      const client = await open('/events?after=0', { 'last-event-id': '2' });
      await until(() => client.ids.length > 0);
      expect(client.ids[0]).toBe('3');
    });

    it('give only what matches', async () => {
      const client = await open('/events?after=0&type=note.taken');
      await add(log, 6);
      const { last } = await log.append([{ type: 'note.taken', data: { text: 'x' } }]);
      await until(() => client.ids.length > 0);
      expect(client.ids).toEqual([String(last)]);
    });

    it('say how they are to be kept: not at all', async () => {
      const client = await open('/events');
      const { headers } = client.response;
      expect(headers['content-type']).toBe('text/event-stream');
      expect(headers['cache-control']).toContain('no-store');
      expect(headers['x-accel-buffering']).toBe('no');
      expect(headers['leftfold-position']).toBe(String(await log.head()));
      expect(headers.vary).toContain('Accept');
      await until(() => client.retryMs !== undefined);
      expect(client.retryMs).toBeGreaterThanOrEqual(1000);
    });

    it.each(['x', '-1', '1.0', '1.5.2', '99999999999999999', '07'])(
      'refuse Last-Event-ID: %s',
      async (id) => {
        const answer = await fetch(`${url}/events`, { headers: { ...STREAM, 'last-event-id': id } });
        const { errors } = await problemOf(answer, 400);
        expect(errors).toEqual([
          { header: 'Last-Event-ID', detail: expect.stringContaining('as in 7, or 7.2') as string },
        ]);
      },
    );

    it('refuse a Last-Event-ID beyond the head, which a restored log has lost', async () => {
      const answer = await fetch(`${url}/events`, { headers: { ...STREAM, 'last-event-id': '900' } });
      const { detail } = await problemOf(answer, 400);
      expect(detail).toContain('?after=0');
    });

    it('refuse a limit', async () => {
      const answer = await fetch(`${url}/events?limit=5`, { headers: STREAM });
      expect((await problemOf(answer, 400)).errors?.[0]?.parameter).toBe('limit');
    });
  });

  describe('of a projection', () => {
    it('give the present state at once, then each change', async () => {
      const present = (await (await fetch(`${url}/total`)).json()) as { position: number; total: number };
      const client = await open('/total');
      await until(() => client.events.length === 1);
      expect(JSON.parse(client.events[0]?.data ?? '')).toEqual(present);
      const { last } = await add(log, 10);
      await until(() => client.events.length === 2);
      expect(client.events[1]?.id).toBe(String(last));
      expect(JSON.parse(client.events[1]?.data ?? '')).toMatchObject({
        total: present.total + 10,
        position: last,
        report: '/reports/total',
      });
    });

    it('give nothing of what the client has, nor when something else is recorded', async () => {
      const first = await open('/total');
      await until(() => first.events.length === 1);
      const again = await open('/total', { 'last-event-id': first.lastEventId });
      await log.append([{ type: 'note.taken', data: { text: 'x' } }]);
      const { last } = await add(log, 1);
      await until(() => again.events.length > 0);
      expect(again.ids).toEqual([String(last)]);
      await until(() => first.events.length > 1);
      expect(first.events).toHaveLength(2);
    });

    it('begin once the state has what the client asks for', async () => {
      const head = await log.head();
      const client = await open(`/total?after=${head + 1}`);
      const { last } = await add(log, 1);
      await until(() => client.events.length > 0);
      expect(client.ids).toEqual([String(last)]);
    });

    it('begin anew where the client has seen what a restored log has lost', async () => {
      const client = await open('/total', { 'last-event-id': '900000' });
      await until(() => client.events.length > 0);
      expect(Number(client.ids[0])).toBeLessThanOrEqual(await log.head());
    });

    it('refuse a past, and a part', async () => {
      const past = await fetch(`${url}/total?at=1`, { headers: STREAM });
      expect((await problemOf(past, 400)).errors?.[0]?.parameter).toBe('at');
      const part = await fetch(`${url}/total`, { headers: { ...STREAM, 'last-event-id': '7.2' } });
      expect((await problemOf(part, 400)).errors?.[0]?.header).toBe('Last-Event-ID');
    });
  });

  describe.each(['/events', '/total'])('at %s', (path) => {
    it('are answered to HEAD with their headers alone', async () => {
      const answer = await fetch(url + path, { method: 'HEAD', headers: STREAM });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/event-stream');
      expect(await answer.text()).toBe('');
    });

    it.each(['text/event-stream;q=0.5, application/json', '*/*', 'text/event-stream;q=0, */*'])(
      'are not what a client gets that likes JSON better: %s',
      async (accept) => {
        const answer = await fetch(url + path, { headers: { accept } });
        expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      },
    );

    it('end with a reason when told', async () => {
      const client = await open(path);
      const streams = foreign.app.get(PushStreams);
      await until(() => streams.count === 1);
      streams.endAll('no-longer-allowed');
      await until(() => client.isOver);
      expect(client.reason).toBe('no-longer-allowed');
      await until(() => streams.count === 0);
    });
  });
});

describe('when the server stops', () => {
  it.each(['/events', '/total'])(
    'a stream at %s ends with the reason, so that its client comes back',
    async (path) => {
      const { app, url } = await startForeign('fastify', { http: { events: true } });
      const client = await StreamClient.open(url + path);
      await until(() => client.retryMs !== undefined);
      const began = performance.now();
      await app.close();
      await until(() => client.isOver);
      expect(client.reason).toBe('server-stopping');
      expect(client.response.complete).toBe(true);
      expect(performance.now() - began).toBeLessThan(3_000);
    },
  );

  it('a stream that is asked for while it stops ends at once, and is not refused', async () => {
    const { app, url } = await startForeign('fastify', { http: { events: true } });
    app.get(PushStreams).beforeApplicationShutdown();
    const client = await StreamClient.open(`${url}/events`);
    await until(() => client.isOver);
    expect(client.response.statusCode).toBe(200);
    expect(client.reason).toBe('server-stopping');
    await app.close();
  });
});

describe('many clients', () => {
  it('all see the last state, and the log is read once for all of them', async () => {
    const { app, url } = await startForeign('fastify', { http: { events: true } });
    const log = app.get(EventLog);
    await add(log, 1);
    const follow = jest.spyOn(log, 'followPages');
    const read = jest.spyOn(log, 'read');
    const clients = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        StreamClient.open(url + (index % 2 === 0 ? '/total' : '/events')),
      ),
    );
    const streams = app.get(PushStreams);
    await until(() => streams.count === 200);
    for (let count = 0; count < 50; count += 1) await add(log, 1);
    const last = String(await log.head());
    await until(() => clients.every(({ lastEventId }) => lastEventId === last));
    const events = clients.filter((_, index) => index % 2 === 1);
    expect(new Set(events.map(({ ids }) => ids.length))).toEqual(new Set([50]));
    expect(follow).toHaveBeenCalledTimes(1);
    expect(read).not.toHaveBeenCalled();
    for (const client of clients) client.close();
    await until(() => streams.count === 0);
    await app.close();
  }, 20_000);
});
